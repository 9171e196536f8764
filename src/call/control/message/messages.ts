import { type Clock, type Ids, type MetricSample, withMore } from "../../../common/index.ts";
import type { RelayEndpoint } from "../../../media/index.ts";
import { parseDigits, type SipMessage } from "../../../sip/message/index.ts";
import type { Inventory, Peer, SipPhone } from "../../device/index.ts";
import { analyze, parseDialed, type Dialed, type NumberingSource } from "../../digit-analysis/index.ts";
import { asserted, localUri, presentedFrom } from "../../identity/presented-identity.ts";
import { isImpossible, privacyOf } from "../../identity/privacy.ts";
import type { Binding } from "../../registrar/index.ts";
import type { HeaderList, IncomingRequest, OutgoingRequest, SignalingPort } from "../../signaling/signaling-port.ts";
import type { TollCall, TollGuardName, TollGuards } from "../../toll/index.ts";
import { callerForTrunk, inboundNumber } from "../../trunk/trunk-numbers.ts";
import type { Way } from "../leg/branch.ts";
import { callerDevice, claimOf } from "../leg/caller-identity.ts";
import type { Gatekeeper } from "../gatekeeper.ts";
import type { LegDevice } from "../leg/leg.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { tollCallOf } from "../routing/toll-call.ts";
import { tollRejection } from "../routing/toll-rejection.ts";
import { MessageDelivery, type DeliveryPlace } from "./message-delivery.ts";
import { congestionControlled, routeMessage, type MessageTarget } from "./message-target.ts";

export interface MessagesOptions {
  readonly gatekeeper: Gatekeeper;
  readonly inventory: Inventory;
  readonly lookup: (phone: SipPhone) => readonly Binding[];
  readonly onFlowFailed: (binding: Binding) => void;
  readonly endpoints: ReadonlyMap<string, RelayEndpoint & ("echo" | "demo")>;
  /** Hosts that mean this switch. */
  readonly localHosts: () => ReadonlySet<string>;
  /** What a request is for; its Request-URI, unless that is our Contact with a trunk. */
  readonly calledUri: (message: SipMessage) => string;
  /** Absent: there is no dial plan. */
  readonly numbering?: NumberingSource | undefined;
  readonly toll: TollGuards;
  readonly port: SignalingPort;
  readonly clock: Clock;
  readonly ids: Ids;
}

const MAX_HOPS = 70;
/** RFC 3428 8: what may go over a transport that has no congestion control. */
const MAX_BODY = 1_300;
const MAX_BODY_OVER_CONNECTIONS = 8_192;
/** Messages that may be on their way at a time: of all, of a phone, of a peer. */
const MAX_PENDING = 2_000;
const MAX_PENDING_OF = { "sip-phone": 16, peer: 256 } as const;
const RETRY: HeaderList = [["Retry-After", "5"]];
const PASSED = ["subject", "date", "expires", "content-disposition", "content-encoding", "content-language"];
const MAX_FIELD_LENGTH = 256;

/** Messages outside dialogs (RFC 3428), from phones and peers to all contacts of a phone, or to a peer. */
export class Messages {
  readonly #options: MessagesOptions;
  readonly #pending = new Map<string, number>();
  #pendingInAll = 0;
  readonly #counts = { delivered: 0, failed: 0 };

  constructor(options: MessagesOptions) {
    this.#options = options;
  }

  /** Takes a MESSAGE outside a dialog, or says what it is answered with. */
  begin(request: IncomingRequest): Rejection | undefined {
    const { message, source } = request;
    const admission = this.#options.gatekeeper.admit(request);
    if (admission.kind === "refused") return admission;
    const { device } = admission;
    const hops = parseDigits(message.get("max-forwards") ?? String(MAX_HOPS), 255);
    const refused = checkMessage(message, source.protocol, hops.ok ? hops.value : undefined);
    if (refused !== undefined) return refused;
    const parsed = parseDialed(this.#options.calledUri(message));
    if (!parsed.ok) return rejection(416, "uri-scheme");
    const { inventory, endpoints, lookup, onFlowFailed } = this.#options;
    const sender = callerDevice(device, message);
    const numbering = this.#options.numbering?.(sender.number);
    const destination = analyze(fromTrunk(device, parsed.value), {
      inventory,
      endpoints,
      caller: device,
      localHosts: this.#options.localHosts(),
      callerDomain: claimOf(message, "from").host,
      ...(numbering === undefined ? {} : { numbering }),
    });
    const routed = routeMessage(destination, lookup, onFlowFailed);
    if (routed.kind === "rejected") return routed;
    const barred = this.#refusal(device, tollCallOf(destination), routed.targets);
    if (barred !== undefined) return tollRejection(barred);
    const isLong = message.body.length > MAX_BODY;
    const targets = isLong ? congestionControlled(routed.targets) : routed.targets;
    if (targets.length === 0) return rejection(513, "message-size");
    if (this.#isFull(device)) return rejection(503, "messages", RETRY);
    const { callerNumber = sender.number } = routed;
    const common = [
      ...passedHeaders(message),
      ["Max-Forwards", String((hops.ok ? hops.value : MAX_HOPS) - 1)] as const,
    ];
    const places = targets.map(({ ways, isTrusted, trunk }): DeliveryPlace => {
      const caller = { ...sender, number: callerNumber };
      const from = trunk === undefined ? caller : callerForTrunk(trunk, caller);
      const request = this.#requestTo(routed.number, from, isTrusted, message, common);
      const named = trunk === undefined ? request : withMore(request, { trunk: trunk.name });
      return { ways, requestOver: (way) => overWay(named, way) };
    });
    this.#deliver(request, device, places);
    return undefined;
  }

  metrics(): MetricSample[] {
    const counted = (result: string, value: number): MetricSample => ({
      name: "tandem_messages_total",
      type: "counter",
      help: "Messages that were sent on, by what came of them",
      labels: { result },
      value,
    });
    return [
      counted("delivered", this.#counts.delivered),
      counted("failed", this.#counts.failed),
      { name: "tandem_messages_pending", type: "gauge", help: "Messages on their way", value: this.#pendingInAll },
    ];
  }

  /** As for calls, but for their number. */
  #refusal(
    sender: SipPhone | Peer,
    message: TollCall | undefined,
    targets: readonly MessageTarget[],
  ): TollGuardName | undefined {
    if (message === undefined) return undefined;
    const bounded = [sender, ...targets.flatMap(({ trunk }) => trunk ?? [])];
    for (const device of bounded) {
      const refused = this.#options.toll.refusalOfMessage(device, message);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  #isFull({ name, kind }: SipPhone | Peer): boolean {
    return this.#pendingInAll >= MAX_PENDING || (this.#pending.get(name) ?? 0) >= MAX_PENDING_OF[kind];
  }

  #deliver(request: IncomingRequest, { name }: SipPhone | Peer, places: readonly DeliveryPlace[]): void {
    const { port, clock } = this.#options;
    this.#pendingInAll += 1;
    this.#pending.set(name, (this.#pending.get(name) ?? 0) + 1);
    const delivery = new MessageDelivery({
      port,
      clock,
      places,
      onDone: ({ status, headers }) => {
        this.#pendingInAll -= 1;
        const left = (this.#pending.get(name) ?? 1) - 1;
        if (left === 0) this.#pending.delete(name);
        else this.#pending.set(name, left);
        this.#counts[status < 300 ? "delivered" : "failed"] += 1;
        request.respond(status, { headers });
      },
    });
    delivery.start();
  }

  #requestTo(
    number: string,
    sender: LegDevice,
    isTrusted: boolean,
    message: SipMessage,
    common: HeaderList,
  ): OutgoingRequest {
    const { ids } = this.#options;
    const contentType = message.get("content-type");
    return {
      method: "MESSAGE",
      headers: [
        ["From", presentedFrom(sender, ids.token(7))],
        ["To", `<${localUri(number)}>`],
        ["Call-ID", ids.uuid()],
        ...(isTrusted ? asserted(sender) : []),
        ...common,
      ],
      ...(contentType === undefined ? {} : { body: { contentType, text: message.body } }),
    };
  }
}

/** A trunk's numbers are changed before they are looked up. */
function fromTrunk(device: SipPhone | Peer, dialed: Dialed): Dialed {
  return device.kind === "peer" ? { ...dialed, user: inboundNumber(device, dialed.user) } : dialed;
}

function overWay(request: OutgoingRequest, { uri, proxyUri, path = [] }: Way): OutgoingRequest {
  const routes = path.map((route) => ["Route", route] as const);
  return withMore(request, {
    uri,
    ...(proxyUri === undefined ? {} : { proxyUri }),
    headers: [...(request.headers ?? []), ...routes],
  });
}

/** What can be told without knowing where it goes. */
function checkMessage(message: SipMessage, protocol: string, hops: number | undefined): Rejection | undefined {
  const { body } = message;
  if (hops === undefined) return rejection(400, "max-forwards");
  if (hops === 0) return rejection(483, "too-many-hops");
  if (body !== "" && !message.has("content-type")) return rejection(400, "content-type");
  if (body.length > (protocol === "udp" ? MAX_BODY : MAX_BODY_OVER_CONNECTIONS)) return rejection(513, "message-size");
  return isImpossible(privacyOf(message)) ? rejection(500, "privacy") : undefined;
}

/** What of the sender's header fields the receiver gets to see. */
function passedHeaders(message: SipMessage): HeaderList {
  const isHidden = privacyOf(message).includes("user");
  const passed: [string, string][] = [];
  for (const name of PASSED) {
    const value = message.get(name);
    if (value === undefined || value === "" || value.length > MAX_FIELD_LENGTH) continue;
    if (name !== "subject" || !isHidden) passed.push([name, value]);
  }
  return passed;
}
