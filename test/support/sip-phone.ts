import { randomBytes } from "node:crypto";
import {
  formatRequest,
  formatResponse,
  parseCSeq,
  parseNameAddr,
  parseSipMessage,
  reasonPhrase,
  tagOf,
  type SipMessage,
} from "../../src/sip/message/index.ts";
import { authorizationFor, type Credentials } from "./digest-client.ts";
import { Inbox } from "./inbox.ts";
import { DatagramLink, type PhoneLink } from "./phone-link.ts";

export type Fields = readonly (readonly [string, string])[];

export interface MessageParts {
  readonly headers?: Fields;
  readonly sdp?: string;
  readonly body?: string;
  readonly contentType?: string;
}

export interface SipPhoneOptions extends Credentials {
  readonly number: string;
  /** Digest user name where that is not `user`, which stands in From and To: another line of a device. */
  readonly authUser?: string;
  /** Empty: a peer, which is not challenged. */
  readonly password: string;
  /** The switch's SIP address. */
  readonly server: { readonly address: string; readonly port: number };
  /** Own address; default 127.0.0.1. */
  readonly address?: string;
  /** Own port; default any free one. */
  readonly port?: number;
  /** Default: UDP, from `address`. */
  readonly link?: PhoneLink;
}

const describe = (message: SipMessage): string => message.text.split("\r\n", 1)[0] ?? "";

/** A request of a phone's, and what is answered to it. */
export class PhoneTransaction {
  readonly request: SipMessage;
  readonly responses = new Inbox<SipMessage>(describe);
  readonly #phone: SipPhone;

  constructor(phone: SipPhone, request: SipMessage) {
    this.#phone = phone;
    this.request = request;
  }

  /** The next response with this status, 100 aside. */
  response(status: number, withinMs?: number): Promise<SipMessage> {
    return this.responses.take((one) => one.status === status, `${status} to ${this.request.method}`, withinMs);
  }

  final(withinMs?: number): Promise<SipMessage> {
    return this.responses.take((one) => one.status >= 200, `final response to ${this.request.method}`, withinMs);
  }

  cancel(headers: Fields = []): void {
    const { request } = this;
    const kept = (["via", "from", "to", "call-id"] as const).map((name) => [name, request.get(name) ?? ""] as const);
    const cseq = (request.get("cseq") ?? "").replace("INVITE", "CANCEL");
    this.#phone.transmit(formatRequest("CANCEL", request.uri, [...kept, ["CSeq", cseq], ...headers], ""));
  }
}

/** One call of a phone, or the attempt at one. */
export class PhoneCall {
  readonly phone: SipPhone;
  readonly callId: string;
  readonly localTag: string;
  readonly requests = new Inbox<SipMessage>(describe);
  remote: string;
  local: string;
  target: string;
  /** The INVITE of ours that began it. */
  invite: PhoneTransaction | undefined;
  /** The INVITE of the other end that began it. */
  offer: SipMessage | undefined;
  #cseq = 1;

  constructor(
    phone: SipPhone,
    parts: { callId: string; localTag: string; local: string; remote: string; target: string },
  ) {
    this.phone = phone;
    this.callId = parts.callId;
    this.localTag = parts.localTag;
    this.local = parts.local;
    this.remote = parts.remote;
    this.target = parts.target;
  }

  nextCseq(): number {
    return (this.#cseq += 1);
  }

  /** The next request of the other end inside this call. */
  request(method: string, withinMs?: number): Promise<SipMessage> {
    return this.requests.take((one) => one.method === method, method, withinMs);
  }

  /** Sends a request inside the dialog. */
  send(method: string, parts: MessageParts = {}): PhoneTransaction {
    return this.phone.sendRequest(
      method,
      this.target,
      this.#fields(`${this.nextCseq()} ${method}`, parts),
      parts,
      this,
    );
  }

  /** Acknowledges a 2xx. */
  ack(transaction: PhoneTransaction | undefined, response: SipMessage, parts: MessageParts = {}): void {
    this.adopt(response);
    const sequence = (transaction?.request.get("cseq") ?? "1 INVITE").split(" ")[0] ?? "1";
    this.phone.sendAck(this.target, this.#fields(`${sequence} ACK`, parts), parts);
  }

  /** Answers a request of the other end. */
  respond(request: SipMessage, status: number, parts: MessageParts = {}): void {
    this.phone.respond(request, status, this.localTag, parts);
  }

  /** INVITE answered with 200, acknowledged; for calls of ours. */
  async established(parts: MessageParts = {}): Promise<SipMessage> {
    const response = await this.invite?.final();
    if (response?.status !== 200) throw new Error(`not answered: ${response === undefined ? "" : describe(response)}`);
    this.ack(this.invite, response, parts);
    return response;
  }

  /** Answers with 200 and waits for the ACK; for calls of the other end. */
  async answer(parts: MessageParts): Promise<SipMessage> {
    if (this.offer === undefined) throw new Error("nothing to answer");
    this.respond(this.offer, 200, parts);
    return this.request("ACK");
  }

  /** Takes the BYE of the other end. */
  async takeBye(withinMs?: number): Promise<SipMessage> {
    const bye = await this.request("BYE", withinMs);
    this.respond(bye, 200);
    return bye;
  }

  /** Sends BYE and waits for its 200. */
  async bye(headers: Fields = []): Promise<SipMessage> {
    return this.send("BYE", { headers }).final();
  }

  adopt(message: SipMessage): void {
    const contact = parseNameAddr(message.get("contact") ?? "");
    if (contact.ok) this.target = contact.value.uri;
    if (message.kind === "response") this.remote = message.get("to") ?? this.remote;
  }

  #fields(cseq: string, { headers = [] }: MessageParts): Fields {
    return [["From", this.local], ["To", this.remote], ["Call-ID", this.callId], ["CSeq", cseq], ...headers];
  }
}

/** A scriptable phone: it does what a test says, and of itself only what keeps transactions in order. */
export class SipPhone {
  readonly #options: SipPhoneOptions;
  readonly #link: PhoneLink;
  readonly #transactions = new Map<string, PhoneTransaction>();
  readonly #calls = new Map<string, PhoneCall>();
  readonly #answered = new Map<string, string>();
  readonly #offers = new Inbox<PhoneCall>((call) => (call.offer === undefined ? "" : describe(call.offer)));
  readonly #messages = new Inbox<SipMessage>(describe);
  /** All that came, for tests that look at the wire. */
  readonly received: SipMessage[] = [];
  readonly address: string;
  readonly port: number;
  #branch = 0;
  #registerCallId: string | undefined;
  #registerCseq = 0;

  private constructor(options: SipPhoneOptions, link: PhoneLink) {
    this.#options = options;
    this.#link = link;
    this.address = link.address;
    this.port = link.port;
    link.onMessage = (text) => this.#onMessage(text);
  }

  static async start(options: SipPhoneOptions): Promise<SipPhone> {
    const { link, server, address, port } = options;
    return new SipPhone(options, link ?? (await DatagramLink.open(server, address, port)));
  }

  get number(): string {
    return this.#options.number;
  }

  get contact(): string {
    const transport = this.#link.protocol === "UDP" ? "" : `;transport=${this.#link.protocol.toLowerCase()}`;
    return `<sip:${this.#options.user}@${this.#place}${transport}>`;
  }

  /** Whoever still waits for anything that it may get fails. */
  async close(): Promise<void> {
    await this.#link.close();
    this.#offers.close();
    this.#messages.close();
    for (const call of this.#calls.values()) call.requests.close();
    for (const transaction of this.#transactions.values()) transaction.responses.close();
  }

  /** Registers; resolves to the final response. */
  async register(headers: Fields = [["Expires", "600"]], contact = this.contact): Promise<SipMessage> {
    this.#registerCallId ??= this.#id();
    const uri = `sip:${this.#options.server.address}:${this.#options.server.port}`;
    const aor = `<sip:${this.#options.user}@${this.#options.server.address}>`;
    const send = (extra: Fields): PhoneTransaction => {
      this.#registerCseq += 1;
      const fields: Fields = [
        ["From", `${aor};tag=${this.#id()}`],
        ["To", aor],
        ["Call-ID", this.#registerCallId ?? ""],
        ["CSeq", `${this.#registerCseq} REGISTER`],
        ["Contact", contact],
        ...headers,
        ...extra,
      ];
      return this.sendRequest("REGISTER", uri, fields, {}, undefined);
    };
    const first = await send([]).final();
    if (first.status !== 401) return first;
    return send([["Authorization", this.#authorization(first, "REGISTER", uri)]]).final();
  }

  /** Calls a number, or a service by its URN; credentials are sent when asked for. Resolves once the INVITE is out and not challenged. */
  async call(number: string, parts: MessageParts = {}): Promise<PhoneCall> {
    const { server, user } = this.#options;
    const uri = number.startsWith("urn:") ? number : `sip:${number}@${server.address}:${server.port}`;
    const localTag = this.#id();
    const local = `<sip:${user}@${server.address}>;tag=${localTag}`;
    const call = new PhoneCall(this, { callId: this.#id(), localTag, local, remote: `<${uri}>`, target: uri });
    this.#calls.set(call.callId, call);
    const send = (extra: Fields): PhoneTransaction =>
      this.sendRequest(
        "INVITE",
        uri,
        [
          ["From", local],
          ["To", call.remote],
          ["Call-ID", call.callId],
          ["CSeq", `${call.nextCseq()} INVITE`],
          ...(parts.headers ?? []),
          ...extra,
        ],
        parts,
        call,
      );
    const first = send([]);
    call.invite = first;
    if (this.#options.password === "") return call;
    const response = await first.responses.take(() => true, "response to INVITE");
    if (response.status !== 401) {
      first.responses.put(response);
      return call;
    }
    call.invite = send([["Authorization", this.#authorization(response, "INVITE", uri)]]);
    return call;
  }

  /** The next MESSAGE from outside; answered when a status is given. */
  async message(status?: number, headers: Fields = []): Promise<SipMessage> {
    const message = await this.#messages.take(() => true, "MESSAGE");
    if (status !== undefined) this.respond(message, status, this.#id(), { headers });
    return message;
  }

  /** Sends a MESSAGE to a number; credentials are sent when asked for. */
  async sendMessage(number: string, text: string, headers: Fields = []): Promise<PhoneTransaction> {
    const { server, user, password } = this.#options;
    const uri = `sip:${number}@${server.address}:${server.port}`;
    const callId = this.#id();
    const typed = headers.some(([name]) => name.toLowerCase() === "content-type");
    const send = (cseq: number, extra: Fields): PhoneTransaction => {
      const fields: Fields = [
        ["From", `"Somebody" <sip:${user}@${server.address}>;tag=${callId}`],
        ["To", `<${uri}>`],
        ["Call-ID", callId],
        ["CSeq", `${cseq} MESSAGE`],
        ...headers,
        ...extra,
      ];
      return this.sendRequest(
        "MESSAGE",
        uri,
        fields,
        { body: text, ...(typed ? {} : { contentType: "text/plain" }) },
        undefined,
      );
    };
    const first = send(1, []);
    if (password === "") return first;
    const challenge = await first.final();
    if (challenge.status !== 401) throw new Error(`not challenged: ${describe(challenge)}`);
    return send(2, this.authorize(challenge, "MESSAGE", uri));
  }

  /** Requests with this dialog's Call-ID go to it. */
  know(dialog: PhoneCall): void {
    this.#calls.set(dialog.callId, dialog);
  }

  /** The next call from outside. */
  offered(withinMs?: number): Promise<PhoneCall> {
    return this.#offers.take(() => true, "INVITE", withinMs);
  }

  /** The value of Authorization for a challenged request. */
  authorize(challenged: SipMessage, method: string, uri: string): Fields {
    return [["Authorization", this.#authorization(challenged, method, uri)]];
  }

  sendRequest(
    method: string,
    uri: string,
    fields: Fields,
    parts: MessageParts,
    call: PhoneCall | undefined,
  ): PhoneTransaction {
    const via = this.#via();
    const text = this.#text(method, uri, via, fields, parts, call?.target !== undefined || method === "INVITE");
    const parsed = parseSipMessage(text);
    if (!parsed.ok) throw new Error(`made a malformed ${method}: ${parsed.reason}`);
    const transaction = new PhoneTransaction(this, parsed.value);
    this.#transactions.set(`${via} ${method}`, transaction);
    this.transmit(text);
    return transaction;
  }

  sendAck(uri: string, fields: Fields, parts: MessageParts): void {
    this.transmit(this.#text("ACK", uri, this.#via(), fields, parts, false));
  }

  respond(
    request: SipMessage,
    status: number,
    localTag: string,
    { headers = [], sdp, body, contentType }: MessageParts,
  ): void {
    const fields: [string, string][] = request.getAll("via").map((via) => ["Via", via]);
    const to = request.get("to") ?? "";
    fields.push(
      ["From", request.get("from") ?? ""],
      ["To", tagOf(to) === undefined && status > 100 ? `${to};tag=${localTag}` : to],
      ["Call-ID", request.get("call-id") ?? ""],
      ["CSeq", request.get("cseq") ?? ""],
    );
    for (const route of request.getAll("record-route")) fields.push(["Record-Route", route]);
    const hasContact = headers.some(([name]) => name === "Contact");
    const isTarget = request.method === "INVITE" || request.method === "UPDATE";
    if (isTarget && !hasContact) fields.push(["Contact", this.contact]);
    for (const [name, value] of headers) fields.push([name, value]);
    const content = sdp ?? body ?? "";
    if (content !== "") fields.push(["Content-Type", contentType ?? "application/sdp"]);
    const text = formatResponse(status, reasonPhrase(status), fields, content);
    this.#answered.set(keyOf(request), text);
    this.transmit(text);
  }

  /** Sends bytes as they are. */
  transmit(text: string): void {
    this.#link.send(text);
  }

  /** Sends bytes as they are and takes the first response to them. */
  async exchange(text: string, withinMs?: number): Promise<SipMessage> {
    const parsed = parseSipMessage(text);
    if (!parsed.ok) throw new Error(parsed.reason);
    const transaction = new PhoneTransaction(this, parsed.value);
    this.#transactions.set(`${parsed.value.get("via") ?? ""} ${parsed.value.method}`, transaction);
    this.transmit(text);
    return transaction.final(withinMs);
  }

  newVia(): string {
    return this.#via();
  }

  #via(): string {
    this.#branch += 1;
    const branch = `z9hG4bK${this.port}x${this.#branch}x${this.#id()}`;
    return `SIP/2.0/${this.#link.protocol} ${this.#place};branch=${branch}`;
  }

  get #place(): string {
    return this.port === 0 ? this.address : `${this.address}:${this.port}`;
  }

  #id(): string {
    return randomBytes(6).toString("hex");
  }

  #authorization(challenged: SipMessage, method: string, uri: string): string {
    const { user, authUser = user, password } = this.#options;
    return authorizationFor(challenged.get("www-authenticate") ?? "", method, uri, { user: authUser, password });
  }

  #text(method: string, uri: string, via: string, fields: Fields, parts: MessageParts, withContact: boolean): string {
    const content = parts.sdp ?? parts.body ?? "";
    const all: [string, string][] = [["Via", via]];
    for (const [name, value] of fields) all.push([name, value]);
    const has = (name: string): boolean => all.some(([one]) => one.toLowerCase() === name);
    if (!has("max-forwards")) all.push(["Max-Forwards", "70"]);
    if (withContact && !has("contact") && method !== "BYE") all.push(["Contact", this.contact]);
    if (content !== "" && !has("content-type")) all.push(["Content-Type", parts.contentType ?? "application/sdp"]);
    return formatRequest(method, uri, all, content);
  }

  #onMessage(text: string): void {
    const parsed = parseSipMessage(text);
    if (!parsed.ok) return;
    const message = parsed.value;
    this.received.push(message);
    if (message.kind === "response") this.#onResponse(message);
    else this.#onRequest(message);
  }

  #onResponse(response: SipMessage): void {
    const via = (response.get("via") ?? "").replace(/;(received|rport)(=[^;]*)?/g, "");
    const transaction = this.#transactions.get(`${via} ${response.method}`);
    if (transaction === undefined || response.status === 100) return;
    if (response.method === "INVITE" && response.status >= 300) this.#ackFailure(transaction.request, response);
    transaction.responses.put(response);
  }

  /** RFC 3261 17.1.1.3. */
  #ackFailure(request: SipMessage, response: SipMessage): void {
    const fields: Fields = [
      ["Via", request.get("via") ?? ""],
      ["From", request.get("from") ?? ""],
      ["To", response.get("to") ?? ""],
      ["Call-ID", request.get("call-id") ?? ""],
      ["CSeq", (request.get("cseq") ?? "").replace("INVITE", "ACK")],
      ["Max-Forwards", "70"],
    ];
    this.transmit(formatRequest("ACK", request.uri, fields, ""));
  }

  #onRequest(request: SipMessage): void {
    const before = this.#answered.get(keyOf(request));
    if (before !== undefined && request.method !== "ACK") {
      this.transmit(before);
      return;
    }
    if (request.method === "CANCEL") return this.#onCancel(request);
    const call = this.#calls.get(request.get("call-id") ?? "");
    if (call !== undefined) {
      if (isRepeated(call, request)) return;
      call.requests.put(request);
      return;
    }
    if (request.method === "MESSAGE" && !this.#messages.waiting.some((one) => keyOf(one) === keyOf(request))) {
      return this.#messages.put(request);
    }
    if (request.method !== "INVITE") return;
    const localTag = this.#id();
    const offered = new PhoneCall(this, {
      callId: request.get("call-id") ?? "",
      localTag,
      local: `${request.get("to") ?? ""};tag=${localTag}`,
      remote: request.get("from") ?? "",
      target: "",
    });
    offered.offer = request;
    offered.adopt(request);
    this.#calls.set(offered.callId, offered);
    this.#offers.put(offered);
  }

  #onCancel(request: SipMessage): void {
    const call = this.#calls.get(request.get("call-id") ?? "");
    this.respond(request, 200, call?.localTag ?? this.#id(), {});
    call?.requests.put(request);
  }
}

function keyOf(request: SipMessage): string {
  const cseq = parseCSeq(request.get("cseq") ?? "");
  return `${request.get("via") ?? ""} ${cseq.ok ? cseq.value.sequence : ""} ${request.method}`;
}

/** A retransmission of something that the test has not answered yet, or an ACK again. */
function isRepeated(call: PhoneCall, request: SipMessage): boolean {
  const key = keyOf(request);
  const isWaiting = call.requests.waiting.some((one) => keyOf(one) === key);
  return isWaiting || (call.offer !== undefined && keyOf(call.offer) === key);
}
