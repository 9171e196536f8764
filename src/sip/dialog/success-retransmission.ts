import type { Clock, Timer } from "../../common/index.ts";

const T1_MS = 500;
const T2_MS = 4_000;
const GIVE_UP_MS = 64 * T1_MS;

/** A 2xx to INVITE that has been sent and waits for its ACK. */
export interface UnacknowledgedSuccess {
  readonly dialogId: string;
  /** CSeq of the INVITE, and so of its ACK. */
  readonly cseq: number;
  /** Transaction id under which the application gets the ACK. */
  readonly ackTxnId: string;
  /** Sends the response again. */
  readonly resend: () => void;
  /** Called when no ACK came within 64*T1. */
  readonly giveUp: () => void;
  /** Called once, before `giveUp`: it is acknowledged, given up or ended with its dialog, and not sent again. */
  readonly onOver: () => void;
}

interface Entry {
  readonly success: UnacknowledgedSuccess;
  readonly startedAtMs: number;
  intervalMs: number;
  timer: Timer;
}

/**
 * RFC 3261 13.3.1.4: a 2xx to INVITE is sent again by the core, T1 doubling to T2, until its ACK comes or 64*T1 have
 * passed; over reliable transports too, since the next hop need not be the last. One INVITE a dialog at a time.
 */
export class SuccessRetransmission {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of 2xx responses that wait for their ACK. */
  get size(): number {
    return this.#entries.size;
  }

  start(success: UnacknowledgedSuccess): void {
    this.stop(success.dialogId);
    const timer = this.#clock.after(T1_MS, () => this.#fire(success.dialogId));
    this.#entries.set(success.dialogId, { success, startedAtMs: this.#clock.nowMs(), intervalMs: T1_MS, timer });
  }

  /** The response that an ACK with this CSeq acknowledges, when it was still waiting; it waits no more. */
  acknowledge(dialogId: string, cseq: number): UnacknowledgedSuccess | undefined {
    const success = this.#entries.get(dialogId)?.success;
    if (success?.cseq !== cseq) return undefined;
    this.stop(dialogId);
    return success;
  }

  /** Forgets what waits in a dialog. */
  stop(dialogId: string): void {
    const entry = this.#entries.get(dialogId);
    if (entry === undefined) return;
    entry.timer.cancel();
    this.#entries.delete(dialogId);
    entry.success.onOver();
  }

  close(): void {
    for (const entry of this.#entries.values()) entry.timer.cancel();
    this.#entries.clear();
  }

  #fire(dialogId: string): void {
    const entry = this.#entries.get(dialogId);
    if (entry === undefined) return;
    const leftMs = entry.startedAtMs + GIVE_UP_MS - this.#clock.nowMs();
    if (leftMs <= 0) {
      this.#entries.delete(dialogId);
      entry.success.onOver();
      entry.success.giveUp();
      return;
    }
    entry.success.resend();
    entry.intervalMs = Math.min(entry.intervalMs * 2, T2_MS);
    entry.timer = this.#clock.after(Math.min(entry.intervalMs, leftMs), () => this.#fire(dialogId));
  }
}
