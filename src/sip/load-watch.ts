import type { Clock, Logger, MetricSample, Timer } from "../common/index.ts";
import { OverloadControl } from "./transaction/index.ts";

/** What a `LoadWatch` is made of. */
export interface LoadWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long what comes waits until it is read, in milliseconds. */
  readonly measureDelay: () => number;
}

const INTERVAL_MS = 100;
/** What an application said of itself counts for so long. */
const FRESH_MS = 500;

/** Watches how late requests are served, here and by applications; when it is too late, fewer new ones are taken. */
export class LoadWatch {
  readonly #options: LoadWatchOptions;
  readonly #control: OverloadControl;
  #applicationDelay = { delayMs: 0, atMs: Number.NEGATIVE_INFINITY };
  #delayMs = 0;
  #wasLimited = false;
  #hasNew = false;
  #timer: Timer | undefined;

  constructor(options: LoadWatchOptions) {
    this.#options = options;
    this.#control = new OverloadControl(options.clock.nowMs());
  }

  /** Whether a request that belongs to nothing here is taken. */
  admit(): boolean {
    const nowMs = this.#options.clock.nowMs();
    if (this.#timer === undefined) {
      this.#control.observe(0, nowMs);
      this.#watch();
    }
    this.#hasNew = true;
    return this.#control.admit(nowMs);
  }

  /** An application says how long what the edge handed to it waited. */
  reportDelay(delayMs: number): void {
    this.#applicationDelay = { delayMs, atMs: this.#options.clock.nowMs() };
  }

  metrics(): MetricSample[] {
    const limit = this.#control.limitPerSecond;
    return [
      {
        name: "tandem_sip_service_delay_seconds",
        type: "gauge",
        help: "Time that requests wait until they are worked on, here or in call control",
        value: this.#delayMs / 1_000,
      },
      {
        name: "tandem_sip_new_requests_limit",
        type: "gauge",
        help: "New requests a second that are taken under overload; -1 when all are",
        value: limit ?? -1,
      },
    ];
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** Goes on as long as requests come, or are late. */
  #watch(): void {
    this.#hasNew = false;
    this.#timer = this.#options.clock.after(INTERVAL_MS, () => {
      this.#observe();
      this.#timer = undefined;
      if (this.#hasNew || !this.#control.isAtEase) this.#watch();
    });
  }

  #observe(): void {
    const { clock, logger, measureDelay } = this.#options;
    const nowMs = clock.nowMs();
    const { delayMs, atMs } = this.#applicationDelay;
    this.#delayMs = Math.max(measureDelay(), nowMs - atMs <= FRESH_MS ? delayMs : 0);
    this.#control.observe(this.#delayMs, nowMs);
    const isLimited = this.#control.limitPerSecond !== undefined;
    if (isLimited === this.#wasLimited) return;
    this.#wasLimited = isLimited;
    if (isLimited) logger.warn("overload: new requests are refused", { delayMs: Math.round(this.#delayMs) });
    else logger.info("overload is over");
  }
}
