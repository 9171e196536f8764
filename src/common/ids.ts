import { randomBytes, randomUUID } from "node:crypto";

/** The only source of random identifiers. */
export interface Ids {
  /** A version 4 UUID. */
  uuid(): string;
  /** Unpredictable letters and digits (hex), `lengthBytes` random bytes, 1 to 64. */
  token(lengthBytes: number): string;
}

/** Identifiers from the operating system's random generator. */
export class RandomIds implements Ids {
  uuid(): string {
    return randomUUID();
  }

  token(lengthBytes: number): string {
    return randomBytes(lengthBytes).toString("hex");
  }
}

/** A whole number from 0 to `most`, both included, by chance; `most` up to a million. */
export function chance(ids: Ids, most: number): number {
  return Number.parseInt(ids.token(4), 16) % (most + 1);
}
