import { lookup } from "node:dns";
import { isIP } from "node:net";
import { parseUri, type ParseResult } from "../message/index.ts";
import type { Target, TransportProtocol } from "../transport/index.ts";

/** Host names whose look-up is under way at a time; more fail. */
const MAX_LOOKUPS = 1_000;

/** Where to send a request, before its host is an address. */
export interface NextHop {
  readonly protocol: TransportProtocol;
  readonly host: string;
  readonly port: number;
}

/** Reads protocol, host and port of a SIP URI; UDP and 5060 when it does not say (RFC 3263 4). */
export function nextHopOf(uriText: string): ParseResult<NextHop> {
  const parsed = parseUri(uriText);
  if (!parsed.ok) return parsed;
  const uri = parsed.value;
  if (uri.scheme === "sips") return { ok: false, reason: "requested protocol/transport not available" };
  if (uri.scheme !== "sip" || uri.host === undefined) return { ok: false, reason: `invalid request-uri: ${uriText}` };
  const transport = (uri.params.get("transport") ?? "udp").toLowerCase();
  if (transport !== "udp" && transport !== "tcp") {
    return { ok: false, reason: "requested protocol/transport not available" };
  }
  const maddr = uri.params.get("maddr");
  const host = (maddr ?? uri.host).replace(/^\[|\]$/g, "");
  return { ok: true, value: { protocol: transport, host, port: uri.port ?? 5060 } };
}

/** Turns next hops into targets: literal addresses at once, names by the system's resolver. */
export class TargetResolver {
  #pending = 0;

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
    lookup(host, { family: 4 }, (error, address) => {
      this.#pending -= 1;
      done(error === null ? { protocol, address, port } : undefined);
    });
  }
}
