import { withMore } from "../../../common/index.ts";
import { dropLeg } from "../basic-call.ts";
import type { Diverted, ModelEffect } from "../model-effect.ts";
import { attach } from "../reconnect.ts";
import type { Doing, Why } from "../why.ts";
import { nameSession, otherLeg, putSession, type Draft, type ModelLeg, type ModelSession } from "../world.ts";
import { asked, progress, refuse, refuseFor, succeed } from "./asker.ts";
import { refreshSound } from "./sound.ts";
import { isInvolved } from "./involved.ts";
import { unfitForPlain } from "./media-fit.ts";
import type { Asker, BlindTransfer, Recall } from "./transfer-state.ts";
import { connect, releaseLeg, transferring, oppositeAt } from "./transfers.ts";

type Transferring = Why & Doing;

const RECALLED: Transferring = { cause: 16, feature: "transfer", by: "system", detail: "recall" };

function whyBlind(asker: Asker): Transferring {
  return { cause: 16, feature: "blind-transfer", ...asked(asker) };
}

/** What the new number is told: of who asks (RFC 3892), and header fields of the command. */
export type Told = Pick<Extract<ModelEffect, { type: "originate" }>, "referredBy" | "headers">;

/** The other party of a leg is to be connected with who answers at a number. */
export function transferTo(draft: Draft, controller: ModelLeg, to: string, asker: Asker, told: Told = {}): void {
  const party = otherLeg(draft.world, controller);
  if (party?.isUp !== true || !controller.isUp) {
    return refuse(draft, asker, "wrong-state", "there is no established call with another party");
  }
  if ([controller, party].some(({ legId }) => isInvolved(draft.world, legId))) {
    return refuse(draft, asker, "pending", "a transfer of this call is under way");
  }
  const unfit = unfitForPlain(party);
  if (unfit !== undefined) return refuse(draft, asker, unfit.failure, unfit.detail);
  if (to === controller.address.number) {
    return refuse(draft, asker, "destination-busy", "a call is not transferred to the phone that has it");
  }
  const { callId, device, address } = controller;
  const transferId = nameSession(draft, callId);
  draft.world.transfers.set(transferId, {
    transferId,
    state: "calling",
    callId,
    party: party.legId,
    controller: controller.legId,
    device,
    address,
    asker,
  });
  progress(draft, asker, 100);
  const diverted = { by: device, number: address.number, feature: "transfer" } as const;
  const why = whyBlind(asker);
  originate(draft, transferId, { callId, party, by: device, to, why, told, diverted });
}

interface Rung {
  readonly callId: string;
  readonly party: ModelLeg;
  readonly by: string;
  readonly to: string;
  readonly why: Transferring;
  readonly onlyDevice?: string;
  readonly told?: Told;
  readonly diverted?: Diverted;
}

function originate(draft: Draft, sessionId: string, { party, onlyDevice, told, why, ...rung }: Rung): void {
  const { callId } = rung;
  const { feature, detail, by: reasonBy } = why;
  const more = { reasonBy, ...(detail === undefined ? {} : { reasonDetail: detail }) };
  const purpose = { feature: "transfer", id: sessionId } as const;
  putSession(draft, { sessionId, callId, stage: "setup", ringing: [], purpose, reason: feature, ...more });
  draft.effects.push({
    type: "originate",
    sessionId,
    from: { legId: party.legId },
    endpoint: "silence",
    feature,
    ...rung,
    ...(onlyDevice === undefined ? {} : { onlyDevice }),
    ...told,
  });
}

/** The new number rings: who asked is told, and the party hears it. */
export function transferRinging(draft: Draft, transfer: BlindTransfer): void {
  if (transfer.isRinging === true) return;
  draft.world.transfers.set(transfer.transferId, withMore(transfer, { isRinging: true }));
  progress(draft, transfer.asker, 180);
  const party = draft.world.legs.get(transfer.party);
  if (party !== undefined && transfer.controller !== undefined) refreshSound(draft, party);
}

/** Somebody has answered there, or a service of the switch is there. */
export function transferAnswered(
  draft: Draft,
  transfer: BlindTransfer | Recall,
  { sessionId, endpoint }: ModelSession,
  legId: string | undefined,
): void {
  const { world } = draft;
  const { callId, asker, device } = transfer;
  world.transfers.delete(transfer.transferId);
  const party = world.legs.get(transfer.party);
  const target = oppositeAt(draft, sessionId, legId, endpoint);
  if (party === undefined || target === undefined) {
    return void draft.effects.push({ type: "release", sessionId, why: whyBlind(asker) });
  }
  if (transfer.state === "recalling") return connect(draft, callId, party, target, RECALLED);
  const controller = transfer.controller === undefined ? undefined : world.legs.get(transfer.controller);
  transferring(draft, { surviving: callId, controller: device }, () => {
    succeed(draft, asker, callId);
    const why = whyBlind(asker);
    connect(draft, callId, party, target, why);
    if (controller !== undefined) dropLeg(draft, controller, why);
  });
}

/** Nobody has: the call stays as it was; where the phone has left meanwhile it is called back. */
export function transferFailed(draft: Draft, transfer: BlindTransfer | Recall, why: Why): void {
  const { world } = draft;
  world.transfers.delete(transfer.transferId);
  const party = world.legs.get(transfer.party);
  if (transfer.state === "recalling") {
    if (party !== undefined)
      releaseLeg(draft, party, withMore(transfer.why, { feature: "transfer", detail: "recall" }));
    return;
  }
  refuseFor(draft, transfer.asker, why, "nobody answered at the new number", why.sip?.status);
  if (party === undefined) return;
  if (transfer.controller !== undefined) return refreshSound(draft, party);
  recall(draft, transfer, party, why);
}

/** Who has transferred is rung again: only there, and as long as any call rings there. */
function recall(draft: Draft, { callId, device, address, asker }: BlindTransfer, party: ModelLeg, why: Why): void {
  const transferId = nameSession(draft, callId);
  draft.world.transfers.set(transferId, {
    transferId,
    state: "recalling",
    callId,
    party: party.legId,
    device,
    address,
    asker,
    why,
  });
  const to = address.number;
  originate(draft, transferId, { callId, party, by: device, to, why: RECALLED, onlyDevice: device });
}

/** A leg of a transfer is about to end: the one that is transferred stays when its phone leaves. */
export function transferLeaving(draft: Draft, transfer: BlindTransfer | Recall, legId: string, why: Why): void {
  const { transferId, callId, party } = transfer;
  if (legId === party) {
    draft.world.transfers.delete(transferId);
    if (transfer.state === "calling") refuse(draft, transfer.asker, "party-gone", "the other party has hung up");
    return void draft.effects.push({ type: "release", sessionId: transferId, why });
  }
  if (transfer.state !== "calling" || legId !== transfer.controller) return;
  const { controller: _left, ...rest } = transfer;
  draft.world.transfers.set(transferId, rest);
  attach(draft, callId, party, "ringback", { why: whyBlind(transfer.asker) });
}
