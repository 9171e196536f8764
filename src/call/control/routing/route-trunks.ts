import { type Ids, withMore } from "../../../common/index.ts";
import { escapeUser, formatUri, parseUri } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import type { RouteAttempt } from "../../digit-analysis/index.ts";
import type { BranchGroup } from "../../model/index.ts";
import { callerForTrunk, outboundNumber } from "../../trunk/trunk-numbers.ts";
import type { BranchRefusal, BranchTarget } from "../leg/branch.ts";
import type { LegDevice } from "../leg/leg.ts";
import { rejection, type Rejection } from "../rejection.ts";
import type { RejectedCall, RoutedCall } from "./routed-call.ts";

/** What routing to trunks depends on. */
export interface TrunkContext {
  readonly ids: Ids;
  readonly isBusy: (device: SipPhone | Peer) => boolean;
  /** False: the trunk is known to be down, and is tried last. */
  readonly isUsable: (trunk: Peer) => boolean;
  /** Asked when it is a trunk's turn: why the call must not take it. */
  readonly guard: (trunk: Peer) => BranchRefusal | undefined;
  /** The trunk may be told to hide the caller; not in an emergency. */
  readonly mayHide: boolean;
  /** Longest ringing of a call whose callee's profile does not say. */
  readonly ringSeconds: number;
  /** Longest wait for the first response of a trunk that others may stand in for. */
  readonly trunkTrySeconds: number;
}

/** Trunks that are tried for a call. */
const MAX_TRUNKS = 16;
const CONGESTION = 42;

/** What a peer is told that has all its calls, and who calls it: another way may be free. */
export const PEER_BUSY: Rejection = rejection(503, "peer-busy", [["Retry-After", "5"]], CONGESTION);

const FULL: BranchRefusal = {
  status: 503,
  told: { text: `Q.850;cause=${CONGESTION};text="switching equipment congestion"`, cause: CONGESTION },
};

/** Where a peer takes a number; undefined when its own URI is none. */
export function peerUri(peer: Peer, number: string): string | undefined {
  const uri = parseUri(peer.uri);
  return uri.ok ? formatUri(withMore(uri.value, { user: escapeUser(number) })) : undefined;
}

/** To the one peer whose prefix or host was dialed: no other stands in for it. */
export function routeToPeer(attempt: RouteAttempt, context: TrunkContext): RoutedCall | RejectedCall {
  const { peer } = attempt;
  const number = outboundNumber(peer, attempt.number);
  const device: LegDevice = { kind: "peer", name: peer.name, number };
  if (context.isBusy(peer)) return { kind: "rejected", callee: device, ...PEER_BUSY };
  const target = trunkTarget(attempt, context);
  if (target === undefined) return { kind: "rejected", callee: device, ...rejection(500, "peer-uri") };
  // It counts for the peer from the beginning.
  const counted: TrunkTarget = withMore(target, { admit: () => context.guard(peer) });
  return { ...routed([counted], context, {}), callee: device };
}

/**
 * To trunks in turn: those that are known to be down last, else in their order. Whether one is full is asked when it is
 * its turn; when all are at once the caller is told.
 */
export function routeToTrunks(attempts: readonly RouteAttempt[], context: TrunkContext): RoutedCall | RejectedCall {
  const [first] = attempts;
  if (first === undefined) return { kind: "rejected", ...rejection(503, "no-trunk") };
  const callee: LegDevice = { kind: "peer", name: first.peer.name, number: first.number };
  if (attempts.every(({ peer }) => context.isBusy(peer))) return { kind: "rejected", callee, ...PEER_BUSY };
  const usable = attempts.filter(({ peer }) => context.isUsable(peer));
  const down = attempts.filter(({ peer }) => !context.isUsable(peer));
  const targets = [...usable, ...down].slice(0, MAX_TRUNKS).flatMap((attempt) => trunkTarget(attempt, context) ?? []);
  if (targets.length === 0) return { kind: "rejected", callee, ...rejection(500, "peer-uri") };
  return routed(targets, context, { tryMs: context.trunkTrySeconds * 1_000 });
}

interface TrunkTarget extends BranchTarget {
  readonly ringSeconds: number;
}

function routed(
  trunks: readonly TrunkTarget[],
  { ids, ringSeconds: usual }: TrunkContext,
  tried: Pick<BranchGroup, "tryMs">,
): RoutedCall {
  const targets = new Map<string, BranchTarget>();
  const groups = trunks.map(({ ringSeconds, ...target }): BranchGroup => {
    const branchId = ids.uuid();
    targets.set(branchId, tried.tryMs === undefined ? target : withMore(target, { isTried: true }));
    return { branchIds: [branchId], ringMs: (ringSeconds > 0 ? ringSeconds : usual) * 1_000, ...tried };
  });
  return { kind: "routed", route: { kind: "branches", groups }, targets, callee: undefined };
}

/** Undefined when the trunk's URI is none, or nothing is left of the number. */
function trunkTarget(
  { peer, number, callingNumber, way }: RouteAttempt,
  context: TrunkContext,
): TrunkTarget | undefined {
  const sent = outboundNumber(peer, number);
  const uri = sent === "" ? undefined : peerUri(peer, sent);
  if (uri === undefined) return undefined;
  const { profile } = peer;
  return {
    uri,
    device: { kind: "peer", name: peer.name, number: sent },
    ...(callingNumber === undefined ? {} : { callerNumber: callingNumber }),
    showCaller: (caller) => callerForTrunk(peer, caller, context.mayHide),
    admit: () => (context.isBusy(peer) ? FULL : context.guard(peer)),
    isTrusted: peer.trusted === true,
    policy:
      peer.sealedPassword === undefined ? profile.session : withMore(profile.session, { isRemoteToRefresh: true }),
    latch: profile.media.latch ? "any" : "candidates",
    route: { trunk: peer.name, ...way },
    ringSeconds: profile.ringSeconds,
  };
}
