import { withMore } from "../../common/index.ts";
import { dropLeg, offered } from "./basic-call.ts";
import { dialBarge } from "./features/barge.ts";
import { dialConference } from "./features/conference.ts";
import { dialedPark, dialedSlot, type DialedPark } from "./features/dialed-park.ts";
import { dialReplacement, dialTransfer } from "./features/dialed-transfer.ts";
import { accept } from "./features/dial-answer.ts";
import type { DialRefusal } from "./features/dial-refusal.ts";
import { dialedPickup, wantedBy } from "./features/pickup.ts";
import { confirmSetting } from "./features/setting.ts";
import type { DialedFeature, LegFacts, ModelEvent } from "./model-event.ts";
import { NORMAL } from "./why.ts";
import { legOf, type Draft, removeSession } from "./world.ts";

/** A device has dialed a feature: its call is answered by a service of the switch, and the feature goes on from there. */
export function dialed(draft: Draft, event: Extract<ModelEvent, { type: "dialed" }>): void {
  const { sessionId, leg, called } = event;
  offered(draft, { type: "offered", sessionId, leg, called });
  const refusal = begin(draft, event);
  if (refusal === undefined) return;
  removeSession(draft, sessionId);
  dropLeg(draft, legOf(draft, leg.legId), withMore(NORMAL, { sip: { status: refusal.status }, by: "system" }));
  draft.effects.push({ type: "refuse", sessionId, ...refusal });
}

/** @returns why not; undefined: its `accept` is among the effects */
function begin(draft: Draft, event: Extract<ModelEvent, { type: "dialed" }>): DialRefusal | undefined {
  const { feature, sessionId, leg } = event;
  switch (feature.kind) {
    case "park-slot":
      return parked(draft, sessionId, dialedSlot(draft, sessionId, leg.device, feature));
    case "pickup-group":
      return pickedUp(draft, sessionId, leg, { group: feature.group });
    case "setting":
      return confirmSetting(draft, event);
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
  const { sessionId, leg } = event;
  switch (code) {
    case "conference":
      return dialConference(draft, event);
    case "barge":
      return dialBarge(draft, event);
    case "park":
      return parked(draft, sessionId, dialedPark(draft, sessionId, leg.device));
    case "group-pickup":
      return pickedUp(draft, sessionId, leg, {});
    case "directed-pickup":
      return pickedUp(draft, sessionId, leg, { number: argument });
    case "transfer":
      return dialTransfer(draft, { sessionId, ...leg }, argument);
    // Its number has led to the group itself.
    case "other-group-pickup":
      return { status: 404, reason: "pickup-group" };
  }
}

function parked(draft: Draft, sessionId: string, dialed: DialedPark | DialRefusal): DialRefusal | undefined {
  if ("status" in dialed) return dialed;
  accept(draft, sessionId, dialed.endpoint, dialed.shown);
  return undefined;
}

function pickedUp(
  draft: Draft,
  sessionId: string,
  { device, address }: LegFacts,
  what: { readonly group?: string; readonly number?: string },
): DialRefusal | undefined {
  const refusal = dialedPickup(draft, sessionId, device, wantedBy(draft.world, address.line, what));
  if (refusal === undefined) accept(draft, sessionId, "silence");
  return refusal;
}
