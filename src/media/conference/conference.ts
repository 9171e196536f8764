import type { Ticking } from "../prompt/prompt-ticker.ts";
import { FRAME_SAMPLES } from "./jitter-buffer.ts";
import type { ConferenceParty } from "./conference-party.ts";

/** Mixes: every 20 ms each party hears the sum of all others. Allocates nothing per frame. */
export class Conference implements Ticking {
  readonly #parties = new Set<ConferenceParty>();
  readonly #sum = new Int32Array(FRAME_SAMPLES);

  get partyCount(): number {
    return this.#parties.size;
  }

  add(party: ConferenceParty): void {
    this.#parties.add(party);
  }

  /** Removing an unknown party does nothing. */
  remove(party: ConferenceParty): void {
    this.#parties.delete(party);
  }

  playFrame(): void {
    const sum = this.#sum;
    sum.fill(0);
    for (const party of this.#parties) {
      party.listen();
      if (!party.isSpeaking) continue;
      const { frame } = party;
      for (let index = 0; index < FRAME_SAMPLES; index += 1) sum[index] = (sum[index] ?? 0) + (frame[index] ?? 0);
    }
    for (const party of this.#parties) party.tell(sum);
  }

  skipFrames(count: number): void {
    for (const party of this.#parties) party.skipFrames(count);
  }
}
