import { type Clock, errorMessageOf } from "../../../common/index.ts";
import type { Flow, ListenAddress, OwnEnd, SendFailureHandler, TransportProtocol } from "../flow.ts";
import type { Link, LinkEvents } from "./link.ts";
import { Outbox } from "./outbox.ts";
import type { ConnectionEnd, ProtocolCounters, TransportCounters } from "../transport-counters.ts";
import { TransportError, type TransportErrorCode } from "../transport-error.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";

/** How long a peer may take to read the last words and close. */
const LINGER_MS = 2_000;

/** Who is at the ends of a connection. */
export interface ConnectionEnds {
  readonly protocol: TransportProtocol;
  /** The listener that the peer connected to; `undefined` when we connected. */
  readonly acceptedOn: ListenAddress | undefined;
  /** What peers are told of our end. */
  readonly ownEnd: OwnEnd;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Name that the peer had to prove by its certificate, when it was not its address. */
  readonly serverName?: string | undefined;
  /** Names in the verified certificate of a peer that connected. */
  readonly certificateNames?: readonly string[] | undefined;
}

/** What a connection needs. */
export interface ConnectionOptions extends ConnectionEnds {
  readonly id: string;
  /** Makes what carries the messages; a link that is accepted is open already. */
  openLink(events: LinkEvents): Link;
  readonly connectWithinMs?: number | undefined;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: SafeTransportEvents;
  /** Called once, when the socket is gone. */
  onGone(connection: Connection): void;
}

/**
 * How long a connection is kept for its peer: without any traffic, and, for a peer that has promised to send
 * keep-alives, without hearing from it.
 */
export type Patience = { readonly idleMs: number } | { readonly silentMs: number };

/** One connection of any kind: bounds what it holds and how long, joins what goes into one write per event-loop turn. */
export class Connection {
  readonly id: string;
  readonly ends: ConnectionEnds;
  readonly #options: ConnectionOptions;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #openedAtMs: number;
  #state: "connecting" | "open" | "ending" | "closed";
  #flow: Flow | undefined;
  #isFlushScheduled = false;
  #lastActiveMs: number;
  #lastHeardMs: number;
  #patience: Patience | undefined;
  #pingedAtMs = 0;
  #endingSinceMs = 0;
  #hasMessage = false;

  constructor(options: ConnectionOptions) {
    const { clock, acceptedOn } = options;
    this.id = options.id;
    this.ends = options;
    this.#options = options;
    this.#openedAtMs = clock.nowMs();
    this.#lastActiveMs = this.#openedAtMs;
    this.#lastHeardMs = this.#openedAtMs;
    this.#state = acceptedOn === undefined ? "connecting" : "open";
    this.#link = options.openLink({
      onOpen: () => this.#onOpen(),
      onMessage: (text) => this.#onMessage(text),
      onPing: () => this.#onPing(),
      onAlive: () => this.#noteHeard(),
      onBadInput: (reason, head) => this.#onBadInput(reason, head),
      onError: (error) => this.#onError(error),
      onClose: () => this.#onClose(),
    });
    this.#outbox = new Outbox(this.#link, clock);
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
    counters.countSent(this.ends.protocol, text);
    if (this.isUsable) {
      events.onSent(text, this.#currentFlow());
      this.#enqueue(text, onFailure);
    } else setImmediate(() => this.#fail([onFailure], "connection-lost", "the connection is closed"));
  }

  /** Takes the place of the usual `idleMs` from now on. Of several, a promise to be heard counts, else the longest. */
  keep(patience: Patience): void {
    const before = this.#patience;
    if ("silentMs" in patience || before === undefined) this.#patience = patience;
    else if ("idleMs" in before && before.idleMs < patience.idleMs) this.#patience = patience;
  }

  /** Closes what has kept us waiting too long. */
  checkDeadlines(nowMs: number): void {
    const { limits, acceptedOn, connectWithinMs = limits.connectTimeoutMs } = this.#options;
    const { partialSinceMs } = this.#link;
    if (this.#state === "ending") {
      if (nowMs - this.#endingSinceMs >= LINGER_MS) this.#link.destroy();
    } else if (this.#state === "connecting") {
      if (nowMs - this.#openedAtMs >= connectWithinMs) this.#abort("error", "connect-timeout", "no answer");
    } else if (partialSinceMs !== undefined && nowMs - partialSinceMs >= limits.messageDeadlineMs) {
      this.#abort("slow-message", "connection-lost", "message too slow");
    } else if (this.#outbox.stalledMs(nowMs) >= limits.writeDeadlineMs) {
      this.#abort("not-reading", "connection-lost", "the peer does not read");
    } else if (
      acceptedOn !== undefined &&
      !this.#hasMessage &&
      nowMs - this.#openedAtMs >= limits.firstMessageDeadlineMs
    ) {
      this.#abort("no-message", "connection-lost", "no message");
    } else if (this.#isTooQuiet(nowMs)) {
      this.#abort("idle", "connection-lost", "idle");
    } else if (nowMs - Math.max(this.#lastActiveMs, this.#pingedAtMs) >= limits.pingMs) {
      this.#pingedAtMs = nowMs;
      this.#link.ping();
    }
  }

  /** Closes it at once; what was not sent fails. */
  close(): void {
    this.#abort("closed", "closed", "the transport is closed");
  }

  get #counted(): ProtocolCounters {
    return this.#options.counters.of(this.ends.protocol);
  }

  #noteActivity(): void {
    this.#lastActiveMs = this.#options.clock.nowMs();
  }

  #noteHeard(): void {
    this.#noteActivity();
    this.#lastHeardMs = this.#lastActiveMs;
  }

  #isTooQuiet(nowMs: number): boolean {
    const patience = this.#patience ?? this.#options.limits;
    if ("silentMs" in patience) return nowMs - this.#lastHeardMs >= patience.silentMs;
    return nowMs - this.#lastActiveMs >= patience.idleMs;
  }

  #onOpen(): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    this.#options.counters.connected += 1;
    this.#noteActivity();
    this.#flush();
  }

  #onMessage(text: string): void {
    // A handler may have closed it while more messages wait in the same piece.
    if (this.#state !== "open") return;
    this.#hasMessage = true;
    this.#noteHeard();
    const { counters, events } = this.#options;
    counters.countReceived(this.ends.protocol, text);
    events.onMessage(text, this.#currentFlow());
  }

  #onPing(): void {
    if (this.#state !== "open") return;
    this.#noteHeard();
    this.#counted.keepAlives += 1;
    this.#enqueue("\r\n", ignoreFailure);
  }

  #onBadInput(reason: string, head: string): void {
    if (this.#state !== "open") return;
    this.#counted.bad += 1;
    this.#options.events.onBadInput(reason, this.#currentFlow(), head);
    if (this.#state !== "open") return;
    this.#flush();
    this.#state = "ending";
    this.#endingSinceMs = this.#options.clock.nowMs();
    this.#options.counters.countEnd("bad-input");
    this.#link.end();
  }

  #currentFlow(): Flow {
    const { protocol, ownEnd, remoteAddress, remotePort, certificateNames } = this.ends;
    this.#flow ??= {
      id: this.id,
      protocol,
      reliable: true,
      localAddress: ownEnd.address,
      localPort: ownEnd.port,
      remoteAddress,
      remotePort,
      ...(certificateNames === undefined ? {} : { certificateNames }),
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
    this.#noteActivity();
    this.#outbox.flush();
  }

  #abort(reason: ConnectionEnd, code: TransportErrorCode, text: string): void {
    if (this.#state === "closed") return;
    if (this.#state !== "ending") this.#options.counters.countEnd(reason);
    this.#abandon(code, text);
    this.#link.destroy();
  }

  #onError(error: Error): void {
    const code = this.#state === "connecting" ? "connect-failed" : "connection-lost";
    if (this.isUsable) this.#options.counters.countEnd("error");
    this.#abandon(code, errorMessageOf(error));
  }

  #onClose(): void {
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
    const { protocol, remoteAddress: address, remotePort: port } = this.ends;
    const details = { protocol, address, port };
    for (const onFailure of failures) {
      if (onFailure === ignoreFailure) continue;
      this.#counted.failed += 1;
      onFailure(new TransportError(code, `can not send to ${protocol} ${address} port ${port}: ${text}`, details));
    }
  }
}

function ignoreFailure(): void {
  // A keep-alive that could not be answered: the connection is gone, which shows by itself.
}
