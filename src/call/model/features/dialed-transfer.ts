import { isInvolved } from "./involved.ts";
import { dropLeg } from "../basic-call.ts";
import { endWhenEmpty, linkCalls } from "../call-changes.ts";
import type { Why } from "../why.ts";
import { legsOf, type Draft, type ModelLeg, type ModelSession, putSession } from "../world.ts";
import { transferTo } from "./blind-transfer.ts";
import { transferConsulted } from "./consulted-transfer.ts";
import { accept, refusalOf } from "./dial-answer.ts";
import type { DialRefusal } from "./dial-refusal.ts";
import { unfitForPlain } from "./media-fit.ts";
import type { DialedTransfer } from "./transfer-state.ts";
import { connect, oppositeOf, releaseLeg, transferring } from "./transfers.ts";

const NO_CALL: DialRefusal = { status: 480, reason: "no-call-to-transfer" };
const PENDING: DialRefusal = { status: 491, reason: "transfer-pending" };
const NO_DIALOG: DialRefusal = { status: 481, reason: "no-dialog" };

const TRANSFERRED: Why = { cause: 16, feature: "transfer", by: "party" };
const REPLACED: Why = { cause: 16, feature: "replaces", by: "party" };
/** Q.850: call rejected by a feature. */
const REFUSED_BY_FEATURE = 24;

interface Dialing {
  readonly sessionId: string;
  /** The leg of the phone that dials. */
  readonly legId: string;
  readonly device: string;
}

/**
 * A phone has dialed the code for a transfer: with a number behind it the call that it had last goes there, without one
 * its calls are connected with each other.
 * @returns why not
 */
export function dialTransfer(draft: Draft, dialing: Dialing, argument: string): DialRefusal | undefined {
  const { world } = draft;
  const transferId = dialing.sessionId;
  const legs = legsOf(world, dialing.device).filter(({ legId }) => legId !== dialing.legId);
  const up = legs.filter((leg) => oppositeOf(world, leg) !== undefined);
  if (argument !== "") {
    const controller = up.at(-1);
    if (controller === undefined) return NO_CALL;
    return begin(draft, [controller], {
      transferId,
      state: "dialed",
      kind: "blind",
      controller: controller.legId,
      to: argument,
    });
  }
  const [first] = up;
  const second = legs.findLast((leg) => leg !== first);
  if (first === undefined || second === undefined) return NO_CALL;
  return begin(draft, [first, second], {
    transferId,
    state: "dialed",
    kind: "consulted",
    first: first.legId,
    second: second.legId,
  });
}

/** A phone's INVITE takes the place of a leg (RFC 3891). @returns why not */
export function dialReplacement(draft: Draft, { sessionId }: Dialing, legId: string): DialRefusal | undefined {
  const replaced = draft.world.legs.get(legId);
  if (replaced === undefined || oppositeOf(draft.world, replaced) === undefined) return NO_DIALOG;
  if (unfitForPlain(replaced) !== undefined) return refusalOf("media-incompatible");
  return begin(draft, [replaced], { transferId: sessionId, state: "dialed", kind: "replaces", replaced: legId });
}

function begin(draft: Draft, legs: readonly ModelLeg[], transfer: DialedTransfer): DialRefusal | undefined {
  const { world } = draft;
  if (legs.some(({ legId }) => isInvolved(world, legId))) return PENDING;
  const { transferId } = transfer;
  const session = world.sessions.get(transferId);
  if (session === undefined) return NO_CALL;
  world.transfers.set(transferId, transfer);
  putSession(draft, { ...session, purpose: { feature: "transfer", id: transferId } });
  accept(draft, transferId, "silence");
  return undefined;
}

/** The phone's INVITE is answered: what it has dialed is done. */
export function dialedAnswered(draft: Draft, transfer: DialedTransfer, session: ModelSession): void {
  const { world } = draft;
  world.transfers.delete(transfer.transferId);
  const dialing = session.caller === undefined ? undefined : world.legs.get(session.caller);
  if (dialing === undefined) return;
  if (transfer.kind === "replaces") return replace(draft, dialing, world.legs.get(transfer.replaced));
  // It is released first: it may have no room for a call that comes back to it.
  releaseLeg(draft, dialing, TRANSFERRED);
  if (transfer.kind === "blind") {
    const controller = world.legs.get(transfer.controller);
    if (controller !== undefined) transferTo(draft, controller, transfer.to, {});
    return;
  }
  const [first, second] = [world.legs.get(transfer.first), world.legs.get(transfer.second)];
  if (first !== undefined && second !== undefined) transferConsulted(draft, first, second, {});
}

function replace(draft: Draft, dialing: ModelLeg, replaced: ModelLeg | undefined): void {
  const opposite = replaced === undefined ? undefined : oppositeOf(draft.world, replaced);
  if (replaced === undefined || opposite === undefined || isInvolved(draft.world, replaced.legId)) {
    return releaseLeg(draft, dialing, { ...REPLACED, cause: REFUSED_BY_FEATURE, by: "system" });
  }
  const [surviving, dissolved] = [replaced.callId, dialing.callId];
  transferring(draft, { surviving, dissolved, controller: dialing.device }, () => {
    linkCalls(draft, dissolved, surviving);
    connect(draft, surviving, dialing, opposite, REPLACED);
    dropLeg(draft, replaced, REPLACED);
    endWhenEmpty(draft, dissolved, REPLACED);
    if ("leg" in opposite) return;
    draft.effects.push({ type: "release", sessionId: replaced.sessionId, why: REPLACED });
  });
}
