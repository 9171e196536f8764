import type { Socket } from "node:net";
import { type Clock, errorMessageOf } from "../../../common/index.ts";
import type { Flow, MessageEnds, SendFailureHandler } from "../flow.ts";
import { StreamFramer } from "./stream-framer.ts";
import { TcpOutbox } from "./tcp-outbox.ts";
import type { ConnectionEnd, TransportCounters } from "../transport-counters.ts";
import { TransportError, type TransportErrorCode } from "../transport-error.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";

/** How long a peer may take to read the last words and close. */
const LINGER_MS = 2_000;

/** What a connection needs. */
export interface TcpConnectionOptions {
  readonly id: string;
  readonly socket: Socket;
  /** True when the peer made it. */
  readonly isAccepted: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: SafeTransportEvents;
  /** Called once, when the socket is gone. */
  onGone(connection: TcpConnection): void;
}

/** One TCP connection: cuts what comes into messages, joins what goes into one write per event-loop turn. */
export class TcpConnection {
  readonly id: string;
  readonly isAccepted: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #options: TcpConnectionOptions;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  readonly #outbox: TcpOutbox;
  readonly #openedAtMs: number;
  readonly #ends: { -readonly [Key in keyof MessageEnds]: MessageEnds[Key] };
  #state: "connecting" | "open" | "ending" | "closed";
  #flow: Flow | undefined;
  #isFlushScheduled = false;
  #lastActiveMs: number;
  #partialSinceMs: number | undefined;
  #endingSinceMs = 0;
  #hasMessage = false;
  #messagesInPush = 0;

  constructor(options: TcpConnectionOptions) {
    const { socket, clock, limits } = options;
    this.id = options.id;
    this.isAccepted = options.isAccepted;
    this.remoteAddress = options.remoteAddress;
    this.remotePort = options.remotePort;
    this.#options = options;
    this.#socket = socket;
    this.#outbox = new TcpOutbox(socket, clock);
    this.#openedAtMs = clock.nowMs();
    this.#lastActiveMs = this.#openedAtMs;
    this.#state = options.isAccepted ? "open" : "connecting";
    this.#ends = {
      protocol: "tcp",
      localAddress: socket.localAddress ?? "",
      localPort: socket.localPort ?? 0,
      remoteAddress: options.remoteAddress,
      remotePort: options.remotePort,
    };
    this.#framer = new StreamFramer(limits.maxMessageBytes, {
      onMessage: (text) => this.#onMessage(text),
      onPing: () => this.#onPing(),
      onBadStream: (reason, head) => this.#onBadStream(reason, head),
    });
    socket.on("connect", () => this.#onConnect());
    socket.on("data", (bytes) => this.#onData(bytes));
    socket.on("error", (error) => this.#onSocketError(error));
    socket.on("close", () => this.#onSocketClose());
  }

  /** Our end; `undefined` while there is none. */
  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  /** Octets that wait to be taken by the kernel. */
  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  /** True while messages can be given to it. */
  get isUsable(): boolean {
    return this.#state === "connecting" || this.#state === "open";
  }

  /** Sends a message, once the connection is made. */
  send(text: string, onFailure: SendFailureHandler): void {
    const { counters, events } = this.#options;
    counters.countSent("tcp", text);
    if (this.isUsable) {
      events.onSent(text, this.#ends);
      this.#enqueue(text, onFailure);
    } else setImmediate(() => this.#fail([onFailure], "connection-lost", "the connection is closed"));
  }

  /** Closes what has kept us waiting too long. */
  checkDeadlines(nowMs: number): void {
    const { limits } = this.#options;
    if (this.#state === "ending") {
      if (nowMs - this.#endingSinceMs >= LINGER_MS) this.#socket.destroy();
    } else if (this.#state === "connecting") {
      if (nowMs - this.#openedAtMs >= limits.connectTimeoutMs) this.#abort("error", "connect-timeout", "no answer");
    } else if (this.#partialSinceMs !== undefined && nowMs - this.#partialSinceMs >= limits.messageDeadlineMs) {
      this.#abort("slow-message", "connection-lost", "message too slow");
    } else if (this.#outbox.stalledMs(nowMs) >= limits.writeDeadlineMs) {
      this.#abort("not-reading", "connection-lost", "the peer does not read");
    } else if (this.isAccepted && !this.#hasMessage && nowMs - this.#openedAtMs >= limits.firstMessageDeadlineMs) {
      this.#abort("no-message", "connection-lost", "no message");
    } else if (nowMs - this.#lastActiveMs >= limits.idleMs) {
      this.#abort("idle", "connection-lost", "idle");
    }
  }

  /** Closes it at once; what was not sent fails. */
  close(): void {
    this.#abort("closed", "closed", "the transport is closed");
  }

  #onConnect(): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    this.#options.counters.connected += 1;
    this.#ends.localAddress = this.#socket.localAddress ?? "";
    this.#ends.localPort = this.#socket.localPort ?? 0;
    this.#lastActiveMs = this.#options.clock.nowMs();
    this.#flush();
  }

  #onData(bytes: Buffer): void {
    if (this.#state !== "open") return;
    this.#messagesInPush = 0;
    this.#framer.push(bytes.toString("latin1"));
    if (!this.#framer.hasPartialMessage) this.#partialSinceMs = undefined;
    else if (this.#partialSinceMs === undefined || this.#messagesInPush > 0) {
      this.#partialSinceMs = this.#options.clock.nowMs();
    }
  }

  #onMessage(text: string): void {
    const { clock, counters, events } = this.#options;
    // A handler may have closed it while more messages wait in the same piece.
    if (this.#state !== "open") return;
    this.#messagesInPush += 1;
    this.#hasMessage = true;
    this.#lastActiveMs = clock.nowMs();
    counters.countReceived("tcp", text);
    events.onMessage(text, this.#currentFlow());
  }

  #onPing(): void {
    const { clock, counters } = this.#options;
    if (this.#state !== "open") return;
    this.#lastActiveMs = clock.nowMs();
    counters.tcp.keepAlives += 1;
    this.#enqueue("\r\n", ignoreFailure);
  }

  #onBadStream(reason: string, head: string): void {
    if (this.#state !== "open") return;
    this.#options.counters.tcp.bad += 1;
    this.#options.events.onBadInput(reason, this.#currentFlow(), head);
    if (this.#state !== "open") return;
    this.#flush();
    this.#state = "ending";
    this.#endingSinceMs = this.#options.clock.nowMs();
    this.#options.counters.countEnd("bad-input");
    this.#socket.end();
  }

  #currentFlow(): Flow {
    const { localAddress, localPort } = this.#socket;
    this.#flow ??= {
      id: this.id,
      protocol: "tcp",
      reliable: true,
      localAddress: localAddress ?? "",
      localPort: localPort ?? 0,
      remoteAddress: this.remoteAddress,
      remotePort: this.remotePort,
    };
    return this.#flow;
  }

  #enqueue(text: string, onFailure: SendFailureHandler): void {
    const { limits } = this.#options;
    this.#outbox.add(text, onFailure);
    if (this.#state === "connecting" && this.#outbox.length > limits.maxQueuedMessages) {
      this.#outbox.dropLast();
      setImmediate(() => this.#fail([onFailure], "queue-full", "too many messages wait for the connection"));
    } else if (this.#outbox.waitingBytes > limits.maxQueuedBytes) {
      this.#abort("not-reading", "queue-full", "the peer does not read");
    } else this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.#state !== "open") return;
    this.#isFlushScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    if (this.#state !== "open" || this.#outbox.length === 0) return;
    this.#lastActiveMs = this.#options.clock.nowMs();
    this.#outbox.flush();
  }

  #abort(reason: ConnectionEnd, code: TransportErrorCode, text: string): void {
    if (this.#state === "closed") return;
    if (this.#state !== "ending") this.#options.counters.countEnd(reason);
    this.#abandon(code, text);
    this.#socket.destroy();
  }

  #onSocketError(error: Error): void {
    const code = this.#state === "connecting" ? "connect-failed" : "connection-lost";
    if (this.isUsable) this.#options.counters.countEnd("error");
    this.#abandon(code, errorMessageOf(error));
  }

  #onSocketClose(): void {
    if (this.isUsable) this.#options.counters.countEnd("peer");
    this.#abandon("connection-lost", "the peer closed the connection");
    this.#options.onGone(this);
  }

  /** Ends its use; the failures are told later, never within the call that caused them. */
  #abandon(code: TransportErrorCode, text: string): void {
    this.#state = "closed";
    const failures = this.#outbox.abandon();
    if (failures.length > 0) setImmediate(() => this.#fail(failures, code, text));
  }

  #fail(failures: readonly SendFailureHandler[], code: TransportErrorCode, text: string): void {
    const { remoteAddress: address, remotePort: port } = this;
    const details = { protocol: "tcp", address, port };
    for (const onFailure of failures) {
      if (onFailure === ignoreFailure) continue;
      this.#options.counters.tcp.failed += 1;
      onFailure(new TransportError(code, `can not send to tcp ${address} port ${port}: ${text}`, details));
    }
  }
}

function ignoreFailure(): void {
  // A keep-alive that could not be answered: the connection is gone, which shows by itself.
}
