import { errorMessageOf, type Clock, type Logger, type MetricSample, type Timer } from "../../common/index.ts";
import type { CtiAttached, CtiSnapshot, PlacedSignal } from "../../signals/index.ts";
import type { CallControlLink, CallControlListener } from "../call-control-link.ts";
import type { FeedMemory, FeedPlace } from "./feed-memory.ts";
import type { Concerned, Replica } from "./replica.ts";
import type { WatchKey } from "./watch-keys.ts";

/** `away`: no connection to call control; `catching-up`: signals of the past are being told; `live`: what is known is so. */
export type FeedState = "away" | "catching-up" | "live";

/** What is done with signals. */
export interface FeedConsumer {
  /** A signal that the replica has taken up. */
  onSignal(placed: PlacedSignal, concerned: Concerned): void;
  /** What was told before is worthless; the replica is as the snapshot says. Not the first time. */
  onRenewed(position: number): void;
  onState(state: FeedState): void;
  /** Everything told so far is written. */
  flush(): void;
}

export interface SignalFeedOptions {
  readonly link: CallControlLink;
  readonly replica: Replica;
  readonly memory: FeedMemory;
  readonly consumer: FeedConsumer;
  /** Name of the CTIManager. */
  readonly manager: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Signals are acknowledged when so many have come, else when none has come for a moment, and in any case after some time:
 * what follows a signal soon is a command, which would wait for what both sides write down.
 */
const COMMIT_SIGNALS = 256;
const QUIET_MS = 20;
const MAX_COMMIT_MS = 250;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
/** Signals that are kept while a snapshot is waited for. */
const MAX_HELD = 100_000;

interface Waiter {
  readonly position: number;
  resolve(isReached: boolean): void;
}

/** Follows the signals of call control, over restarts of either side. */
export class SignalFeed implements CallControlListener {
  readonly #options: SignalFeedOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #changed = new Map<string, ReadonlySet<WatchKey> | undefined>();
  #state: FeedState = "away";
  #place: FeedPlace | undefined;
  /** The replica holds what call control has told this process. */
  #isLoaded = false;
  /** Told of signals of the past until here; the replica then becomes this. */
  #target: CtiSnapshot | undefined;
  /** Signals that wait for the snapshot. */
  #held: PlacedSignal[] | undefined;
  /** Counts connections, so that what belongs to an old one is dropped. */
  #connection = 0;
  #uncommitted = 0;
  #lastSignalMs = 0;
  #commitByMs = 0;
  #timer: Timer | undefined;
  #retry: Timer | undefined;
  #node: string | undefined;
  #observesCalls = false;
  /** Calls were followed until now, as far as is known. */
  #hasObserved = true;
  #isClosed = false;

  constructor(options: SignalFeedOptions) {
    this.#options = options;
    this.#place = options.memory.place;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Position of the last signal that was told; 0: of none. */
  get position(): number {
    return this.#place?.position ?? 0;
  }

  /** Name of the node of call control; absent before it was there. */
  get node(): string | undefined {
    return this.#node;
  }

  start(): void {
    this.#options.link.start(this);
  }

  /** Whether calls are followed, which costs call control something for each of them; from the start on they are not. */
  observeCalls(observesCalls: boolean): void {
    if (this.#observesCalls === observesCalls) return;
    this.#observesCalls = observesCalls;
    this.#isLoaded = false;
    if (this.#options.link.isConnected) this.#attachAgain();
  }

  /** Resolves when signals up to the position have been told: true; false when they will not be. */
  reached(position: number, withinMs: number): Promise<boolean> {
    if (this.position >= position && this.#state !== "catching-up") return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        resolve: (isReached) => {
          timer.cancel();
          this.#waiters.delete(waiter);
          resolve(isReached);
        },
      };
      const timer = this.#options.clock.after(withinMs, () => waiter.resolve(false));
      this.#waiters.add(waiter);
    });
  }

  /** A call can be asked for no more. */
  callForgotten(callId: string): void {
    this.#changed.set(callId, undefined);
  }

  onConnected(): void {
    this.#connection += 1;
    this.#attach(this.#connection, FIRST_RETRY_MS);
  }

  onDisconnected(): void {
    this.#connection += 1;
    this.#retry?.cancel();
    this.#held = undefined;
    if (this.#target !== undefined) {
      // What has been told of the past stays told; the rest is asked for again.
      this.#target = undefined;
      this.#isLoaded = false;
    }
    this.#setState("away");
  }

  onSignals(signals: readonly PlacedSignal[]): void {
    for (const placed of signals) this.#onSignal(placed);
  }

  metrics(): MetricSample[] {
    return [
      {
        name: "tandem_cti_signals_unacknowledged",
        type: "gauge",
        help: "Signals of call control that have been told and not acknowledged",
        value: this.#uncommitted,
      },
      this.#options.memory.metric,
    ];
  }

  /** Acknowledges what has been told. May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#commit();
    this.#isClosed = true;
    this.#connection += 1;
    this.#retry?.cancel();
    for (const waiter of [...this.#waiters]) waiter.resolve(false);
    this.#options.link.close();
    this.#options.memory.close();
  }

  #attach(connection: number, retryMs: number): void {
    this.#held = [];
    void this.#synchronise(connection).catch((error: unknown) => {
      if (connection !== this.#connection) return;
      this.#options.logger.warn("call control cannot be followed", { error: errorMessageOf(error) });
      this.#retry = this.#options.clock.after(retryMs, () => {
        this.#attach(connection, Math.min(2 * retryMs, MAX_RETRY_MS));
      });
    });
  }

  async #synchronise(connection: number): Promise<void> {
    const { link, manager } = this.#options;
    // Call control takes the place as an acknowledgement.
    this.#write();
    const place = this.#place;
    const attached = await link.attach({ manager, observesCalls: this.#observesCalls, ...place });
    if (connection !== this.#connection) return;
    const isResumed = attached.isResumed && place?.epoch === attached.epoch;
    // Signals of the epoch before have positions of their own; what is of this one the snapshot has.
    if (!isResumed) this.#held = [];
    this.#node = attached.node;
    if (isResumed && this.#isLoaded) return this.#goLive();
    const snapshot = await link.snapshot();
    if (connection !== this.#connection) return;
    this.#load(snapshot, isResumed ? attached : undefined);
  }

  /** `resumed`: signals between where we are and the snapshot will come. */
  #load(snapshot: CtiSnapshot, resumed: CtiAttached | undefined): void {
    const { replica, memory, consumer, logger } = this.#options;
    if (resumed?.epoch === snapshot.epoch && this.position < snapshot.position) {
      replica.load(snapshot, memory.keys, true);
      this.#target = snapshot;
      this.#setState("catching-up");
      return this.#drain();
    }
    const isKnown = resumed?.epoch === snapshot.epoch;
    replica.load(snapshot, memory.keys, false);
    if (isKnown) replica.recall(memory.keys);
    this.#isLoaded = true;
    this.#place = { epoch: snapshot.epoch, position: snapshot.position };
    if (!isKnown) {
      if (this.#hasObserved) logger.warn("signals of call control may have been lost", { epoch: snapshot.epoch });
      memory.forgetCalls();
      for (const { view, keys } of replica.liveCalls()) this.#changed.set(view.callId, keys);
      consumer.onRenewed(snapshot.position);
      this.#commit();
    }
    this.#goLive();
  }

  #goLive(): void {
    this.#hasObserved = this.#observesCalls;
    this.#setState("live");
    this.#drain();
    this.#wake();
  }

  #drain(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const placed of held) this.#onSignal(placed);
  }

  #onSignal(placed: PlacedSignal): void {
    if (this.#held !== undefined) {
      if (this.#held.length < MAX_HELD) this.#held.push(placed);
      return;
    }
    const place = this.#place;
    if (place === undefined || this.#state === "away" || placed.position <= place.position) return;
    if (placed.position !== place.position + 1) return this.#resynchronise(placed.position);
    const { replica, consumer } = this.#options;
    const concerned = replica.apply(placed.signal);
    if (placed.signal.kind === "call" && concerned.after !== concerned.before) {
      this.#changed.set(placed.signal.call.callId, concerned.after);
    }
    consumer.onSignal(placed, concerned);
    this.#place = { epoch: place.epoch, position: placed.position };
    this.#commitSoon();
    if (placed.position === this.#target?.position) this.#caughtUp(this.#target);
    this.#wake();
  }

  /** A signal is missing: what was told stays told, and what follows it is asked for again. */
  #resynchronise(position: number): void {
    this.#options.logger.warn("a signal of call control is missing", { expected: this.position + 1, got: position });
    this.#attachAgain();
  }

  /** On the connection that there is. */
  #attachAgain(): void {
    this.#target = undefined;
    this.#isLoaded = false;
    this.#retry?.cancel();
    this.#connection += 1;
    this.#setState("catching-up");
    this.#commit();
    this.#attach(this.#connection, FIRST_RETRY_MS);
  }

  #caughtUp(snapshot: CtiSnapshot): void {
    const { replica, memory } = this.#options;
    this.#target = undefined;
    this.#commit();
    replica.load(snapshot, memory.keys, false);
    for (const { view, keys } of replica.liveCalls()) this.#changed.set(view.callId, keys);
    replica.recall(memory.keys);
    this.#isLoaded = true;
    this.#setState("live");
  }

  #wake(): void {
    if (this.#state !== "live") return;
    const position = this.position;
    for (const waiter of [...this.#waiters]) if (waiter.position <= position) waiter.resolve(true);
  }

  #setState(state: FeedState): void {
    if (this.#state === state || this.#isClosed) return;
    this.#state = state;
    this.#options.consumer.onState(state);
  }

  /** What has been told is taken down, and where we are. */
  #write(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#uncommitted = 0;
    const { consumer, memory } = this.#options;
    if (this.#place === undefined || this.#isClosed) return;
    consumer.flush();
    memory.commit(this.#place, this.#changed);
    this.#changed.clear();
  }

  #commitSoon(): void {
    this.#uncommitted += 1;
    if (this.#uncommitted >= COMMIT_SIGNALS) return this.#commit();
    const { clock } = this.#options;
    this.#lastSignalMs = clock.nowMs();
    if (this.#timer !== undefined) return;
    this.#commitByMs = this.#lastSignalMs + MAX_COMMIT_MS;
    this.#timer = clock.after(QUIET_MS, () => this.#commitWhenQuiet());
  }

  #commitWhenQuiet(): void {
    const { clock } = this.#options;
    const waitMs = Math.min(this.#lastSignalMs + QUIET_MS, this.#commitByMs) - clock.nowMs();
    if (waitMs <= 0) this.#commit();
    else this.#timer = clock.after(waitMs, () => this.#commitWhenQuiet());
  }

  #commit(): void {
    this.#write();
    const { link, logger } = this.#options;
    if (this.#place === undefined || this.#isClosed || !link.isConnected) return;
    link.ack(this.#place.position).catch((error: unknown) => {
      logger.debug("call control has not taken an acknowledgement", { error: errorMessageOf(error) });
    });
  }
}
