import { withMore } from "../../common/index.ts";
import { isIP } from "node:net";
import { parseUri, type ParseResult, type SipUri } from "../message/index.ts";
import { defaultPort, TRANSPORT_PROTOCOLS, type TransportProtocol } from "../transport/index.ts";

export const NOT_AVAILABLE = "requested protocol/transport not available";

/** Where to send a request, before its host is an address. */
export interface NextHop {
  /** What the URI says, else what is used where DNS says nothing. */
  readonly protocol: TransportProtocol;
  readonly host: string;
  /** What the URI says, else the usual port of `protocol`. */
  readonly port: number;
  /** What the URI of a host name leaves to SRV and NAPTR records; absent: nothing (RFC 3263 4.1, 4.2). */
  readonly open?: "port" | "protocol-and-port";
}

/** What a transport parameter means in a `sips` URI (RFC 3261 26.2.2, RFC 7118 5.2): TLS on each hop, UDP on none. */
const SECURE: ReadonlyMap<string, TransportProtocol> = new Map([
  ["tcp", "tls"],
  ["tls", "tls"],
  ["ws", "wss"],
  ["wss", "wss"],
]);

/** There are no records for WebSocket servers to be connected to. */
const WITHOUT_RECORDS: ReadonlySet<TransportProtocol> = new Set(["ws", "wss"]);

/**
 * Reads protocol, host and port of a SIP or SIPS URI; UDP, for SIPS TLS, and the transport's usual port when it does not
 * say.
 * @see RFC 3263 4
 */
export function nextHopOf(uriText: string): ParseResult<NextHop> {
  const parsed = parseUri(uriText);
  if (!parsed.ok) return parsed;
  const uri = parsed.value;
  const isSip = uri.scheme === "sip" || uri.scheme === "sips";
  if (!isSip || uri.host === undefined) return { ok: false, reason: `invalid request-uri: ${uriText}` };
  const protocol = protocolOf(uri);
  if (protocol === undefined) return { ok: false, reason: NOT_AVAILABLE };
  const maddr = uri.params.get("maddr");
  const host = (maddr ?? uri.host).replace(/^\[|\]$/g, "");
  const hop = { protocol, host, port: uri.port ?? defaultPort(protocol) };
  if (uri.port !== undefined || isIP(host) !== 0 || WITHOUT_RECORDS.has(protocol)) return { ok: true, value: hop };
  return { ok: true, value: withMore(hop, { open: uri.params.has("transport") ? "port" : "protocol-and-port" }) };
}

/** The transport that a SIP or SIPS URI asks for; `undefined` for one that does not exist. */
export function protocolOf({ scheme, params }: Pick<SipUri, "scheme" | "params">): TransportProtocol | undefined {
  const given = params.get("transport")?.toLowerCase();
  if (scheme === "sips") return given === undefined ? "tls" : SECURE.get(given);
  return TRANSPORT_PROTOCOLS.find((protocol) => protocol === (given ?? "udp"));
}

/** The transports that a next hop may be reached by, best first. */
export function protocolsOf({ protocol, open }: NextHop): readonly TransportProtocol[] {
  // Only a SIPS URI leaves its transport open and means TLS.
  return open !== "protocol-and-port" || protocol === "tls" ? [protocol] : ["udp", "tcp", "tls"];
}
