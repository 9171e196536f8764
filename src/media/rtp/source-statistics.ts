const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const SEQUENCES = 65_536;
const MAX_PACKET_MS = 200;

/** Reception of one SSRC. @see RFC 3550 A.1 (sequence), A.3 (loss), A.8 (jitter) */
export class SourceStatistics {
  #ssrc = 0;
  #baseSequence = 0;
  #maxSequence = 0;
  #cycles = 0;
  #badSequence = -1;
  #received = 0;
  #lostBeforeRestart = 0;
  #outOfOrder = 0;
  #lastTimestamp = 0;
  /** Of the packet with `#lastTimestamp`. */
  #timestampArrivalMs = 0;
  #lastArrivalMs = 0;
  #jitterMs = 0;
  #packetMs = 0;

  constructor(ssrc: number, sequence: number, timestamp: number, nowMs: number) {
    this.restart(ssrc, sequence, timestamp, nowMs);
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  get received(): number {
    return this.#received;
  }

  get lastArrivalMs(): number {
    return this.#lastArrivalMs;
  }

  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** What the last packet that followed its forerunner says about the time in one; 0 while none has. */
  get packetMs(): number {
    return this.#packetMs;
  }

  /** Packets that should have come and did not; duplicates count against them, never below 0. */
  get lost(): number {
    const expected = this.#cycles + this.#maxSequence - this.#baseSequence + 1;
    return this.#lostBeforeRestart + Math.max(0, expected - this.#received);
  }

  /** Packets that came after one with a later number; some of them may be repetitions. */
  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  /** Starts again, for another SSRC, with this packet as the first; it is not counted yet. */
  restart(ssrc: number, sequence: number, timestamp: number, nowMs: number): void {
    this.#ssrc = ssrc;
    this.#lostBeforeRestart = 0;
    this.#outOfOrder = 0;
    this.#received = 0;
    this.#jitterMs = 0;
    this.#packetMs = 0;
    this.#lastTimestamp = timestamp;
    this.#timestampArrivalMs = nowMs;
    this.#lastArrivalMs = nowMs;
    this.#startSequence(sequence);
  }

  /** Counts a packet. `clockRateHz` 0 leaves jitter alone: events keep the timestamp of their start. */
  receive(sequence: number, timestamp: number, nowMs: number, clockRateHz: number): void {
    const isNext = ((sequence - this.#maxSequence) & 0xffff) === 1;
    if (!this.#takeSequence(sequence)) return;
    this.#received += 1;
    if (clockRateHz > 0) {
      const sentMs = (((timestamp - this.#lastTimestamp) | 0) * 1000) / clockRateHz;
      const difference = Math.abs(nowMs - this.#timestampArrivalMs - sentMs);
      this.#jitterMs += (difference - this.#jitterMs) / 16;
      // After a pause the timestamp jumps.
      if (isNext && sentMs > 0 && sentMs <= MAX_PACKET_MS) this.#packetMs = sentMs;
      this.#lastTimestamp = timestamp;
      this.#timestampArrivalMs = nowMs;
    }
    this.#lastArrivalMs = nowMs;
  }

  #takeSequence(sequence: number): boolean {
    const ahead = (sequence - this.#maxSequence) & 0xffff;
    if (ahead < MAX_DROPOUT) {
      if (sequence < this.#maxSequence) this.#cycles += SEQUENCES;
      this.#maxSequence = sequence;
      this.#badSequence = -1;
      return true;
    }
    if (ahead > SEQUENCES - MAX_MISORDER) {
      this.#outOfOrder += 1;
      return true;
    }
    if (sequence !== this.#badSequence) {
      this.#badSequence = (sequence + 1) & 0xffff;
      return false;
    }
    // Two in a row after a jump: the sender has started again.
    this.#lostBeforeRestart = this.lost;
    this.#received = 0;
    this.#startSequence(sequence);
    return true;
  }

  #startSequence(sequence: number): void {
    this.#baseSequence = sequence;
    this.#maxSequence = sequence;
    this.#cycles = 0;
    this.#badSequence = -1;
  }
}
