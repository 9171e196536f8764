import { dropLeg, offered } from "./basic-call.ts";
import { dialBarge } from "./features/barge.ts";
import { dialConference } from "./features/conference.ts";
import { dialReplacement, dialTransfer } from "./features/dialed-transfer.ts";
import type { DialRefusal } from "./features/dial-refusal.ts";
import type { DialedFeature, ModelEvent } from "./model-event.ts";
import { NORMAL } from "./why.ts";
import { legOf, type Draft } from "./world.ts";

export { accept } from "./features/dial-answer.ts";

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
  const { feature } = event;
  const { sessionId, leg } = event;
  switch (feature.kind) {
    case "park-slot":
    case "pickup-group":
      return NOT_HERE;
    case "replaces":
      return dialReplacement(draft, { sessionId, ...leg }, feature.legId);
    case "code":
      return beginCode(draft, event, feature);
  }
}

function beginCode(
  draft: Draft,
  event: Extract<ModelEvent, { type: "dialed" }>,
  { code, argument }: Extract<DialedFeature, { kind: "code" }>,
): DialRefusal | undefined {
  switch (code) {
    case "transfer":
      return dialTransfer(draft, { sessionId: event.sessionId, ...event.leg }, argument);
    case "conference":
      return dialConference(draft, event);
    case "barge":
      return dialBarge(draft, event);
    case "park":
    case "group-pickup":
    case "other-group-pickup":
    case "directed-pickup":
      return NOT_HERE;
  }
}
