import { dropLeg, offered } from "./basic-call.ts";
import { dialReplacement, dialTransfer } from "./features/dialed-transfer.ts";
import type { DialRefusal } from "./features/dial-refusal.ts";
import type { Endpoint } from "./model-effect.ts";
import { confirmSetting } from "./features/setting.ts";
import type { ModelEvent } from "./model-event.ts";
import { NORMAL } from "./why.ts";
import { legOf, type Draft } from "./world.ts";

const NOT_HERE: DialRefusal = { status: 501, reason: "feature" };

/** A device has dialed a feature: its call is answered by a service of the switch, and the feature goes on from there. */
export function dialed(draft: Draft, event: Extract<ModelEvent, { type: "dialed" }>): void {
  const { sessionId, leg, called } = event;
  offered(draft, { type: "offered", sessionId, leg, called });
  const refusal = begin(draft, event);
  if (refusal === undefined) return;
  draft.world.sessions.delete(sessionId);
  dropLeg(draft, legOf(draft, leg.legId), { ...NORMAL, sip: { status: refusal.status }, by: "system" });
  draft.effects.push({ type: "refuse", sessionId, ...refusal });
}

/** @returns why not; undefined: its `accept` is among the effects */
function begin(draft: Draft, event: Extract<ModelEvent, { type: "dialed" }>): DialRefusal | undefined {
  const { sessionId, leg, feature } = event;
  switch (feature.kind) {
    case "park-slot":
    case "pickup-group":
      return NOT_HERE;
    case "setting":
      return confirmSetting(draft, event);
    case "replaces":
      return dialReplacement(draft, { sessionId, ...leg }, feature.legId);
    case "code":
      return feature.code === "transfer" ? dialTransfer(draft, { sessionId, ...leg }, feature.argument) : NOT_HERE;
  }
}

/** The INVITE of a device that dialed a feature is answered by a service. */
export function accept(draft: Draft, sessionId: string, endpoint: Endpoint): void {
  draft.effects.push({ type: "accept", sessionId, endpoint });
}
