import { setTimeout as delay } from "node:timers/promises";
import { parseNameAddr, type SipMessage } from "../../src/sip/message/index.ts";
import type { EnduringPhone } from "./enduring-phone.ts";
import { Inbox } from "./inbox.ts";
import { NoAnswer, type Fields } from "./phone-transactions.ts";
import { testSdp } from "./test-sdp.ts";
import { withinMs } from "./within-ms.ts";

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** Identity of a call at one of its ends. */
export interface CallParts {
  readonly callId: string;
  readonly localTag: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  /** It made the Call-ID (RFC 3261 14.1 lets it wait longer after a 491). */
  readonly isOwner: boolean;
  readonly subject: string;
  readonly mediaPort: number;
}

const MAX_TRIES = 8;
const ANSWER_MS = 15_000;
const MAX_RETRY_SECONDS = 10;

/** One end of a call that goes on whatever happens to the switch: refusals that ask for it are tried again. */
export class EnduringCall {
  readonly parts: CallParts;
  /** What the other end asked for, in order: `sendonly`, `sendrecv`, `no offer`, ... */
  readonly asked: string[] = [];
  /** Answers to re-INVITEs that wait until they are called, where `holdsBack`. */
  readonly heldBack = new Inbox<() => void>(() => "answer");
  /** A re-INVITE of the other end is answered when the test says so. */
  holdsBack = false;
  /** Statuses of requests that were tried again. */
  readonly retried: number[] = [];
  remote: string;
  target: string;
  /** The last message with a session description of the other end. */
  described: SipMessage | undefined;
  /** Progress of its REFER, in order: `SIP/2.0 180 Ringing`, ... */
  readonly notified: string[] = [];
  /** What this end wants. */
  direction: Direction = "sendrecv";
  /** An INVITE of ours waits for its final response. */
  isChanging = false;
  /** Told of each request of the other end to change the session. */
  onAsked: () => void = () => undefined;
  readonly #phone: EnduringPhone;
  #cseq = 1;
  #version = 1;
  #onBye: () => void = () => undefined;
  readonly #ended: Promise<void>;
  isOver = false;

  constructor(phone: EnduringPhone, parts: CallParts) {
    this.#phone = phone;
    this.parts = parts;
    this.remote = parts.remote;
    this.target = parts.target;
    this.#ended = new Promise((resolve) => {
      this.#onBye = resolve;
    });
  }

  get phone(): EnduringPhone {
    return this.#phone;
  }

  nextCseq(): number {
    return (this.#cseq += 1);
  }

  /** A session description of this end, each newer than the one before. */
  sdp(direction: Direction = this.direction): string {
    this.#version += 1;
    return testSdp(this.parts.mediaPort, [`a=${direction}`], this.#version);
  }

  /** The answer to an offer (RFC 3264 6.1). */
  answer(offered: Direction): string {
    const takes = offered === "sendrecv" || offered === "sendonly";
    const gives = (offered === "sendrecv" || offered === "recvonly") && this.direction !== "recvonly";
    const wants = this.direction === "sendrecv" || this.direction === "recvonly";
    return this.sdp(gives ? (takes && wants ? "sendrecv" : "sendonly") : takes && wants ? "recvonly" : "inactive");
  }

  /** Takes target and tag of the other end from what it sent. */
  adopt(message: SipMessage): void {
    const contact = parseNameAddr(message.get("contact") ?? "");
    if (contact.ok) this.target = contact.value.uri;
    if (message.body.includes("m=audio")) this.described = message;
    if (message.kind === "response") this.remote = message.get("to") ?? this.remote;
  }

  fields(cseq: string): Fields {
    const { local, callId } = this.parts;
    return [
      ["From", local],
      ["To", this.remote],
      ["Call-ID", callId],
      ["CSeq", cseq],
    ];
  }

  /** Changes the session until it is agreed to. @throws {Error} when it is refused for good or too often */
  async change(direction: Direction, method: "INVITE" | "UPDATE" = "INVITE"): Promise<void> {
    const accepted = await this.#untilAnswered(() => this.#change(method, this.sdp(direction)), method);
    if (accepted.status !== 200) throw new Error(`${method} ${direction} was answered ${accepted.status}`);
    this.direction = direction;
  }

  /** Asks the other end for an offer; the answer goes with the ACK. */
  async changeWithoutOffer(): Promise<void> {
    const accepted = await this.#untilAnswered(() => this.#change("INVITE", ""), "INVITE");
    if (accepted.status !== 200) throw new Error(`INVITE without offer was answered ${accepted.status}`);
  }

  /** Asks for a blind transfer (RFC 3515); its progress comes by and by. @throws {Error} when that is refused */
  async refer(number: string): Promise<void> {
    const attempt = (): Promise<SipMessage> =>
      this.#phone.send(this, "REFER", "", ANSWER_MS, [["Refer-To", `<sip:${number}@127.0.0.1>`]]);
    const { status } = await this.#untilAnswered(attempt, "REFER");
    if (status !== 202) throw new Error(`REFER was answered ${status}`);
  }

  /** Hangs up. @throws {Error} when the switch does not know the call */
  async hangUp(): Promise<void> {
    const { status } = await this.#untilAnswered(() => this.#send("BYE", ""), "BYE");
    if (status !== 200) throw new Error(`BYE was answered ${status}`);
    this.isOver = true;
  }

  /** Resolves when the other end has hung up. @throws {Error} after `timeoutMs` */
  hasEnded(timeoutMs: number): Promise<void> {
    return withinMs(timeoutMs, this.#ended, () => "the other end saw no BYE");
  }

  /** The other end asks for a change. */
  ask(what: string): void {
    this.asked.push(what);
    this.onAsked();
  }

  /** The other end has hung up. */
  end(): void {
    this.isOver = true;
    this.#onBye();
  }

  async #change(method: "INVITE" | "UPDATE", body: string): Promise<SipMessage> {
    if (method === "UPDATE") return this.#send(method, body);
    this.isChanging = true;
    try {
      const response = await this.#send("INVITE", body);
      if (response.status === 200) {
        this.#phone.acknowledge(this, response, body === "" ? this.sdp() : "");
      }
      return response;
    } finally {
      this.isChanging = false;
    }
  }

  async #send(method: string, body: string): Promise<SipMessage> {
    const response = await this.#phone.send(this, method, body, ANSWER_MS);
    if (response.status < 300) this.adopt(response);
    return response;
  }

  /** RFC 3261 14.1, 20.33 and 21.4.27: what may be tried again is, after the time that it has to wait. */
  async #untilAnswered(attempt: () => Promise<SipMessage>, method: string): Promise<SipMessage> {
    for (let tries = 1; ; tries += 1) {
      try {
        const response = await attempt();
        const waitMs = this.#waitBefore(response);
        if (waitMs === undefined) return response;
        if (tries === MAX_TRIES) throw new Error(`${method} was answered ${response.status} ${tries} times`);
        this.retried.push(response.status);
        await delay(waitMs);
      } catch (error) {
        if (!(error instanceof NoAnswer) || this.#phone.isUdp || tries === MAX_TRIES) throw error;
        this.retried.push(0);
        await this.#phone.isRegistered();
      }
    }
  }

  #waitBefore(response: SipMessage): number | undefined {
    const { status } = response;
    if (status === 491) return this.parts.isOwner ? 2_100 + Math.random() * 1_900 : Math.random() * 2_000;
    const seconds = Number(response.get("retry-after") ?? Number.NaN);
    if (status !== 500 && status !== 503) return undefined;
    if (!(seconds <= MAX_RETRY_SECONDS)) throw new Error(`${status} without a Retry-After that can be kept to`);
    return seconds * 1_000;
  }
}
