import { silentLogger, type Ids, type Logger } from "../../../../src/common/index.ts";
import { parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";
import type {
  Flow,
  OwnEnd,
  SendFailureHandler,
  Target,
  TransportProtocol,
} from "../../../../src/sip/transport/index.ts";
import {
  type ClientTransactionHandlers,
  type MessageSender,
  type ServerTransaction,
  TransactionLayer,
  type TransactionLayerOptions,
  type TransactionUser,
} from "../../../../src/sip/transaction/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

export const FLOW: Flow = {
  id: "udp|127.0.0.1|5060|127.0.0.2|5070",
  protocol: "udp",
  reliable: false,
  localAddress: "127.0.0.1",
  localPort: 5060,
  remoteAddress: "127.0.0.2",
  remotePort: 5070,
};
export const TCP_FLOW: Flow = { ...FLOW, id: "tcp|x|1", protocol: "tcp", reliable: true };
export const PEER: Target = { protocol: "udp", address: "127.0.0.2", port: 5070 };
export const TCP_PEER: Target = { ...PEER, protocol: "tcp" };

/** A transport that keeps what it is given. */
export class FakeSender implements MessageSender {
  /** Addresses that a TCP listener of ours could speak to. */
  readonly tcpAddresses = new Set<string>();
  readonly sent: { target: Target; text: string; again: boolean; fail: SendFailureHandler }[] = [];

  send(target: Target, text: string, fail: SendFailureHandler): void {
    this.sent.push({ target, text, again: false, fail });
  }

  resend(target: Target, text: string, fail: SendFailureHandler): void {
    this.sent.push({ target, text, again: true, fail });
  }

  canReach(protocol: TransportProtocol, address: string): boolean {
    return protocol === "udp" || this.tcpAddresses.has(address);
  }

  isLocal(address: string, port: number): boolean {
    return address === "127.0.0.1" && port === 5060;
  }

  localFor({ protocol }: Target): OwnEnd {
    return { address: "127.0.0.1", port: protocol === "udp" ? 5060 : 5080 };
  }

  /** Start lines of what was sent since the last call. */
  takeStartLines(): string[] {
    return this.take().map(({ text }) => text.slice(0, text.indexOf("\r\n")));
  }

  take(): { target: Target; text: string; again: boolean; fail: SendFailureHandler }[] {
    return this.sent.splice(0);
  }
}

/** A transaction user that keeps what it is told, and throws when it is asked to. */
export class RecordingUser implements TransactionUser {
  readonly requests: ServerTransaction[] = [];
  readonly cancels: { tx: ServerTransaction; invite: ServerTransaction | undefined }[] = [];
  readonly acks: { request: SipMessage; invite: ServerTransaction | undefined }[] = [];
  readonly strays: SipMessage[] = [];
  failure: Error | undefined;
  /** Whether To tags are those of dialogs. */
  knows = true;

  knowsDialog(): boolean {
    this.#maybeThrow();
    return this.knows;
  }

  onRequest(tx: ServerTransaction): void {
    this.requests.push(tx);
    this.#maybeThrow();
  }

  onCancel(tx: ServerTransaction, invite: ServerTransaction | undefined): void {
    this.cancels.push({ tx, invite });
    this.#maybeThrow();
  }

  onAck(request: SipMessage, _flow: Flow, invite: ServerTransaction | undefined): void {
    this.acks.push({ request, invite });
    this.#maybeThrow();
  }

  onStrayResponse(response: SipMessage): void {
    this.strays.push(response);
    this.#maybeThrow();
  }

  #maybeThrow(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

/** Handlers that keep what they are told, as `180`, `timeout`, `failed`. */
export class RecordingHandlers implements ClientTransactionHandlers {
  readonly told: string[] = [];
  onEach: (what: string) => void = () => undefined;

  onResponse(response: SipMessage): void {
    this.#note(String(response.status));
  }
  onTimeout(): void {
    this.#note("timeout");
  }
  onTransportFailure(error: Error): void {
    this.#note("code" in error ? String(error.code) : "failed");
  }
  #note(what: string): void {
    this.told.push(what);
    this.onEach(what);
  }
}

const fixedIds: Ids = { uuid: () => "uuid", token: () => "salt" };

/** A layer between a fake transport and a recording user, on a clock that is moved by hand. */
export function makeLayer(options: Partial<TransactionLayerOptions> = {}) {
  const clock = new ManualClock();
  const sender = new FakeSender();
  const user = new RecordingUser();
  const errors: string[] = [];
  const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
  const layer = new TransactionLayer({ transport: sender, clock, ids: fixedIds, logger, user, ...options });
  const valueOf = (name: string, kind?: string): number => {
    const sample = layer.counters().find((each) => each.name === name && (!kind || each.labels?.["kind"] === kind));
    return sample?.value ?? Number.NaN;
  };
  return { clock, sender, user, errors, layer, valueOf };
}

export interface RequestParts {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly extra?: string;
}

const VIA = "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKone";

/** The text of a request with everything that it must have. */
export function requestText(parts: RequestParts = {}): string {
  const { method = "INVITE", uri = "sip:1001@127.0.0.1", via = VIA, fromTag = "f1", toTag, callId = "call-1" } = parts;
  const { cseq = 1, extra = "" } = parts;
  const to = toTag === undefined ? "" : `;tag=${toTag}`;
  return (
    `${method} ${uri} SIP/2.0\r\nVia: ${via}\r\nFrom: <sip:a@127.0.0.2>;tag=${fromTag}\r\n` +
    `To: <sip:1001@127.0.0.1>${to}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n` +
    `Contact: <sip:a@127.0.0.2:5070>\r\nMax-Forwards: 70\r\n${extra}Content-Length: 0\r\n\r\n`
  );
}

/** The text of a response to a request, as a peer would write it. */
export function responseText(request: string | SipMessage, status: number, toTag = "t1"): string {
  const message = typeof request === "string" ? messageOf(request) : request;
  const vias = message.getAll("via").map((via) => `Via: ${via}\r\n`);
  const to = message.get("to") ?? "";
  const tag = status === 100 || to.includes("tag=") ? "" : `;tag=${toTag}`;
  return (
    `SIP/2.0 ${status} Whatever\r\n${vias.join("")}From: ${message.get("from")}\r\nTo: ${to}${tag}\r\n` +
    `Call-ID: ${message.get("call-id")}\r\nCSeq: ${message.get("cseq")}\r\nContent-Length: 0\r\n\r\n`
  );
}

export function messageOf(text: string): SipMessage {
  const parsed = parseSipMessage(text);
  if (!parsed.ok) throw new Error(`${parsed.reason}: ${text}`);
  return parsed.value;
}
