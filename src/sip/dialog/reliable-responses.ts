import type { Clock, Timer } from "../../common/index.ts";

const T1_MS = 500;
const GIVE_UP_MS = 64 * T1_MS;
/** Responses of one INVITE that may wait for the PRACK of the one before; more go out of turn. */
const MAX_QUEUED = 16;

/** A reliable provisional response. */
export interface ReliableResponse {
  readonly rseq: number;
  readonly hasBody: boolean;
  readonly send: () => void;
}

/** The reliable provisional responses of one INVITE. */
interface Series {
  /** CSeq of the INVITE. */
  readonly cseq: number;
  readonly giveUp: () => void;
  lastRseq: number;
  /** The first is sent and repeated; the others wait. */
  queue: ReliableResponse[];
  startedAtMs: number;
  intervalMs: number;
  timer: Timer | undefined;
  /** A 2xx that waits for the PRACK of a response with a session description. */
  held: (() => void) | undefined;
}

/**
 * RFC 3262 3: a reliable provisional response is sent again, T1 doubling, until its PRACK comes or 64*T1 have passed;
 * the next one, and a 2xx after one with a session description, wait for that PRACK. One INVITE a dialog at a time.
 */
export class ReliableResponses {
  readonly #clock: Clock;
  readonly #series = new Map<string, Series>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** INVITEs with a reliable response. */
  get size(): number {
    return this.#series.size;
  }

  /**
   * The RSeq of the next response of the INVITE with this CSeq in a dialog (RFC 3262 3: the first is chosen at
   * random, the others follow).
   * @param giveUp called when a response was never acknowledged
   * @param firstRseq 1 to 2^31 - 1
   */
  nextRseq(dialogId: string, cseq: number, firstRseq: number, giveUp: () => void): number {
    let series = this.#series.get(dialogId);
    if (series?.cseq !== cseq) {
      this.stop(dialogId);
      series = {
        cseq,
        giveUp,
        lastRseq: firstRseq - 1,
        queue: [],
        startedAtMs: 0,
        intervalMs: T1_MS,
        timer: undefined,
        held: undefined,
      };
      this.#series.set(dialogId, series);
    }
    series.lastRseq += 1;
    return series.lastRseq;
  }

  /** Sends a response in its turn. */
  send(dialogId: string, response: ReliableResponse): void {
    const series = this.#series.get(dialogId);
    if (series === undefined) return;
    if (series.queue.length > MAX_QUEUED) {
      response.send();
      return;
    }
    series.queue.push(response);
    if (series.queue.length === 1) this.#begin(dialogId, series);
  }

  /** Sends a 2xx now, or once nothing with a session description waits for its PRACK. */
  sendSuccess(dialogId: string, send: () => void): void {
    const series = this.#series.get(dialogId);
    if (series?.queue.some(({ hasBody }) => hasBody) === true) {
      series.held = send;
      return;
    }
    this.stop(dialogId);
    send();
  }

  /** True while a 2xx waits. */
  isHolding(dialogId: string): boolean {
    return this.#series.get(dialogId)?.held !== undefined;
  }

  /** Takes the PRACK for a response; false when none such waits for one. What waited for it is sent. */
  acknowledge(dialogId: string, rseq: number, cseq: number): boolean {
    const series = this.#series.get(dialogId);
    if (series?.cseq !== cseq || series.queue[0]?.rseq !== rseq) return false;
    series.timer?.cancel();
    series.queue.shift();
    const { held } = series;
    if (held !== undefined && !series.queue.some(({ hasBody }) => hasBody)) {
      this.stop(dialogId);
      // After the PRACK has been dealt with.
      setImmediate(held);
    } else if (series.queue.length > 0) this.#begin(dialogId, series);
    return true;
  }

  /** Forgets what waits in a dialog: its INVITE is over. */
  stop(dialogId: string): void {
    this.#series.get(dialogId)?.timer?.cancel();
    this.#series.delete(dialogId);
  }

  close(): void {
    for (const { timer } of this.#series.values()) timer?.cancel();
    this.#series.clear();
  }

  #begin(dialogId: string, series: Series): void {
    series.queue[0]?.send();
    series.startedAtMs = this.#clock.nowMs();
    series.intervalMs = T1_MS;
    series.timer = this.#clock.after(T1_MS, () => this.#fire(dialogId, series));
  }

  #fire(dialogId: string, series: Series): void {
    if (this.#series.get(dialogId) !== series) return;
    const leftMs = series.startedAtMs + GIVE_UP_MS - this.#clock.nowMs();
    if (leftMs <= 0) {
      // The one who gives up asks whether a 2xx is held.
      series.giveUp();
      this.stop(dialogId);
      return;
    }
    series.queue[0]?.send();
    series.intervalMs *= 2;
    series.timer = this.#clock.after(Math.min(series.intervalMs, leftMs), () => this.#fire(dialogId, series));
  }
}
