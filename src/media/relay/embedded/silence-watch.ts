import type { Clock, Timer } from "../../../common/index.ts";
import type { Direction } from "../../sdp/direction.ts";
import type { SideIndex } from "./stream-set.ts";

interface WatchedSide {
  readonly tag: string;
  readonly lastHeardMs: number;
}

/** What is watched of a session. */
export interface WatchedSession {
  readonly callId: string;
  readonly negotiatedAtMs: number;
  readonly sides: readonly [WatchedSide, WatchedSide];
  readonly streams: readonly { readonly directions: readonly [Direction, Direction] }[];
  /** A built-in far end, which is not expected to be heard. */
  readonly farSide: { readonly index: SideIndex } | undefined;
}

/** A session in which nobody sends who should. */
export interface Silence {
  readonly callId: string;
  /** Since one of them was heard. */
  readonly silentMs: number;
  readonly silentTags: readonly string[];
}

/** Options of a `SilenceWatch`. */
export interface SilenceWatchOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly sessions: () => Iterable<WatchedSession>;
  readonly onSilence: (silence: Silence) => void;
}

const MAX_INTERVAL_MS = 1000;

/**
 * Looks for sessions that have fallen silent and tells each again every `timeoutMs`. A side should send while a stream
 * is `sendrecv` on both sides; any other direction is a hold, on which many phones send nothing. While one side is heard
 * the call lives: the other may be muted, and session timers find a phone that vanished. RTCP counts as life: a phone
 * that suppresses silence goes on with it.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #toldAtMs = new WeakMap<WatchedSession, number>();
  #timer: Timer | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** Starts to look; while it runs already, nothing changes. It stops by itself when there is no session. */
  start(): void {
    this.#timer ??= this.#schedule();
  }

  /** Stops; may be called twice. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): Timer {
    const { clock, timeoutMs } = this.#options;
    return clock.after(Math.min(MAX_INTERVAL_MS, Math.max(1, timeoutMs / 4)), () => this.#look());
  }

  #look(): void {
    let count = 0;
    for (const session of this.#options.sessions()) {
      count += 1;
      this.#judge(session, this.#options.clock.nowMs());
    }
    this.#timer = count === 0 ? undefined : this.#schedule();
  }

  #judge(session: WatchedSession, nowMs: number): void {
    const { timeoutMs, onSilence } = this.#options;
    const toldAtMs = this.#toldAtMs.get(session) ?? -Infinity;
    if (nowMs - toldAtMs < timeoutMs) return;
    const senders = session.sides.filter((_, index) => shouldSend(session, index));
    if (senders.length === 0) return;
    const silentMs = nowMs - Math.max(session.negotiatedAtMs, ...senders.map(({ lastHeardMs }) => lastHeardMs));
    if (silentMs < timeoutMs) return;
    this.#toldAtMs.set(session, nowMs);
    onSilence({
      callId: session.callId,
      silentMs: Math.round(silentMs),
      silentTags: senders.map(({ tag }) => tag),
    });
  }
}

function shouldSend(session: WatchedSession, index: number): boolean {
  if (session.farSide?.index === index) return false;
  return session.streams.some(({ directions }) => directions.every((direction) => direction === "sendrecv"));
}
