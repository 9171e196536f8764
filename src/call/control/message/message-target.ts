import { withMore } from "../../../common/index.ts";
import { parseNameAddr, parseUri } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import type { Destination, RouteAttempt } from "../../digit-analysis/index.ts";
import type { Binding } from "../../registrar/index.ts";
import type { Way } from "../leg/branch.ts";
import { outboundNumber } from "../../trunk/trunk-numbers.ts";
import { octets } from "../leg/caller-identity.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { rejectionOfNone, waysToPlaces } from "../routing/route-call.ts";
import { peerUri } from "../routing/route-trunks.ts";

/** One place to send a message to. */
export interface MessageTarget {
  /** Tried one after the other while nobody is reached; at least one. */
  readonly ways: readonly Way[];
  /** A peer of the trust domain. */
  readonly isTrusted: boolean;
  /** Absent: a phone. */
  readonly trunk?: Peer;
}

/** Where a message goes, and to whom. */
export interface RoutedMessage {
  readonly kind: "routed";
  readonly number: string;
  /** How the sender is shown; absent: unchanged. */
  readonly callerNumber?: string;
  readonly targets: readonly MessageTarget[];
}

type RejectedMessage = { readonly kind: "rejected" } & Rejection;

/** What the services of the switch take. */
const SERVICE_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE";
const CONGESTION_CONTROLLED = new Set(["tcp", "tls", "ws", "wss"]);

/** Turns the result of digit analysis into places, or into what the sender is told. */
export function routeMessage(
  destination: Destination,
  lookup: (phone: SipPhone) => readonly Binding[],
  onFlowFailed: (binding: Binding) => void,
): RoutedMessage | RejectedMessage {
  switch (destination.kind) {
    case "endpoint":
      return { kind: "rejected", ...rejection(405, "service", [["Allow", SERVICE_METHODS]]) };
    case "phone":
      return routeToPhones([destination.phone], lookup, onFlowFailed);
    case "line":
      return shownAs(destination.callingNumber, routeToPhones(destination.phones, lookup, onFlowFailed));
    case "peer":
      return routeToPeer(destination);
    case "route": {
      const [first] = destination.attempts;
      return first === undefined
        ? { kind: "rejected", ...rejectionOfNone({ reason: "no-trunk" }) }
        : routeToPeer(first);
    }
    case "hunt-pilot":
    case "park-range":
    case "pickup-group":
    case "feature":
      return { kind: "rejected", ...rejection(405, destination.kind, [["Allow", SERVICE_METHODS]]) };
    case "none":
      return { kind: "rejected", ...rejectionOfNone(destination) };
  }
}

function shownAs(
  callerNumber: string | undefined,
  routed: RoutedMessage | RejectedMessage,
): RoutedMessage | RejectedMessage {
  return callerNumber === undefined || routed.kind === "rejected" ? routed : withMore(routed, { callerNumber });
}

function routeToPhones(
  phones: readonly SipPhone[],
  lookup: (phone: SipPhone) => readonly Binding[],
  onFlowFailed: (binding: Binding) => void,
): RoutedMessage | RejectedMessage {
  const targets = phones.flatMap((phone) =>
    waysToPlaces(lookup(phone), onFlowFailed).map((ways) => ({ ways, isTrusted: false })),
  );
  const [first] = phones;
  if (targets.length === 0 || first === undefined) return { kind: "rejected", ...rejection(480, "not-registered") };
  return { kind: "routed", number: octets(first.directoryNumber), targets };
}

function routeToPeer({ peer, number, callingNumber }: RouteAttempt): RoutedMessage | RejectedMessage {
  const sent = outboundNumber(peer, number);
  const uri = sent === "" ? undefined : peerUri(peer, sent);
  if (uri === undefined) return { kind: "rejected", ...rejection(500, "peer-uri") };
  const targets = [{ ways: [{ uri }], isTrusted: peer.trusted === true, trunk: peer }];
  return shownAs(callingNumber, { kind: "routed", number: sent, targets });
}

/** The places that have ways for a message that is too long for others, with those ways. */
export function congestionControlled(targets: readonly MessageTarget[]): readonly MessageTarget[] {
  return targets
    .map((target) => ({ ...target, ways: target.ways.filter(isCongestionControlled) }))
    .filter(({ ways }) => ways.length > 0);
}

/** True when the way to a place slows down before it loses (RFC 3428 8). */
export function isCongestionControlled({ uri, proxyUri, path }: Way): boolean {
  const [route] = path ?? [];
  const first = route === undefined ? undefined : parseNameAddr(route);
  const next = first?.ok === true ? first.value.uri : (proxyUri ?? uri);
  const parsed = parseUri(next);
  if (!parsed.ok) return false;
  const { scheme, params } = parsed.value;
  return scheme === "sips" || CONGESTION_CONTROLLED.has(params.get("transport")?.toLowerCase() ?? "");
}
