import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  formatRequest,
  formatResponse,
  parseNameAddr,
  parseSipMessage,
  reasonPhrase,
  tagOf,
  type SipMessage,
} from "../../src/sip/message/index.ts";
import { authorizationFor } from "./digest-client.ts";
import { EnduringCall, type Direction } from "./enduring-call.ts";
import { Inbox } from "./inbox.ts";
import { openEnduringLink, type LinkServer, type EnduringLink } from "./enduring-link.ts";
import { PhoneTransactions, type Fields } from "./phone-transactions.ts";
import { withinMs } from "./within-ms.ts";

export interface EnduringPhoneOptions {
  readonly server: LinkServer;
  readonly user: string;
  readonly password: string;
  /** It names itself in REGISTER (`+sip.instance`), so that it is known again with another Contact. */
  readonly hasInstance?: boolean;
  /** Where it wants the RTP of all its calls; absent: each call has a port of its own, where nobody listens. */
  readonly mediaPort?: number;
}

/** A call of ours was not answered with 200. */
export class CallRefused extends Error {
  /** When it may be tried again; undefined: it may not. */
  readonly retryAfterMs: number | undefined;

  constructor(response: SipMessage) {
    super(`the call was answered ${response.status}`);
    const seconds = Number(response.get("retry-after") ?? Number.NaN);
    this.retryAfterMs = response.status === 503 && seconds <= MAX_RETRY_SECONDS ? seconds * 1_000 : undefined;
  }
}

const MAX_RETRY_SECONDS = 10;
const REGISTER_MS = 10_000;
const REGISTERED_WITHIN_MS = 20_000;
const MAX_REGISTER_TRIES = 10;
const ALLOW = ["Allow", "INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS"] as const;
const FIRST_REPEAT_MS = 500;
const LAST_REPEAT_MS = 32_000;

/**
 * A phone as it is bought: repeats what is not answered, answers what it is asked, connects and registers again by
 * itself. Tests say when it calls, changes and hangs up, and what gets lost on the way.
 */
export class EnduringPhone {
  readonly user: string;
  /** Calls of others to this phone, as they are answered. */
  readonly incoming = new Inbox<EnduringCall>((call) => call.parts.subject);
  /** Messages that come and are lost on the way. */
  losesIncoming: (message: SipMessage) => boolean = () => false;
  /** Messages that go and are lost on the way, by their text. */
  losesOutgoing: (text: string) => boolean = () => false;
  /** False: calls ring until the caller gives up. */
  answers = true;
  readonly #options: EnduringPhoneOptions;
  readonly #calls = new Map<string, EnduringCall>();
  readonly #answered = new Map<string, string>();
  readonly #repeats = new Map<string, NodeJS.Timeout>();
  readonly #ringing = new Map<string, SipMessage>();
  readonly #transactions: PhoneTransactions;
  readonly #instance = `<urn:uuid:${randomUUID()}>`;
  readonly #registerCallId = randomUUID();
  #link: EnduringLink | undefined;
  #registerCseq = 0;
  #registered: Promise<void>;
  #onRegistered: () => void = () => undefined;
  /** Below those that the system gives away: what is sent there reaches no socket of another phone. */
  #mediaPort = 10_000;
  #isClosed = false;
  failure: Error | undefined;

  private constructor(options: EnduringPhoneOptions) {
    this.#options = options;
    this.user = options.user;
    this.#registered = this.#newRegistration();
    this.#transactions = new PhoneTransactions(
      () => this.#linkOrThrow(),
      (text) => this.#transmit(text),
    );
  }

  /** Connects and registers. */
  static async start(options: EnduringPhoneOptions): Promise<EnduringPhone> {
    const phone = new EnduringPhone(options);
    phone.#link = await openEnduringLink(options.server, {
      onMessage: (text) => phone.#onMessage(text),
      onUp: () => void phone.#register(),
      onDown: () => phone.#onDown(),
    });
    await phone.isRegistered();
    return phone;
  }

  get isUdp(): boolean {
    return this.#options.server.protocol === "udp";
  }

  get contact(): string {
    const { protocol } = this.#options.server;
    const transport = protocol === "udp" ? "" : `;transport=${protocol === "wss" ? "ws" : protocol}`;
    return `<sip:${this.user}@${this.#linkOrThrow().place}${transport}>`;
  }

  /** Resolves when it is connected and registered. @throws {Error} when that takes too long */
  async isRegistered(): Promise<void> {
    await withinMs(REGISTERED_WITHIN_MS, this.#registered, () => `${this.user} is not registered: ${this.failure}`);
  }

  /** Calls a number; resolves when it is answered and acknowledged. `subject` tells the callee which call it is. */
  async call(number: string, subject: string, onRinging: () => void = () => undefined): Promise<EnduringCall> {
    const { address, port } = this.#options.server;
    const uri = `sip:${number}@${address}:${port}`;
    const localTag = randomBytes(6).toString("hex");
    const call = new EnduringCall(this, {
      callId: randomUUID(),
      localTag,
      local: `<sip:${this.user}@${address}>;tag=${localTag}`,
      remote: `<${uri}>`,
      target: uri,
      isOwner: true,
      subject,
      mediaPort: this.#nextMediaPort(),
    });
    this.#calls.set(call.parts.callId, call);
    const onProvisional = ({ status }: SipMessage): void => {
      if (status > 100) onRinging();
    };
    const response = await this.#challenged("INVITE", uri, call.sdp(), onProvisional, () => [
      ...call.fields(`${call.nextCseq()} INVITE`),
      ["Contact", this.contact],
      ["Subject", subject],
      ALLOW,
      ["Content-Type", "application/sdp"],
    ]);
    if (response.status !== 200) throw new CallRefused(response);
    this.acknowledge(call, response, "");
    return call;
  }

  /** Acknowledges a 2xx to an INVITE of a call. */
  acknowledge(call: EnduringCall, response: SipMessage, body: string): void {
    call.adopt(response);
    const sequence = (response.get("cseq") ?? "1").split(" ")[0] ?? "1";
    const fields: Fields = [
      ["Via", this.#transactions.via()],
      ...call.fields(`${sequence} ACK`),
      ["Max-Forwards", "70"],
      ...contentOf(body),
    ];
    this.#transactions.acknowledge(response, formatRequest("ACK", call.target, fields, body));
  }

  /** Sends a request inside a call. @throws {NoAnswer} */
  send(call: EnduringCall, method: string, body: string, answerMs: number, headers: Fields = []): Promise<SipMessage> {
    const contact: Fields = method === "BYE" ? [] : [["Contact", this.contact], ALLOW];
    const fields: Fields = [...call.fields(`${call.nextCseq()} ${method}`), ...contact, ...headers, ...contentOf(body)];
    return this.#transactions.request({ method, uri: call.target, fields, body, withinMs: answerMs });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#repeats.values()) clearTimeout(timer);
    this.#repeats.clear();
    await this.#link?.close();
    this.#transactions.lose();
  }

  #linkOrThrow(): EnduringLink {
    if (this.#link === undefined) throw new Error(`${this.user} has no link yet`);
    return this.#link;
  }

  #transmit(text: string): void {
    if (!this.#isClosed && !this.losesOutgoing(text)) this.#linkOrThrow().send(text);
  }

  #nextMediaPort(): number {
    return this.#options.mediaPort ?? (this.#mediaPort += 2);
  }

  #newRegistration(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRegistered = resolve;
    });
  }

  #onDown(): void {
    if (this.#isClosed) return;
    this.#registered = this.#newRegistration();
    for (const timer of this.#repeats.values()) clearTimeout(timer);
    this.#repeats.clear();
    this.#transactions.lose();
  }

  /** Registers until it is done, as a phone does; when the connection is lost meanwhile, the next one begins anew. */
  async #register(): Promise<void> {
    const { address, port } = this.#options.server;
    const aor = `<sip:${this.user}@${address}>`;
    const instance = this.#options.hasInstance === true ? `;+sip.instance="${this.#instance}"` : "";
    for (let tries = 0; tries < MAX_REGISTER_TRIES && !this.#isClosed; tries += 1) {
      try {
        const response = await this.#challenged(
          "REGISTER",
          `sip:${address}:${port}`,
          "",
          () => undefined,
          () => {
            this.#registerCseq += 1;
            return [
              ["From", `${aor};tag=${randomBytes(6).toString("hex")}`],
              ["To", aor],
              ["Call-ID", this.#registerCallId],
              ["CSeq", `${this.#registerCseq} REGISTER`],
              ["Contact", `${this.contact}${instance}`],
              ["Expires", "600"],
            ];
          },
        );
        if (response.status === 200) return this.#onRegistered();
        this.failure = new Error(`REGISTER was answered ${response.status}`);
        if (response.status !== 503) return;
        await delay(Number(response.get("retry-after") ?? 1) * 1_000);
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
        if (!this.isUdp) return;
      }
    }
  }

  /** Sends a request outside calls, once more with credentials when it is challenged. */
  async #challenged(
    method: string,
    uri: string,
    body: string,
    onProvisional: (response: SipMessage) => void,
    fields: () => Fields,
  ): Promise<SipMessage> {
    const options = { method, uri, body, withinMs: REGISTER_MS, onProvisional };
    const first = await this.#transactions.request({ ...options, fields: fields() });
    if (first.status !== 401) return first;
    const challenge = first.get("www-authenticate") ?? "";
    const authorization = authorizationFor(challenge, method, uri, this.#options);
    return this.#transactions.request({ ...options, fields: [...fields(), ["Authorization", authorization]] });
  }

  #onMessage(text: string): void {
    if (this.#isClosed) return;
    const parsed = parseSipMessage(text);
    if (!parsed.ok) throw new Error(`the switch sent what is no SIP: ${parsed.reason}`);
    if (this.losesIncoming(parsed.value)) return;
    if (parsed.value.kind === "response") this.#transactions.onResponse(parsed.value);
    else this.#onRequest(parsed.value);
  }

  #onRequest(request: SipMessage): void {
    const key = keyOf(request, request.method);
    const before = this.#answered.get(key);
    if (before !== undefined && request.method !== "ACK") {
      if (before !== "") this.#transmit(before);
      return;
    }
    const call = this.#calls.get(request.get("call-id") ?? "");
    if (request.method === "ACK") return this.#stopRepeating(request);
    this.#answered.set(key, "");
    if (request.method === "CANCEL") return this.#onCancel(request);
    const toTag = tagOf(request.get("to") ?? "");
    if (toTag === undefined) {
      if (request.method === "INVITE") this.#onCall(request);
      else this.#respond(request, 200, undefined);
      return;
    }
    if (call === undefined || call.parts.localTag !== toTag || call.isOver) {
      return this.#respond(request, 481, undefined);
    }
    this.#onCallRequest(call, request);
  }

  #onCallRequest(call: EnduringCall, request: SipMessage): void {
    const { method, body } = request;
    if (method === "BYE") {
      this.#respond(request, 200, call);
      return call.end();
    }
    if (method === "NOTIFY") call.notified.push(body.trim());
    if (method !== "INVITE" && (method !== "UPDATE" || body === "")) return this.#respond(request, 200, call);
    if (call.isChanging) return this.#respond(request, 491, call);
    const offered = directionOf(body);
    // RFC 3261 14.2.
    if (this.#hasHeldBack(call)) return this.#respond(request, 500, call);
    call.ask(body === "" ? "no offer" : offered);
    const accept = (): void => {
      call.adopt(request);
      this.#respond(request, 200, call, body === "" ? call.sdp() : call.answer(offered));
    };
    if (!call.holdsBack) return accept();
    this.#ringing.set(keyOf(request, "INVITE"), request);
    call.heldBack.put(() => {
      if (this.#ringing.delete(keyOf(request, "INVITE"))) accept();
    });
  }

  /** A re-INVITE of the call is still to be answered. */
  #hasHeldBack({ parts }: EnduringCall): boolean {
    return [...this.#ringing.values()].some((request) => request.get("call-id") === parts.callId);
  }

  #onCall(request: SipMessage): void {
    const localTag = randomBytes(6).toString("hex");
    const contact = parseNameAddr(request.get("contact") ?? "");
    const call = new EnduringCall(this, {
      callId: request.get("call-id") ?? "",
      localTag,
      local: `${request.get("to") ?? ""};tag=${localTag}`,
      remote: request.get("from") ?? "",
      target: contact.ok ? contact.value.uri : "",
      isOwner: false,
      subject: request.get("subject") ?? "",
      mediaPort: this.#nextMediaPort(),
    });
    call.adopt(request);
    this.#calls.set(call.parts.callId, call);
    this.#respond(request, 180, call);
    if (this.answers) this.#respond(request, 200, call, call.answer(directionOf(request.body)));
    else this.#ringing.set(keyOf(request, "INVITE"), request);
    this.incoming.put(call);
  }

  #onCancel(request: SipMessage): void {
    const call = this.#calls.get(request.get("call-id") ?? "");
    this.#respond(request, 200, call);
    const key = keyOf(request, "INVITE");
    const invite = this.#ringing.get(key);
    if (invite === undefined || !this.#ringing.delete(key)) return;
    this.#respond(invite, 487, call);
    if (tagOf(invite.get("to") ?? "") === undefined) call?.end();
  }

  #respond(request: SipMessage, status: number, call: EnduringCall | undefined, body = ""): void {
    const to = request.get("to") ?? "";
    const tag = call?.parts.localTag ?? randomBytes(6).toString("hex");
    const fields: Fields = [
      ...request.getAll("via").map((via) => ["Via", via] as const),
      ...request.getAll("record-route").map((route) => ["Record-Route", route] as const),
      ["From", request.get("from") ?? ""],
      ["To", tagOf(to) === undefined ? `${to};tag=${tag}` : to],
      ["Call-ID", request.get("call-id") ?? ""],
      ["CSeq", request.get("cseq") ?? ""],
      ["Contact", this.contact],
      ALLOW,
      ...(status === 500 ? [["Retry-After", "1"] as const] : []),
      ...contentOf(body),
    ];
    const text = formatResponse(status, reasonPhrase(status), fields, body);
    const key = keyOf(request, request.method);
    this.#answered.set(key, text);
    this.#transmit(text);
    if (request.method === "INVITE" && status >= 200) this.#repeat(key, dialogKeyOf(request), text, FIRST_REPEAT_MS);
  }

  /** RFC 3261 13.3.1.4 and 17.2.1: until its ACK comes. */
  #repeat(key: string, dialogKey: string, text: string, delayMs: number): void {
    if (!this.isUdp || delayMs > LAST_REPEAT_MS) return;
    const timer = setTimeout(() => {
      this.#transmit(text);
      this.#repeat(key, dialogKey, text, delayMs * 2);
    }, delayMs);
    this.#repeats.set(dialogKey, timer);
  }

  #stopRepeating(ack: SipMessage): void {
    const key = dialogKeyOf(ack);
    clearTimeout(this.#repeats.get(key));
    this.#repeats.delete(key);
  }
}

function contentOf(body: string): Fields {
  return body === "" ? [] : [["Content-Type", "application/sdp"]];
}

/** Of a server transaction. */
function keyOf(request: SipMessage, method: string): string {
  return `${/branch=([^;,\s]+)/.exec(request.get("via") ?? "")?.[1] ?? ""} ${method}`;
}

/** What an ACK has in common with its INVITE. */
function dialogKeyOf(request: SipMessage): string {
  return `${request.get("call-id") ?? ""} ${(request.get("cseq") ?? "").split(" ")[0] ?? ""}`;
}

function directionOf(sdp: string): Direction {
  return (/^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(sdp)?.[1] ?? "sendrecv") as Direction;
}
