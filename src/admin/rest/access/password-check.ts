import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../../../common/index.ts";
import { RestError } from "../problem/rest-error.ts";

/** Makes and checks hashes of what people type. */
export interface PasswordHashes {
  hashPassword(text: string): Promise<string>;
  /** Never throws. */
  verifyPassword(text: string, passwordHash: string): Promise<boolean>;
}

/** Verifications at a time: each takes 19 MiB and a thread of the pool. */
const CONCURRENT = 2;
/** Verifications that may wait for their turn. */
const MAX_WAITING = 16;
const REMEMBERED_MS = 5 * 60_000;
const MAX_REMEMBERED = 1_000;

/**
 * Verifies passwords against argon2id hashes: few at a time, since each is made to be expensive. One that was right lately
 * is remembered by a keyed digest, so that Basic credentials cost once, not with every request.
 */
export class PasswordCheck {
  readonly #hashes: PasswordHashes;
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  readonly #right = new Map<string, number>();
  readonly #underway = new Map<string, Promise<boolean>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #dummy: Promise<string> | undefined;

  constructor(hashes: PasswordHashes, clock: Clock) {
    this.#hashes = hashes;
    this.#clock = clock;
  }

  /** True when this very password was right for the hash within the last minutes: costs nothing. */
  isRemembered(user: string, passwordHash: string, password: string): boolean {
    const until = this.#right.get(this.#digest(user, passwordHash, password));
    return until !== undefined && until > this.#clock.nowMs();
  }

  /** The check of this very password that goes on; another answer is not to be had by asking again. */
  underway(user: string, passwordHash: string | undefined, password: string): Promise<boolean> | undefined {
    return this.#underway.get(this.#digest(user, passwordHash ?? "", password));
  }

  /**
   * @param passwordHash absent: there is no such user or it has no password; costs the same, and is false
   * @throws {RestError} `too-busy`
   */
  isRight(user: string, passwordHash: string | undefined, password: string): Promise<boolean> {
    const digest = this.#digest(user, passwordHash ?? "", password);
    const result = this.#verify(digest, passwordHash, password).finally(() => this.#underway.delete(digest));
    this.#underway.set(digest, result);
    return result;
  }

  async #verify(digest: string, passwordHash: string | undefined, password: string): Promise<boolean> {
    await this.#turn();
    try {
      const isRight = await this.#hashes.verifyPassword(password, passwordHash ?? (await this.#dummyHash()));
      if (!isRight || passwordHash === undefined) return false;
      this.#remember(digest);
      return true;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= CONCURRENT) {
      if (this.#waiting.length >= MAX_WAITING) {
        const headers = { "retry-after": "1" };
        throw new RestError("too-busy", "too many passwords are being checked", { headers });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }

  #dummyHash(): Promise<string> {
    return (this.#dummy ??= this.#hashes.hashPassword(randomBytes(16).toString("hex")));
  }

  #remember(digest: string): void {
    this.#right.delete(digest);
    if (this.#right.size >= MAX_REMEMBERED) {
      const [oldest] = this.#right.keys();
      if (oldest !== undefined) this.#right.delete(oldest);
    }
    this.#right.set(digest, this.#clock.nowMs() + REMEMBERED_MS);
  }

  #digest(user: string, passwordHash: string, password: string): string {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([user, passwordHash, password]))
      .digest("base64");
  }
}
