import { createHmac } from "node:crypto";
import { parseNameAddr, parseUri, splitList, type SipMessage } from "../message/index.ts";
import { defaultPort, type Flow, type Target, type TransportLayer } from "../transport/index.ts";
import { hostPort } from "../dialog/index.ts";
import { protocolOf } from "../resolution/index.ts";

const PARAMETER = "proxied";
const TOKEN_LENGTH = 16;
const MAX_OWN_ROUTES = 2;

/** One of our addresses, as a peer sees it. */
export interface OwnAddress {
  readonly protocol: Target["protocol"];
  readonly address: string;
  readonly port: number;
}

/** The routes of a request, ours taken off. */
export interface TakenRoutes {
  /** Header values, in order. */
  readonly left: readonly string[];
  /** True when a route of ours was on top, and named this Call-ID: we recorded it ourselves. */
  readonly isRecorded: boolean;
}

/**
 * Makes the routes by which requests inside a proxied dialog come back to us, and knows them again. They carry a code
 * over the Call-ID, so that nobody can make us forward what does not belong to a dialog that we proxied; the key
 * outlives the process, and so do the routes.
 * @see RFC 3261 16.6 step 4, 16.4; RFC 5658 (two routes where the sides differ)
 */
export class RecordRoutes {
  readonly #transport: Pick<TransportLayer, "isLocal">;
  readonly #key: string;

  constructor(transport: Pick<TransportLayer, "isLocal">, key: string) {
    this.#transport = transport;
    this.#key = key;
  }

  /** Record-Route values for a request that came by `flow` and leaves from `outbound`; topmost first. */
  record(callId: string, flow: Flow, outbound: OwnAddress): string[] {
    const inbound: OwnAddress = { protocol: flow.protocol, address: flow.localAddress, port: flow.localPort };
    const code = `;${PARAMETER}=${this.#code(callId)}`;
    const values = [routeValue(outbound, code), routeValue(inbound, code)];
    return values[0] === values[1] ? values.slice(0, 1) : values;
  }

  /** RFC 3261 16.4: the routes of a request without those on top that are ours. */
  take(request: SipMessage): TakenRoutes {
    const routes = request.getAll("route").flatMap((value) => splitList(value));
    const code = this.#code(request.get("call-id") ?? "");
    let own = 0;
    let isRecorded = false;
    while (own < MAX_OWN_ROUTES && own < routes.length) {
      const given = this.#ownCode(routes[own] ?? "");
      if (given === undefined) break;
      isRecorded ||= given === code;
      own += 1;
    }
    return { left: routes.slice(own), isRecorded };
  }

  /** True when a URI names one of our listeners by address. */
  isOurs(uriText: string): boolean {
    const uri = parseUri(uriText);
    if (!uri.ok || (uri.value.scheme !== "sip" && uri.value.scheme !== "sips")) return false;
    const protocol = protocolOf(uri.value);
    if (protocol === undefined) return false;
    const { host, port = defaultPort(protocol) } = uri.value;
    return this.#transport.isLocal(host, port, protocol);
  }

  /** The code in a route of ours, perhaps empty; undefined for a route of somebody else. */
  #ownCode(route: string): string | undefined {
    const parsed = parseNameAddr(route);
    if (!parsed.ok || !this.isOurs(parsed.value.uri)) return undefined;
    const uri = parseUri(parsed.value.uri);
    return uri.ok ? (uri.value.params.get(PARAMETER) ?? "") : undefined;
  }

  #code(callId: string): string {
    return createHmac("sha256", this.#key).update(callId).digest("hex").slice(0, TOKEN_LENGTH);
  }
}

/** `<sip:address:port;lr>`, with the transport when it is not UDP. */
export function routeValue({ protocol, address, port }: OwnAddress, extraParams = ""): string {
  const transport = protocol === "udp" ? "" : `;transport=${protocol}`;
  return `<sip:${hostPort(address, port)}${transport};lr${extraParams}>`;
}
