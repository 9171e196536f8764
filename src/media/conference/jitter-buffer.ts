/** 20 ms at 8 kHz. */
export const FRAME_SAMPLES = 160;

/** A power of two. */
const RING_SAMPLES = 2048;
/** What the first packet waits: 40 ms, and in the mean half a frame until the next is read. */
const DELAY_SAMPLES = 320;
/** Audio that lies further ahead is late for the ear: what comes now is played next. */
const MAX_AHEAD_SAMPLES = 1200;
/** Packets that came too late, one after the other, before their sender is waited for anew. */
const MAX_LATE = 3;
/** Frames in which audio has never been less ahead than `EXCESS_SAMPLES` before one is left out: the sender's clock is fast. */
const WATCHED_FRAMES = 100;
const EXCESS_SAMPLES = 640;
/** Frames without audio after which the next packet is as the first. */
const PAUSE_FRAMES = 50;

/** Puts the samples of one RTP source in order and hands them out by the clock of the reader. Allocates nothing. */
export class JitterBuffer {
  readonly #ring = new Int16Array(RING_SAMPLES);
  #isStarted = false;
  /** Of the next sample to be read. */
  #readTimestamp = 0;
  /** After the last sample that was written. */
  #endTimestamp = 0;
  #late = 0;
  #emptyFrames = 0;
  #watchedFrames = 0;
  #leastAhead = MAX_AHEAD_SAMPLES;

  /** Waits for a first packet. */
  reset(): void {
    this.#isStarted = false;
    this.#ring.fill(0);
  }

  /**
   * Takes the octets of a packet from `start` to `end`, each a sample by `samples`.
   * @param isSpurt the packet is the first after a pause (RFC 3551 4.1)
   */
  write(timestamp: number, packet: Buffer, start: number, end: number, samples: Int16Array, isSpurt: boolean): void {
    const length = end - start;
    if (length <= 0 || length > MAX_AHEAD_SAMPLES - DELAY_SAMPLES) return;
    if (!this.#isStarted) this.#start(timestamp);
    let ahead = (timestamp - this.#readTimestamp) | 0;
    if (ahead < 0) this.#late += 1;
    else this.#late = 0;
    const isLost = isSpurt && ahead + length <= 0;
    if (isLost || this.#late >= MAX_LATE || ahead + length > MAX_AHEAD_SAMPLES) {
      this.#start(timestamp);
      ahead = DELAY_SAMPLES;
    }
    const ring = this.#ring;
    for (let index = Math.max(0, -ahead); index < length; index += 1) {
      ring[(timestamp + index) & (RING_SAMPLES - 1)] = samples[packet[start + index] ?? 0] ?? 0;
    }
    if (((timestamp + length - this.#endTimestamp) | 0) > 0) this.#endTimestamp = (timestamp + length) | 0;
  }

  /** Fills a frame of `FRAME_SAMPLES`, what is missing with silence; false when there is nothing but silence. */
  read(frame: Int16Array): boolean {
    const ahead = this.#isStarted ? (this.#endTimestamp - this.#readTimestamp) | 0 : 0;
    if (ahead <= 0) {
      if (this.#isStarted && (this.#emptyFrames += 1) >= PAUSE_FRAMES) this.reset();
      this.#readTimestamp = (this.#readTimestamp + FRAME_SAMPLES) | 0;
      frame.fill(0);
      return false;
    }
    this.#emptyFrames = 0;
    this.#take(frame);
    this.#watch(ahead);
    return true;
  }

  /** Lets time pass without a reader. */
  skip(frames: number): void {
    if (frames * FRAME_SAMPLES >= MAX_AHEAD_SAMPLES) this.reset();
    else for (let count = 0; count < frames; count += 1) this.#drop();
  }

  #start(timestamp: number): void {
    this.#ring.fill(0);
    this.#isStarted = true;
    this.#readTimestamp = (timestamp - DELAY_SAMPLES) | 0;
    this.#endTimestamp = timestamp | 0;
    this.#late = 0;
    this.#emptyFrames = 0;
    this.#watchedFrames = 0;
    this.#leastAhead = MAX_AHEAD_SAMPLES;
  }

  #take(frame: Int16Array): void {
    const ring = this.#ring;
    const from = this.#readTimestamp;
    for (let index = 0; index < FRAME_SAMPLES; index += 1) {
      const place = (from + index) & (RING_SAMPLES - 1);
      frame[index] = ring[place] ?? 0;
      ring[place] = 0;
    }
    this.#readTimestamp = (from + FRAME_SAMPLES) | 0;
  }

  #drop(): void {
    const ring = this.#ring;
    const from = this.#readTimestamp;
    for (let index = 0; index < FRAME_SAMPLES; index += 1) ring[(from + index) & (RING_SAMPLES - 1)] = 0;
    this.#readTimestamp = (from + FRAME_SAMPLES) | 0;
  }

  #watch(ahead: number): void {
    this.#leastAhead = Math.min(this.#leastAhead, ahead);
    this.#watchedFrames += 1;
    if (this.#watchedFrames < WATCHED_FRAMES) return;
    if (this.#leastAhead > EXCESS_SAMPLES) this.#drop();
    this.#watchedFrames = 0;
    this.#leastAhead = MAX_AHEAD_SAMPLES;
  }
}
