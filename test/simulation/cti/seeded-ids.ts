import type { Ids } from "../../../src/common/index.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** Identifiers that are the same for the same seed; no two are. */
export class SeededIds implements Ids {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  uuid(): string {
    const text = this.token(16);
    const parts = [
      text.slice(0, 8),
      text.slice(8, 12),
      `4${text.slice(13, 16)}`,
      `8${text.slice(17, 20)}`,
      text.slice(20),
    ];
    return parts.join("-");
  }

  token(lengthBytes: number): string {
    let text = "";
    for (let octet = 0; octet < lengthBytes; octet += 1) {
      text += Math.floor(this.#random() * 256)
        .toString(16)
        .padStart(2, "0");
    }
    return text;
  }
}
