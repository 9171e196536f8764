import type { Inventory } from "../device/inventory.ts";
import type { Peer } from "../device/peer.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import type { Destination, RouteAttempt, ServiceEndpoint } from "./destination.ts";
import { isNumberOrName } from "./dialed.ts";
import type { Numbering } from "./numbering.ts";
import type {
  DialCaller,
  DialPlan,
  DialedLine,
  DialedPrefix,
  DialedRoute,
  DialQuery,
  DialResult,
} from "./plan/dial-plan.ts";

export interface PlannedContext {
  readonly inventory: Inventory;
  readonly caller: SipPhone | Peer;
  readonly endpoints: ReadonlyMap<string, ServiceEndpoint>;
}

/** Where a number leads by the dial plan. A call does not go back to the trunk that it came from. */
export function plannedDestination(number: string, numbering: Numbering, context: PlannedContext): Destination {
  const { caller, endpoints } = context;
  const query = queryOf(numbering, caller, endpoints);
  const result = numbering.plan.analyzeDigits(number, query);
  const shown = result.callingNumber === query.callingNumber ? undefined : result.callingNumber;
  const { target } = result;
  switch (target.kind) {
    case "line":
      return lineOf(target, result.number, shown, context);
    case "route":
      return routeOf(target, query.callingNumber, context);
    case "prefix":
      return peerOf(target, result.number, shown, context, numbering);
    case "service": {
      const endpoint = endpoints.get(result.number);
      return endpoint === undefined ? noneOf(result) : { kind: "endpoint", endpoint, number: result.number };
    }
    case "hunt-pilot":
      return { kind: "hunt-pilot", pattern: target.pattern, number: result.number };
    case "park-range":
      return { kind: "park-range", pattern: target.pattern, number: result.number };
    case "pickup-group":
      return { kind: "pickup-group", group: target.group, number: result.number };
    case "none":
      return noneOf(result);
  }
}

/**
 * Where a number leads that was dialed with the host of a peer: to that peer alone, by the pattern that wins when that
 * leads there, or by one of the peer's prefixes. What the caller may not dial it does not reach so either.
 */
export function plannedAtPeer(number: string, peer: Peer, numbering: Numbering, context: PlannedContext): Destination {
  const { plan } = numbering;
  const query = queryOf(numbering, context.caller, undefined);
  const result = plan.analyzeDigits(number, query);
  const { target } = result;
  if (target.kind === "route") {
    const attempts = target.attempts.filter(({ trunk }) => trunk === peer.name);
    if (attempts.length === 0) return { kind: "none", reason: "unknown-number", pattern: target.pattern };
    return routeOf({ ...target, attempts }, query.callingNumber, context);
  }
  if (target.kind === "none" && target.reason !== "unknown-number") return noneOf(result);
  const byPrefix = plan.prefixTrunks(number, query).includes(peer.name);
  const trunks: DialedPrefix = { kind: "prefix", trunks: byPrefix ? [peer.name] : [] };
  return peerOf(trunks, number, undefined, context, numbering);
}

/** What a caller dials with. */
export function queryOf(
  { plan, nowMs, callingNumber, space, line, nextOf }: Numbering,
  caller: SipPhone | Peer,
  services: DialQuery["services"],
): DialQuery {
  const isPhone = caller.kind === "sip-phone";
  const own = callingNumber ?? (isPhone ? caller.directoryNumber : undefined);
  const dialer = { device: caller.name, ...(isPhone ? { line: caller.line } : {}) };
  return {
    partitions: space === undefined ? partitionsOf(plan, dialer, line) : plan.searchSpace(space),
    nowMs,
    zone: plan.callerZone(dialer),
    ...(own === undefined ? {} : { callingNumber: own }),
    ...(services === undefined ? {} : { services }),
    ...(nextOf === undefined ? {} : { nextOf }),
  };
}

function partitionsOf(plan: DialPlan, dialer: DialCaller, line: string | undefined): readonly string[] {
  const ofLine = line === undefined ? [] : plan.callerSpace({ line });
  return ofLine.length > 0 ? ofLine : plan.callerSpace(dialer);
}

function lineOf(
  { line, ctiPorts, routePoints }: DialedLine,
  number: string,
  callingNumber: string | undefined,
  { inventory }: PlannedContext,
): Destination {
  const phones = inventory.phonesByLine(line);
  return { kind: "line", line, number, phones, ctiPorts, routePoints, ...shownAs(callingNumber) };
}

function routeOf(
  { pattern, class: routeClass, international, attempts }: DialedRoute,
  ownNumber: string | undefined,
  { inventory, caller }: PlannedContext,
): Destination {
  const possible = attempts.flatMap(({ trunk, number, callingNumber, way }): RouteAttempt[] => {
    const peer = inventory.deviceByName(trunk);
    if (peer?.kind !== "peer" || peer.name === caller.name) return [];
    const shown = shownAs(callingNumber === ownNumber ? undefined : callingNumber);
    return [{ peer, number, ...shown, way: { pattern, ...way } }];
  });
  if (possible.length === 0) return { kind: "none", reason: "no-trunk", pattern };
  if (mayNotPass(caller)) return { kind: "none", reason: "no-transit", pattern };
  return { kind: "route", pattern, class: routeClass, international, attempts: possible };
}

function peerOf(
  { trunks }: DialedPrefix,
  number: string,
  callingNumber: string | undefined,
  { inventory, caller }: PlannedContext,
  { plan }: Numbering,
): Destination {
  for (const trunk of isNumberOrName(number) ? trunks : []) {
    const peer = inventory.deviceByName(trunk);
    if (peer?.kind !== "peer" || peer.name === caller.name) continue;
    if (mayNotPass(caller)) return { kind: "none", reason: "no-transit" };
    const international = plan.leavesAbroad(trunk, number);
    return { kind: "peer", peer, number, international, ...shownAs(callingNumber) };
  }
  return { kind: "none", reason: "unknown-number" };
}

function noneOf({ target, more }: DialResult): Destination {
  const reason = target.kind === "none" ? target.reason : "unknown-number";
  const pattern = target.kind === "none" ? target.pattern : undefined;
  return { kind: "none", reason, ...(pattern === undefined ? {} : { pattern }), ...(more ? { more } : {}) };
}

function mayNotPass(caller: SipPhone | Peer): boolean {
  return caller.kind === "peer" && !caller.transit;
}

function shownAs(callingNumber: string | undefined): { callingNumber?: string } {
  return callingNumber === undefined ? {} : { callingNumber };
}
