import { lookup } from "node:dns";
import { isIP } from "node:net";
import { parseUri, type ParseResult, type SipUri } from "../message/index.ts";
import {
  defaultPort,
  type Target,
  TRANSPORT_PROTOCOLS,
  type TransportLayer,
  type TransportProtocol,
} from "../transport/index.ts";

const NOT_AVAILABLE = "requested protocol/transport not available";

/** Host names whose look-up is under way at a time; more fail. */
const MAX_LOOKUPS = 1_000;

/** Where to send a request, before its host is an address. */
export interface NextHop {
  readonly protocol: TransportProtocol;
  readonly host: string;
  readonly port: number;
}

/** What a transport parameter means in a `sips` URI (RFC 3261 26.2.2, RFC 7118 5.2): TLS on each hop, UDP on none. */
const SECURE: ReadonlyMap<string, TransportProtocol> = new Map([
  ["tcp", "tls"],
  ["tls", "tls"],
  ["ws", "wss"],
  ["wss", "wss"],
]);

/**
 * Reads protocol, host and port of a SIP or SIPS URI; UDP, for SIPS TLS, and the transport's usual port when it does not
 * say (RFC 3263 4).
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
  return { ok: true, value: { protocol, host, port: uri.port ?? defaultPort(protocol) } };
}

/** The transport that a SIP or SIPS URI asks for; `undefined` for one that does not exist. */
export function protocolOf({ scheme, params }: Pick<SipUri, "scheme" | "params">): TransportProtocol | undefined {
  const given = params.get("transport")?.toLowerCase();
  if (scheme === "sips") return given === undefined ? "tls" : SECURE.get(given);
  return TRANSPORT_PROTOCOLS.find((protocol) => protocol === (given ?? "udp"));
}

/** Finds the addresses of a host name, of both families; none when it has none. */
type LookUp = (host: string, done: (addresses: readonly string[]) => void) => void;

const lookUpAll: LookUp = (host, done) => {
  lookup(host, { all: true }, (error, found) => done(error === null ? found.map(({ address }) => address) : []));
};

/** Turns next hops into targets: literal addresses at once, names by the system's resolver. */
export class TargetResolver {
  readonly #transport: Pick<TransportLayer, "canReach" | "speaks">;
  readonly #lookUp: LookUp;
  #pending = 0;

  /** @param lookUp asks the system's resolver unless another is given */
  constructor(transport: Pick<TransportLayer, "canReach" | "speaks">, lookUp: LookUp = lookUpAll) {
    this.#transport = transport;
    this.#lookUp = lookUp;
  }

  /** As `nextHopOf`, and refuses a transport that no listener of ours speaks. */
  nextHopOf(uriText: string): ParseResult<NextHop> {
    const nextHop = nextHopOf(uriText);
    if (!nextHop.ok || this.#transport.speaks(nextHop.value.protocol)) return nextHop;
    return { ok: false, reason: NOT_AVAILABLE };
  }

  /** Calls `done` once, synchronously for a literal address; with `undefined` when the name has no address. */
  resolve({ protocol, host, port }: NextHop, done: (target: Target | undefined) => void): void {
    if (isIP(host) !== 0) {
      done({ protocol, address: host, port });
      return;
    }
    if (this.#pending >= MAX_LOOKUPS) {
      done(undefined);
      return;
    }
    this.#pending += 1;
    this.#lookUp(host, (found) => {
      this.#pending -= 1;
      // Of a host with addresses of both families, one that a listener of ours can speak to.
      const address = found.find((each) => this.#transport.canReach(protocol, each)) ?? found[0];
      const name = protocol === "tls" ? { serverName: host } : {};
      done(address === undefined ? undefined : { protocol, address, port, ...name });
    });
  }
}
