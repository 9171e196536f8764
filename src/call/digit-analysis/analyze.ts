import type { Inventory } from "../device/inventory.ts";
import type { Peer } from "../device/peer.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import type { Dialed } from "./dialed.ts";

/** A service inside the switch that can be called. */
export type ServiceEndpoint = "echo" | "demo";

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
}

/** One possibility that was considered, and why it won or lost. */
export interface Candidate {
  readonly kind: "phone" | "endpoint" | "peer";
  /** Directory number, service number, prefix or host that was compared. */
  readonly pattern: string;
  /** Name of the device or endpoint; absent when there is none. */
  readonly name?: string;
  readonly outcome: "won" | "lost" | "no-match";
  readonly why: string;
}

/**
 * Where a number leads. `none`: `empty` there is no user part; `too-long` it exceeds 128 characters; `unknown-host` the
 * host is neither this switch nor a peer; `unknown-number` nothing has it.
 */
export type Destination =
  | { readonly kind: "phone"; readonly phone: SipPhone }
  | { readonly kind: "endpoint"; readonly endpoint: ServiceEndpoint; readonly number: string }
  | { readonly kind: "peer"; readonly peer: Peer; readonly number: string }
  | { readonly kind: "none"; readonly reason: "empty" | "too-long" | "unknown-host" | "unknown-number" };

export interface Analysis {
  readonly destination: Destination;
  /** In order of precedence. */
  readonly explain: readonly Candidate[];
}

type Option = { readonly candidate: Omit<Candidate, "outcome">; readonly destination: Destination | undefined };

const MAX_LENGTH = 128;
const LEADS_BACK = "the caller is this peer: a call does not go back where it came from";

/**
 * Finds where a dialed number leads: the exact directory number, else a service number, else the peer with the
 * longest prefix. With the host of a peer it leads to that peer. Pure.
 */
export function analyze(dialed: Dialed, context: AnalysisContext): Analysis {
  const { user, host } = dialed;
  if (user === "") return none("empty");
  if (user.length > MAX_LENGTH) return none("too-long");
  if (host === undefined || isLocal(host, context)) {
    return choose([phoneOption(user, context), endpointOption(user, context), ...prefixOptions(user, context)]);
  }
  const peer = context.inventory.peerByHost(host);
  return peer === undefined ? none("unknown-host") : choose([hostOption(peer, host, user, context)]);
}

function isLocal(host: string, { inventory, localHosts, callerDomain, caller }: AnalysisContext): boolean {
  if (localHosts.has(host) || host === inventory.realm.toLowerCase()) return true;
  // Only phones: a peer's From names the peer's own domain.
  return (
    caller.kind === "sip-phone" && host === callerDomain?.toLowerCase() && inventory.peerByHost(host) === undefined
  );
}

function phoneOption(number: string, { inventory }: AnalysisContext): Option {
  const phone = inventory.phoneByNumber(number);
  return phone === undefined
    ? { candidate: { kind: "phone", pattern: number, why: "no such directory number" }, destination: undefined }
    : {
        candidate: { kind: "phone", pattern: number, name: phone.name, why: "exact directory number" },
        destination: { kind: "phone", phone },
      };
}

function endpointOption(number: string, { endpoints }: AnalysisContext): Option {
  const endpoint = endpoints.get(number);
  return endpoint === undefined
    ? { candidate: { kind: "endpoint", pattern: number, why: "no such service number" }, destination: undefined }
    : {
        candidate: { kind: "endpoint", pattern: number, name: endpoint, why: "exact service number" },
        destination: { kind: "endpoint", endpoint, number },
      };
}

function prefixOptions(number: string, { inventory, caller }: AnalysisContext): Option[] {
  return inventory.peersByPrefix(number).map(({ prefix, peer }) => {
    const isCaller = peer.name === caller.name;
    const why = isCaller ? LEADS_BACK : `prefix of length ${prefix.length}`;
    return {
      candidate: { kind: "peer", pattern: prefix, name: peer.name, why },
      destination: isCaller ? undefined : { kind: "peer", peer, number },
    };
  });
}

function hostOption(peer: Peer, host: string, number: string, { caller }: AnalysisContext): Option {
  const isCaller = peer.name === caller.name;
  const why = isCaller ? LEADS_BACK : "host of the peer";
  return {
    candidate: { kind: "peer", pattern: host, name: peer.name, why },
    destination: isCaller ? undefined : { kind: "peer", peer, number },
  };
}

/** The first option that leads anywhere wins. */
function choose(options: readonly Option[]): Analysis {
  const winner = options.find(({ destination }) => destination !== undefined);
  const explain = options.map((option): Candidate => {
    const { candidate, destination } = option;
    if (destination === undefined) return { ...candidate, outcome: "no-match" };
    if (option === winner) return { ...candidate, outcome: "won" };
    return { ...candidate, outcome: "lost", why: `${candidate.why}, after ${winner?.candidate.why ?? ""}` };
  });
  return { destination: winner?.destination ?? { kind: "none", reason: "unknown-number" }, explain };
}

function none(reason: Extract<Destination, { kind: "none" }>["reason"]): Analysis {
  return { destination: { kind: "none", reason }, explain: [] };
}
