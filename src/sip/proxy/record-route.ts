import { createHmac } from "node:crypto";
import { parseNameAddr, parseUri, splitList, type SipMessage, type SipUri } from "../message/index.ts";
import { defaultPort, type Flow, type Target, type TransportLayer } from "../transport/index.ts";
import { hostPort, type FlowTokens, type NamedFlow } from "../dialog/index.ts";
import { protocolOf } from "../resolution/index.ts";
import { asksForOutbound, isByFlowOnly, isFirstHop } from "./first-hop.ts";

const PARAMETER = "proxied";
const TOKEN_LENGTH = 16;
const MAX_OWN_ROUTES = 2;
const NO_FLOW: NamedFlow = { kind: "none" };

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
  /** The flow that the last route of ours names: the way on (RFC 5626 5.3). Never the one that the request came by. */
  readonly flow: NamedFlow;
  /** A route of ours says that it names a flow, and it names none that we have named. */
  readonly isForged: boolean;
}

/**
 * Makes the routes by which requests come back to us, and knows them again. Inside a proxied dialog they carry a code
 * over the Call-ID, so that nobody can make us forward what does not belong to a dialog that we proxied; the key
 * outlives the process, and so do the routes. A side that can be reached over its flow only has the flow in the user
 * part of its route: who takes the routes off, from either side, finds the other side's flow in the last of them.
 * @see RFC 3261 16.6 step 4, 16.4; RFC 3327 5.2; RFC 5626 5; RFC 5658 (two routes where the sides differ)
 */
export class RecordRoutes {
  readonly #transport: Pick<TransportLayer, "isLocal">;
  readonly #flows: FlowTokens;
  readonly #key: string;

  constructor(transport: Pick<TransportLayer, "isLocal">, flows: FlowTokens, key: string) {
    this.#transport = transport;
    this.#flows = flows;
    this.#key = key;
  }

  /** Record-Route values for a request that came by `flow` and leaves from `outbound` to a target; topmost first. */
  record(request: SipMessage, flow: Flow, outbound: OwnAddress, target: Target): string[] {
    const inbound: OwnAddress = { protocol: flow.protocol, address: flow.localAddress, port: flow.localPort };
    const params = `;${PARAMETER}=${this.#code(request.get("call-id") ?? "")}`;
    const caller = isByFlowOnly(request, flow) ? this.#flows.tokenOf(flow) : "";
    const { flowId, isFlowOnly = false } = target;
    const callee = isFlowOnly && flowId !== undefined ? this.#flows.tokenOf({ id: flowId }) : "";
    const values = [routeValue(outbound, callee, params), routeValue(inbound, caller, params)];
    return values[0] === values[1] ? values.slice(0, 1) : values;
  }

  /** Path value for a REGISTER that came by `flow` and leaves from `outbound`. */
  path(register: SipMessage, flow: Flow, outbound: OwnAddress): string {
    if (!isFirstHop(register)) return routeValue(outbound);
    return routeValue(outbound, this.#flows.tokenOf(flow), asksForOutbound(register) ? ";ob" : "");
  }

  /** RFC 3261 16.4: the routes of a request without those on top that are ours. */
  take(request: SipMessage, arrived: Flow): TakenRoutes {
    const routes = request.getAll("route").flatMap((value) => splitList(value));
    const code = this.#code(request.get("call-id") ?? "");
    let own = 0;
    let isRecorded = false;
    let isForged = false;
    let flow = NO_FLOW;
    while (own < MAX_OWN_ROUTES && own < routes.length) {
      const route = this.#ownRoute(routes[own] ?? "");
      if (route === undefined) break;
      isRecorded ||= route.params.get(PARAMETER) === code;
      flow = this.#flows.read(route.user);
      isForged ||= route.params.has("ob") && flow.kind === "none";
      own += 1;
    }
    if (flow.kind !== "none" && flow.flowId === arrived.id) flow = NO_FLOW;
    return { left: routes.slice(own), isRecorded, flow, isForged };
  }

  /** What proxies between us and who answered have recorded: the values of a response before ours and the caller's. */
  beyond(request: SipMessage, response: SipMessage): string[] {
    const before = new Set(request.getAll("record-route").flatMap(splitList));
    const recorded = response.getAll("record-route").flatMap(splitList);
    const end = recorded.findIndex((value) => before.has(value) || this.#ownRoute(value) !== undefined);
    return end < 0 ? recorded : recorded.slice(0, end);
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

  /** The URI in a route of ours; undefined for a route of somebody else. */
  #ownRoute(route: string): SipUri | undefined {
    const parsed = parseNameAddr(route);
    if (!parsed.ok || !this.isOurs(parsed.value.uri)) return undefined;
    const uri = parseUri(parsed.value.uri);
    return uri.ok ? uri.value : undefined;
  }

  #code(callId: string): string {
    return createHmac("sha256", this.#key).update(callId).digest("hex").slice(0, TOKEN_LENGTH);
  }
}

/** `<sip:address:port;lr>`, with the transport when it is not UDP. @param user what stands before the address, if anything */
export function routeValue({ protocol, address, port }: OwnAddress, user = "", extraParams = ""): string {
  const transport = protocol === "udp" ? "" : `;transport=${protocol}`;
  return `<sip:${user === "" ? "" : `${user}@`}${hostPort(address, port)}${transport};lr${extraParams}>`;
}
