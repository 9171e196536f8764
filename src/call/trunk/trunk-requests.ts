import { withMore } from "../../common/index.ts";
import {
  formatHost,
  parseCSeq,
  parseNameAddr,
  parseSipMessage,
  parseUri,
  splitList,
  tagOf,
} from "../../sip/message/index.ts";
import type { SipMessage } from "../../sip/message/index.ts";
import type { SignalingError } from "../signaling/signaling-error.ts";
import type {
  ClaimedDialogs,
  EdgeDialog,
  HeaderList,
  IncomingResponse,
  OutgoingRequest,
  PendingRequest,
  RefusedDialog,
  RequestEvents,
  SignalingHandler,
  SignalingPort,
  SignalingSource,
} from "../signaling/signaling-port.ts";
import { ChallengeAnswers } from "./challenge-answers.ts";
import type { DigestClient } from "./digest-client.ts";

/** What requests to trunks need to know of them. */
export interface TrunkFacts {
  /** Undefined: its challenges are not answered. */
  digestOf(trunk: string): DigestClient | undefined;
  /** Route values that requests outside dialogs go by (RFC 3608); empty: none. */
  serviceRouteOf(trunk: string): readonly string[];
  /** Host that stands for the switch in what it says of callers; undefined: the edge's address. */
  fromDomainOf(trunk: string): string | undefined;
}

/** Requests outside dialogs that go by the Service-Route of who registered. */
const ROUTED = new Set<OutgoingRequest["method"]>(["INVITE", "MESSAGE"]);
/** Where the switch says who calls, and whose the call was before. */
const NAMING = new Set(["from", "p-asserted-identity", "diversion", "history-info"]);
const OWN_HOST = "@localhost";
const OWN_HOST_IN_URI = /@localhost(?=[;?]|$)/;
/** What a request that goes out once more has of the one before. */
const KEPT = new Set(["from", "to", "call-id", "cseq", "route", "authorization", "proxy-authorization"]);

/**
 * A `SignalingPort` whose requests to trunks go by their Service-Route and answer their digest challenges (RFC 3261 22):
 * the same request once more, with credentials and the next CSeq. Whoever sent it sees one request.
 */
export class TrunkRequests implements SignalingPort {
  readonly #port: SignalingPort;
  readonly #facts: TrunkFacts;

  constructor(port: SignalingPort, facts: TrunkFacts) {
    this.#port = port;
    this.#facts = facts;
  }

  get connected(): boolean {
    return this.#port.connected;
  }

  get pendingCount(): number {
    return this.#port.pendingCount;
  }

  get takesDialogs(): boolean {
    return this.#port.takesDialogs;
  }

  get edgeMemory(): string | undefined {
    return this.#port.edgeMemory;
  }

  start(handler: SignalingHandler): void {
    this.#port.start(handler);
  }

  claimDialogs(dialogIds: readonly string[]): Promise<ClaimedDialogs> {
    return this.#port.claimDialogs(dialogIds);
  }

  importDialogs(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]> {
    return this.#port.importDialogs(dialogs);
  }

  hasten(): void {
    this.#port.hasten();
  }

  close(): void {
    this.#port.close();
  }

  request(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const { trunk } = request;
    if (trunk === undefined) return this.#port.request(request, events);
    const named = withDomain(request, this.#facts.fromDomainOf(trunk));
    const routed = this.#isRouted(named) ? withRoutes(named, this.#facts.serviceRouteOf(trunk)) : named;
    const digest = this.#facts.digestOf(trunk);
    if (digest === undefined) return this.#port.request(routed, events);
    const answered = new AnsweringRequest(this.#port, digest, events);
    answered.begin(routed);
    return answered;
  }

  #isRouted({ method, dialogId, headers = [] }: OutgoingRequest): boolean {
    if (dialogId !== undefined || !ROUTED.has(method)) return false;
    const to = headers.find(([name]) => name.toLowerCase() === "to")?.[1];
    return to === undefined || tagOf(to) === undefined;
  }
}

/** A request, and the same with credentials after a challenge. */
class AnsweringRequest implements PendingRequest {
  readonly #port: SignalingPort;
  readonly #digest: DigestClient;
  readonly #answers: ChallengeAnswers;
  readonly #events: RequestEvents;
  #pending: PendingRequest | undefined;
  #isCancelled = false;
  #round = 0;

  constructor(port: SignalingPort, digest: DigestClient, events: RequestEvents) {
    this.#port = port;
    this.#digest = digest;
    this.#answers = new ChallengeAnswers(digest);
    this.#events = events;
  }

  begin(request: OutgoingRequest): void {
    const { method, uri, headers = [] } = request;
    const { remembered } = this.#digest;
    if (method !== "REGISTER" || uri === undefined || remembered.length === 0) return this.#send(request);
    this.#send(withMore(request, { headers: [...headers, ...this.#digest.answer(remembered, { method, uri })] }));
  }

  #send(request: OutgoingRequest): void {
    this.#round += 1;
    const round = this.#round;
    const onResponse = (response: IncomingResponse): void => this.#onResponse(request, response);
    const onFailed = (error: SignalingError): void => this.#events.onFailed(error);
    const pending = this.#port.request(request, { ...this.#events, onResponse, onFailed });
    // It may have been answered, and another have taken its place.
    if (this.#round === round) this.#pending = pending;
  }

  cancel(headers?: HeaderList): void {
    this.#isCancelled = true;
    this.#pending?.cancel(headers);
  }

  #onResponse(request: OutgoingRequest, response: IncomingResponse): void {
    const next = this.#isCancelled ? undefined : this.#answered(request, response);
    if (next !== undefined) return this.#send(next);
    if (request.method === "REGISTER") this.#remember(response);
    this.#events.onResponse(response);
  }

  #remember({ message: { status } }: IncomingResponse): void {
    const { challenges } = this.#answers;
    if (status >= 300) this.#digest.remembered = [];
    else if (status >= 200 && challenges.length > 0) this.#digest.remembered = challenges;
  }

  #answered(request: OutgoingRequest, response: IncomingResponse): OutgoingRequest | undefined {
    if (response.message.status !== 401 && response.message.status !== 407) return undefined;
    const sent = parseSipMessage(response.sentText ?? "");
    if (!sent.ok) return undefined;
    const credentials = this.#answers.answer(response, sent.value);
    return credentials === undefined ? undefined : onceMore(request, sent.value, response.source, credentials);
  }
}

/** @param sent the request as it went out: what the edge has added to it counts, too */
function onceMore(
  request: OutgoingRequest,
  sent: SipMessage,
  source: SignalingSource,
  credentials: HeaderList,
): OutgoingRequest {
  const { method, dialogId, headers = [], ...rest } = request;
  const others = headers.filter(([name]) => !KEPT.has(name.toLowerCase()));
  // The edge takes care of a dialog's identity.
  if (dialogId !== undefined) return withMore(request, { headers: [...others, ...credentials] });
  const cseq = parseCSeq(sent.get("cseq") ?? "");
  const identity: HeaderList = [
    ["From", sent.get("from") ?? ""],
    ["To", sent.get("to") ?? ""],
    ["Call-ID", sent.get("call-id") ?? ""],
    ["CSeq", `${(cseq.ok ? cseq.value.sequence : 0) + 1} ${method}`],
    ...sent
      .getAll("route")
      .flatMap(splitList)
      .map((route) => ["Route", route] as const),
  ];
  const proxyUri = method === "INVITE" || method === "MESSAGE" ? undefined : addressOf(source);
  return withMore(rest, {
    method,
    uri: sent.uri,
    ...(proxyUri === undefined ? {} : { proxyUri }),
    headers: [...identity, ...others, ...credentials],
  });
}

/**
 * The server that has challenged, of those that a name may stand for: its nonce is its own. Not over TLS, where the name
 * counts, and not for what begins a dialog, whose requests would go there, too.
 */
function addressOf({ protocol, address, port }: SignalingSource): string | undefined {
  if (address === "" || (protocol !== "udp" && protocol !== "tcp")) return undefined;
  return `sip:${formatHost(address)}:${port};transport=${protocol}`;
}

/** Puts a domain in the place of the address that the edge would fill in; what has one, such as `anonymous.invalid`, keeps it. */
function withDomain(request: OutgoingRequest, domain: string | undefined): OutgoingRequest {
  if (domain === undefined || request.headers === undefined) return request;
  const headers = request.headers.map(([name, value]) =>
    NAMING.has(name.toLowerCase()) ? ([name, atDomain(value, domain)] as const) : ([name, value] as const),
  );
  return withMore(request, { headers });
}

function atDomain(value: string, domain: string): string {
  const parsed = parseNameAddr(value);
  const uri = parsed.ok ? parsed.value.uri : "";
  const within = uri.search(OWN_HOST_IN_URI);
  if (within < 0) return value;
  const at = value.lastIndexOf(uri) + within;
  return `${value.slice(0, at)}@${domain}${value.slice(at + OWN_HOST.length)}`;
}

function withRoutes(request: OutgoingRequest, routes: readonly string[]): OutgoingRequest {
  if (routes.length === 0) return request;
  const given = routes.filter(isUri).map((route) => ["Route", route] as const);
  return withMore(request, { headers: [...(request.headers ?? []), ...given] });
}

function isUri(route: string): boolean {
  const parsed = parseNameAddr(route);
  return parsed.ok && parseUri(parsed.value.uri).ok;
}
