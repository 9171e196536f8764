import { randomFillSync, randomUUID } from "node:crypto";

/** The only source of random identifiers. */
export interface Ids {
  /** A version 4 UUID. */
  uuid(): string;
  /** Unpredictable letters and digits (hex), `lengthBytes` random bytes, 1 to 64. */
  token(lengthBytes: number): string;
}

/** Asking for random bytes costs as much for a thousand as for eight. */
const STOCK_BYTES = 1024;

/** Identifiers from the operating system's random generator. */
export class RandomIds implements Ids {
  readonly #stock = Buffer.alloc(STOCK_BYTES);
  #used = STOCK_BYTES;

  uuid(): string {
    return randomUUID();
  }

  token(lengthBytes: number): string {
    if (this.#used + lengthBytes > STOCK_BYTES) {
      randomFillSync(this.#stock);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += lengthBytes;
    return this.#stock.toString("hex", start, this.#used);
  }
}

/** A whole number from 0 to `most`, both included, by chance; `most` up to a million. */
export function chance(ids: Ids, most: number): number {
  return Number.parseInt(ids.token(4), 16) % (most + 1);
}
