import type { CommandFailure } from "../call-command.ts";
import { linkCalls } from "../call-changes.ts";
import { attach, join } from "../reconnect.ts";
import { park, placeToPark } from "./park.ts";
import { failureOf } from "./failure.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import type { Asker, Transfer } from "./transfer-state.ts";
import type { Why } from "../why.ts";
import { legOf, nameSession, otherLeg, putSession, type Draft, type ModelLeg } from "../world.ts";

const BLIND: Why = { cause: 16, feature: "blind-transfer", by: "party" };
const CONSULTED: Why = { cause: 16, feature: "transfer", by: "party" };

const STATUS_OF: Readonly<Partial<Record<CommandFailure, number>>> = {
  "destination-busy": 486,
  "destination-unknown": 404,
  "destination-no-answer": 480,
  "party-gone": 487,
  "wrong-state": 488,
  pending: 491,
};

/** Tells who asked that it was not done. */
export function refuse(draft: Draft, { referId, commandId }: Asker, failure: CommandFailure, detail: string): void {
  if (referId !== undefined) draft.effects.push({ type: "notify", referId, status: STATUS_OF[failure] ?? 503 });
  if (commandId !== undefined) {
    draft.effects.push({ type: "result", commandId, result: { ok: false, failure, detail } });
  }
}

function succeed(draft: Draft, { referId, commandId }: Asker, callId: string): void {
  if (referId !== undefined) draft.effects.push({ type: "notify", referId, status: 200 });
  if (commandId !== undefined) draft.effects.push({ type: "result", commandId, result: { ok: true, callId } });
}

/** The other party of a leg is to be connected with who answers at a number. */
export function transferTo(draft: Draft, controller: ModelLeg, to: string, asker: Asker): void {
  const party = otherLeg(draft.world, controller);
  if (party === undefined || !party.isUp || !controller.isUp) {
    return refuse(draft, asker, "wrong-state", "there is no established call with another party");
  }
  if (transferOfLeg(draft, controller.legId) !== undefined) {
    return refuse(draft, asker, "pending", "a transfer of this call is under way");
  }
  const { callId, device } = controller;
  const transferId = nameSession(draft, callId);
  draft.world.transfers.set(transferId, {
    transferId,
    state: "calling",
    callId,
    party: party.legId,
    controller: controller.legId,
    device,
    asker,
  });
  const purpose = { feature: "transfer", id: transferId } as const;
  putSession(draft, { sessionId: transferId, callId, stage: "setup", ringing: [], purpose });
  if (asker.referId !== undefined) draft.effects.push({ type: "notify", referId: asker.referId, status: 100 });
  draft.effects.push({
    type: "originate",
    sessionId: transferId,
    callId,
    from: { legId: party.legId },
    by: device,
    to,
    endpoint: "silence",
    feature: "blind-transfer",
  });
}

/** The other parties of two legs of a device are connected; the call of the first survives. */
export function transferConsulted(draft: Draft, first: ModelLeg, second: ModelLeg, asker: Asker): void {
  const party = otherLeg(draft.world, first);
  const target = otherLeg(draft.world, second);
  if (party === undefined || target === undefined || !party.isUp || !target.isUp) {
    return refuse(draft, asker, "no-consultation", "both calls have to be established");
  }
  const surviving = first.callId;
  const dissolved = second.callId;
  const told = { type: "feature", feature: "transfer", surviving, dissolved, controller: first.device } as const;
  draft.effects.push({ type: "change", change: { ...told, moment: "start", isDone: false } });
  succeed(draft, asker, surviving);
  linkCalls(draft, dissolved, surviving);
  join(draft, surviving, party.legId, target.legId, CONSULTED);
  draft.effects.push({ type: "change", change: { ...told, moment: "end", isDone: true } });
}

/** The new number rings. */
function transferRinging({ world, effects }: Draft, transfer: Transfer): void {
  const party = world.legs.get(transfer.party);
  if (party === undefined || transfer.state !== "calling") return;
  const { referId } = transfer.asker;
  if (referId !== undefined) effects.push({ type: "notify", referId, status: 180 });
  if (transfer.controller === undefined) return;
  effects.push({ type: "play", sessionId: party.sessionId, legId: party.legId, source: "ringback" });
}

/** Somebody has answered there. */
function transferAnswered(draft: Draft, transfer: Transfer, target: string): void {
  const { callId, party, asker, transferId, device } = transfer;
  draft.world.transfers.delete(transferId);
  const told = { type: "feature", feature: "transfer", surviving: callId, controller: device } as const;
  draft.effects.push({ type: "change", change: { ...told, moment: "start", isDone: false } });
  succeed(draft, asker, callId);
  join(draft, callId, party, target, BLIND);
  draft.effects.push({ type: "change", change: { ...told, moment: "end", isDone: true } });
}

/** Nobody has: the call stays as it was; a party whose phone has left meanwhile hears why and is released. */
function transferFailed(draft: Draft, transfer: Transfer, why: Why): void {
  draft.world.transfers.delete(transfer.transferId);
  refuse(draft, transfer.asker, failureOf(why), "nobody answered at the new number");
  const party = draft.world.legs.get(transfer.party);
  if (party === undefined) return;
  const controller = transfer.controller === undefined ? undefined : draft.world.legs.get(transfer.controller);
  const { sessionId, legId } = party;
  if (controller === undefined) return void draft.effects.push({ type: "release", sessionId, why });
  const isHeld = controller.isHolding || controller.isHeldByCommand;
  const source = isHeld ? "music" : undefined;
  draft.effects.push({ type: "play", sessionId, legId, source, musicOf: controller.device });
}

/** A leg of a transfer is about to end: the one that is transferred stays when its phone leaves. */
function transferLeaving(draft: Draft, transfer: Transfer, legId: string, why: Why): void {
  const { transferId, callId, party } = transfer;
  if (legId === party) {
    draft.effects.push({ type: "release", sessionId: transferId, why });
    return;
  }
  if (legId !== transfer.controller) return;
  const { controller: _left, ...rest } = transfer;
  draft.world.transfers.set(transferId, rest);
  attach(draft, callId, legOf(draft, party).legId, "ringback", { why: BLIND });
}

/** The transfer that a leg has a part in. */
function transferOfLeg({ world }: Draft, legId: string): Transfer | undefined {
  for (const transfer of world.transfers.values()) {
    if (transfer.party === legId || transfer.controller === legId) return transfer;
  }
  return undefined;
}

/** What a blind transfer does with what happens. */
export const TRANSFER: FeatureMachine = {
  onRinging: (draft, id) => {
    const transfer = draft.world.transfers.get(id);
    if (transfer !== undefined) transferRinging(draft, transfer);
  },
  onAnswered: (draft, id, _session, legId) => {
    const transfer = draft.world.transfers.get(id);
    if (transfer !== undefined && legId !== undefined) transferAnswered(draft, transfer, legId);
  },
  onEnded: (draft, id, _session, why) => {
    const transfer = draft.world.transfers.get(id);
    if (transfer !== undefined) transferFailed(draft, transfer, why);
  },
  onFeature: (draft, id, feature) => {
    const transfer = draft.world.transfers.get(id);
    const leg = transfer?.controller === undefined ? undefined : draft.world.legs.get(transfer.controller);
    const place = placeToPark(feature);
    if (transfer === undefined || leg === undefined || place === undefined) return false;
    draft.world.transfers.delete(id);
    park(draft, leg, place, transfer.asker);
    return true;
  },
  onLeaving: (draft, { legId }, why) => {
    const transfer = transferOfLeg(draft, legId);
    if (transfer !== undefined) transferLeaving(draft, transfer, legId, why);
  },
};
