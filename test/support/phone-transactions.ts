import { randomBytes } from "node:crypto";
import { formatRequest, parseCSeq, parseSipMessage, type SipMessage } from "../../src/sip/message/index.ts";
import type { EnduringLink } from "./enduring-link.ts";

export type Fields = readonly (readonly [string, string])[];

/** Why a request had no answer. */
export class NoAnswer extends Error {}

const T1_MS = 500;
const T2_MS = 4_000;

interface ClientTransaction {
  readonly request: SipMessage;
  readonly onFinal: (response: SipMessage) => void;
  readonly onLost: (why: NoAnswer) => void;
  readonly onProvisional: (response: SipMessage) => void;
  resend: NodeJS.Timeout | undefined;
  deadline: NodeJS.Timeout | undefined;
  isOver: boolean;
}

export interface RequestOptions {
  readonly method: string;
  readonly uri: string;
  readonly fields: Fields;
  readonly body?: string;
  readonly withinMs: number;
  readonly onProvisional?: (response: SipMessage) => void;
}

/** The client transactions of a phone (RFC 3261 17.1): repeated over UDP, lost with the connection elsewhere. */
export class PhoneTransactions {
  readonly #link: () => EnduringLink;
  readonly #send: (text: string) => void;
  readonly #open = new Map<string, ClientTransaction>();
  /** ACKs of the 2xx that came, by the branch of the INVITE: each is sent again with a 2xx that comes again. */
  readonly #acks = new Map<string, string>();

  constructor(link: () => EnduringLink, send: (text: string) => void) {
    this.#link = link;
    this.#send = send;
  }

  /** A Via of this phone with a branch not used before. */
  via(): string {
    const { protocol, place } = this.#link();
    return `SIP/2.0/${protocol.toUpperCase()} ${place};rport;branch=z9hG4bK${randomBytes(9).toString("hex")}`;
  }

  /** Sends a request. @throws {NoAnswer} when no final response comes in time or the connection is lost */
  request({ method, uri, fields, body = "", withinMs, onProvisional }: RequestOptions): Promise<SipMessage> {
    const via = this.via();
    const text = formatRequest(method, uri, [["Via", via], ["Max-Forwards", "70"], ...fields], body);
    const parsed = parseSipMessage(text);
    if (!parsed.ok) throw new Error(`made a malformed ${method}: ${parsed.reason}`);
    return new Promise((resolve, reject) => {
      const transaction: ClientTransaction = {
        request: parsed.value,
        onFinal: resolve,
        onLost: reject,
        onProvisional: onProvisional ?? ((): void => undefined),
        resend: undefined,
        deadline: undefined,
        isOver: false,
      };
      const key = keyOf(via, method);
      this.#open.set(key, transaction);
      transaction.deadline = setTimeout(() => {
        this.#end(key, transaction);
        reject(new NoAnswer(`no final response to ${method} within ${withinMs} ms`));
      }, withinMs);
      this.#send(text);
      if (this.#link().protocol === "udp") this.#repeat(transaction, text, T1_MS);
    });
  }

  onResponse(response: SipMessage): void {
    const via = response.get("via") ?? "";
    const cseq = parseCSeq(response.get("cseq") ?? "");
    const method = cseq.ok ? cseq.value.method : "";
    const key = keyOf(via, method);
    const transaction = this.#open.get(key);
    if (transaction === undefined) {
      const ack = this.#acks.get(key);
      if (ack !== undefined && response.status < 300) this.#send(ack);
      return;
    }
    if (method === "INVITE" || response.status >= 200) clearTimeout(transaction.resend);
    if (response.status < 200) return transaction.onProvisional(response);
    this.#end(key, transaction);
    if (method === "INVITE" && response.status >= 300) this.#acknowledgeFailure(transaction.request, response);
    transaction.onFinal(response);
  }

  /** Notes the ACK of a 2xx and sends it. */
  acknowledge(response: SipMessage, ack: string): void {
    this.#acks.set(keyOf(response.get("via") ?? "", "INVITE"), ack);
    this.#send(ack);
  }

  cancel(request: SipMessage): void {
    const kept = (["via", "from", "to", "call-id"] as const).map((name) => [name, request.get(name) ?? ""] as const);
    const cseq = (request.get("cseq") ?? "").replace("INVITE", "CANCEL");
    this.#send(formatRequest("CANCEL", request.uri, [...kept, ["CSeq", cseq]], ""));
  }

  /** The connection is gone, and with it what waits for an answer. */
  lose(): void {
    for (const [key, transaction] of [...this.#open]) {
      this.#end(key, transaction);
      transaction.onLost(new NoAnswer(`the connection was lost while ${transaction.request.method} waited`));
    }
  }

  #repeat(transaction: ClientTransaction, text: string, delayMs: number): void {
    transaction.resend = setTimeout(() => {
      if (transaction.isOver) return;
      this.#send(text);
      const isInvite = transaction.request.method === "INVITE";
      this.#repeat(transaction, text, isInvite ? delayMs * 2 : Math.min(delayMs * 2, T2_MS));
    }, delayMs);
  }

  #end(key: string, transaction: ClientTransaction): void {
    transaction.isOver = true;
    clearTimeout(transaction.resend);
    clearTimeout(transaction.deadline);
    this.#open.delete(key);
  }

  /** RFC 3261 17.1.1.3. */
  #acknowledgeFailure(request: SipMessage, response: SipMessage): void {
    const fields: Fields = [
      ["Via", request.get("via") ?? ""],
      ["From", request.get("from") ?? ""],
      ["To", response.get("to") ?? ""],
      ["Call-ID", request.get("call-id") ?? ""],
      ["CSeq", (request.get("cseq") ?? "").replace("INVITE", "ACK")],
      ["Max-Forwards", "70"],
    ];
    this.#send(formatRequest("ACK", request.uri, fields, ""));
  }
}

/** Responses carry the branch of their request, whatever else was added to its Via. */
function keyOf(via: string, method: string): string {
  return `${/branch=([^;,\s]+)/.exec(via)?.[1] ?? ""} ${method}`;
}
