import type { Ids } from "../../common/index.ts";
import type { RelayEndpoint } from "../../media/index.ts";
import { parseUri, formatUri, escapeUser } from "../../sip/message/index.ts";
import type { Peer, SipPhone } from "../device/index.ts";
import type { Destination } from "../digit-analysis/index.ts";
import type { BranchGroup, Route } from "../model/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { BranchTarget } from "./branch.ts";
import { phoneDevice } from "./caller-identity.ts";
import type { LegDevice } from "./leg.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { registrationOf } from "./way-to-leg.ts";

export interface RouteContext {
  readonly ids: Ids;
  readonly lookup: (directoryNumber: string) => readonly Binding[];
  readonly isBusy: (device: SipPhone | Peer) => boolean;
  /** Longest ringing of a call whose callee's profile does not say. */
  readonly ringSeconds: number;
  /** Ringing of all groups of contacts but the last. */
  readonly serialRingSeconds: number;
}

/** Where a call goes. */
export interface RoutedCall {
  readonly kind: "routed";
  readonly route: Route;
  readonly targets: ReadonlyMap<string, BranchTarget>;
  readonly callee: LegDevice | undefined;
  readonly endpoint?: RelayEndpoint;
}

/** What the caller is told instead, and whom it called where that is known. */
export type RejectedCall = { readonly kind: "rejected"; readonly callee?: LegDevice } & Rejection;

/** Contacts that are tried for a call; the registrar's own bound is usually lower. */
const MAX_BRANCHES = 16;

const STATUS_OF_NONE: Readonly<Record<Extract<Destination, { kind: "none" }>["reason"], number>> = {
  empty: 484,
  "too-long": 414,
  "unknown-host": 404,
  "unknown-number": 404,
  "no-transit": 403,
};

/** What a peer is told that has all its calls, and who calls it: another way may be free. */
export const PEER_BUSY = rejection(503, "peer-busy", [["Retry-After", "5"]]);

/** Turns the result of digit analysis into targets, or into what the caller is told. */
export function routeCall(destination: Destination, context: RouteContext): RoutedCall | RejectedCall {
  switch (destination.kind) {
    case "endpoint":
      return {
        kind: "routed",
        route: { kind: "endpoint" },
        targets: new Map(),
        callee: undefined,
        endpoint: destination.endpoint,
      };
    case "phone":
      return routeToPhone(destination.phone, context);
    case "peer":
      return routeToPeer(destination.peer, destination.number, context);
    case "none":
      return { kind: "rejected", ...rejection(STATUS_OF_NONE[destination.reason], destination.reason) };
  }
}

function routeToPhone(phone: SipPhone, context: RouteContext): RoutedCall | RejectedCall {
  const bindings = context.lookup(phone.directoryNumber).slice(0, MAX_BRANCHES);
  const device = phoneDevice(phone);
  if (bindings.length === 0) return { kind: "rejected", callee: device, ...rejection(480, "not-registered") };
  if (context.isBusy(phone)) return { kind: "rejected", callee: device, ...rejection(486, "busy") };
  const { profile } = phone;
  const targets = new Map<string, BranchTarget>();
  const groups: { q: number; branchIds: string[] }[] = [];
  for (const binding of bindings) {
    const { targetUri, proxyUri, path, q } = binding;
    const branchId = context.ids.uuid();
    targets.set(branchId, {
      uri: targetUri,
      ...(proxyUri === undefined ? {} : { proxyUri }),
      ...(path === undefined ? {} : { path }),
      registration: registrationOf(binding),
      device,
      policy: profile.session,
      latch: profile.media.latch ? "any" : "candidates",
    });
    const last = groups.at(-1);
    if (last?.q === q) last.branchIds.push(branchId);
    else groups.push({ q, branchIds: [branchId] });
  }
  return { kind: "routed", route: routeOf(groups, profile.ringSeconds, context), targets, callee: device };
}

function routeOf(
  groups: readonly { readonly branchIds: readonly string[] }[],
  profileRingSeconds: number,
  { ringSeconds, serialRingSeconds }: RouteContext,
): Route {
  const wholeSeconds = profileRingSeconds > 0 ? profileRingSeconds : ringSeconds;
  const timed = groups.map(({ branchIds }, index): BranchGroup => {
    const isLast = index === groups.length - 1;
    return { branchIds, ringMs: (isLast ? wholeSeconds : Math.min(wholeSeconds, serialRingSeconds)) * 1_000 };
  });
  return { kind: "branches", groups: timed };
}

function routeToPeer(peer: Peer, number: string, context: RouteContext): RoutedCall | RejectedCall {
  const device: LegDevice = { kind: "peer", name: peer.name, number };
  if (context.isBusy(peer)) return { kind: "rejected", callee: device, ...PEER_BUSY };
  const uri = parseUri(peer.uri);
  if (!uri.ok) return { kind: "rejected", callee: device, ...rejection(500, "peer-uri") };
  const branchId = context.ids.uuid();
  const { profile } = peer;
  const target: BranchTarget = {
    uri: formatUri({ ...uri.value, user: escapeUser(number) }),
    device,
    policy: profile.session,
    latch: profile.media.latch ? "any" : "candidates",
  };
  return {
    kind: "routed",
    route: routeOf([{ branchIds: [branchId] }], profile.ringSeconds, context),
    targets: new Map([[branchId, target]]),
    callee: device,
  };
}
