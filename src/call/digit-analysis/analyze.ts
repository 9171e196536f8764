import type { Inventory } from "../device/inventory.ts";
import type { Peer } from "../device/peer.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import type { Destination, NoReason, ServiceEndpoint } from "./destination.ts";
import { isNumberOrName, type Dialed } from "./dialed.ts";
import { dialedFeature, type DialedFeature } from "./dialed-feature.ts";
import { isEmergency, type EmergencyPlan } from "./emergency.ts";
import type { Numbering } from "./numbering.ts";
import { plannedAtPeer, plannedDestination } from "./planned-destination.ts";

/** What digit analysis may look at. */
export interface AnalysisContext {
  readonly inventory: Inventory;
  /** Who calls: the authenticated device. */
  readonly caller: SipPhone | Peer;
  /** Service numbers, for example 9196 to "echo". */
  readonly endpoints: ReadonlyMap<string, ServiceEndpoint>;
  /** Hosts that mean this switch, lower case: its addresses and names. The realm always does. */
  readonly localHosts: ReadonlySet<string>;
  /** Host of the caller's From: a phone that knows the switch by a name of its own dials inside it. */
  readonly callerDomain?: string;
  /** Where emergency calls go; absent: nowhere. */
  readonly emergency?: EmergencyPlan;
  /** Leads numbers; absent: the directory numbers and prefixes of the inventory do. */
  readonly numbering?: Numbering;
  /** A phone has dialed this itself, so codes of features are what they are; absent: it is forwarded, or a message. */
  readonly mayUseFeatures?: boolean;
}

const MAX_LENGTH = 128;

/**
 * Finds where a dialed number leads. Emergency calls come first, whatever their host, then the codes of features where there
 * is a dial plan; else the dial plan leads it, and
 * without one it is the exact directory number, else a service number, else the peer with the longest prefix. With the host
 * of a peer it leads to that peer or nowhere, where the caller may dial that. A call does not go back where it came from. Pure.
 */
export function analyze(dialed: Dialed, context: AnalysisContext): Destination {
  const { user, host } = dialed;
  const { inventory, endpoints, caller } = context;
  if (user === "") return none("empty");
  if (user.length > MAX_LENGTH) return none("too-long");
  if (isEmergency(dialed, context.emergency)) return toEmergency(dialed, context);
  if (host !== undefined && !isForUs(dialed, context)) {
    const peer = inventory.peerByHost(host);
    if (peer === undefined) return none("unknown-host");
    if (context.numbering !== undefined) return plannedAtPeer(user, peer, context.numbering, context);
    return toPeer(peer.prefixes.some((prefix) => user.startsWith(prefix)) ? [peer] : [], user, caller);
  }
  const feature = featureOf(dialed, context);
  if (feature?.kind === "speed-dial") return analyze(feature.dialed, context);
  if (feature !== undefined) return feature;
  if (context.numbering !== undefined)
    return withMore(plannedDestination(user, context.numbering, context), user, context);
  const phone = inventory.phoneByNumber(user);
  if (phone !== undefined) return { kind: "phone", phone };
  const endpoint = endpoints.get(user);
  if (endpoint !== undefined) return { kind: "endpoint", endpoint, number: user };
  return toPeer(inventory.peersByPrefix(user), user, caller);
}

/**
 * A peer may send emergency calls through us whether it has transit or not; but none goes back where it came from: the
 * phone that takes those of others gets out by the dial plan, else by the peer that has the number.
 */
function toEmergency({ user, service }: Dialed, context: AnalysisContext): Destination {
  const { emergency, caller } = context;
  if (emergency === undefined) return none("no-emergency");
  const { device, serviceNumber } = emergency;
  const number = service === undefined ? user : serviceNumber;
  if (device.name === caller.name) return caller.kind === "peer" ? none("no-emergency") : beyond(number, context);
  return device.kind === "sip-phone" ? { kind: "phone", phone: device } : { kind: "peer", peer: device, number };
}

function beyond(number: string, context: AnalysisContext): Destination {
  const { caller, inventory, numbering } = context;
  const planned = numbering && plannedDestination(number, numbering, context);
  if (planned?.kind === "route" || planned?.kind === "peer") return planned;
  const byPrefix = toPeer(inventory.peersByPrefix(number), number, caller);
  return byPrefix.kind === "peer" ? byPrefix : none("no-emergency");
}

/** What the speed dial stands for that a phone has dialed; what is none stays as it is. */
export function withoutSpeedDial(dialed: Dialed, context: AnalysisContext): Dialed {
  if (isEmergency(dialed, context.emergency) || !isForUs(dialed, context)) return dialed;
  const feature = featureOf(dialed, context);
  return feature?.kind === "speed-dial" ? feature.dialed : dialed;
}

/** The feature whose code was dialed inside the switch. Its phones alone may use them: nobody else gets anywhere so. */
function featureOf(
  { user }: Dialed,
  { caller, numbering, mayUseFeatures }: AnalysisContext,
): DialedFeature | undefined {
  if (mayUseFeatures !== true || numbering === undefined) return undefined;
  if (caller.kind === "sip-phone") return dialedFeature(user, caller.name, numbering.plan);
  return numbering.plan.findFeature(user) === undefined ? undefined : { kind: "none", reason: "unknown-number" };
}

/** Numbers of services and for emergencies can be incomplete, too, and codes of features. */
function withMore(destination: Destination, dialed: string, context: AnalysisContext): Destination {
  if (destination.kind !== "none" || destination.more === true) return destination;
  const { endpoints, emergency, numbering, mayUseFeatures, caller } = context;
  const mayDialCode = mayUseFeatures === true && caller.kind === "sip-phone";
  if (mayDialCode && numbering?.plan.beginsFeature(dialed) === true) return { ...destination, more: true };
  const others = [...endpoints.keys(), ...(emergency?.numbers ?? [])];
  const isBeginning = others.some((number) => number.length > dialed.length && number.startsWith(dialed));
  return isBeginning ? { ...destination, more: true } : destination;
}

/** The first of the peers that the call did not come from. */
function toPeer(peers: readonly Peer[], number: string, caller: SipPhone | Peer): Destination {
  if (!isNumberOrName(number)) return none("unknown-number");
  const peer = peers.find(({ name }) => name !== caller.name);
  if (peer === undefined) return none("unknown-number");
  return caller.kind === "peer" && !caller.transit ? none("no-transit") : { kind: "peer", peer, number };
}

function isForUs({ host }: Dialed, { inventory, localHosts, callerDomain, caller }: AnalysisContext): boolean {
  if (host === undefined) return true;
  if (localHosts.has(host) || host === inventory.realm.toLowerCase()) return true;
  // Only phones: a peer's From names the peer's own domain.
  return (
    caller.kind === "sip-phone" && host === callerDomain?.toLowerCase() && inventory.peerByHost(host) === undefined
  );
}

function none(reason: NoReason): Destination {
  return { kind: "none", reason };
}
