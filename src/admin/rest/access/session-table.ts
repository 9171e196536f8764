import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../../../common/index.ts";

/** A sign-in that goes on. */
export interface Session {
  readonly key: string;
  readonly user: string;
  /** That of the user when it signed in: a changed password ends the session. */
  readonly passwordHash: string;
  readonly expiresAtMs: number;
}

const LIFE_MS = 12 * 3_600_000;
const MAX_SESSIONS = 10_000;
const MAX_PER_USER = 50;

/** Sessions by the hash of their token; the token itself is with its owner only. Each use makes it last 12 hours more. */
export class SessionTable {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Makes a session; beyond 50 of a user, or 10,000 in all, the one that was not used for longest ends. */
  begin(user: string, passwordHash: string): { readonly token: string; readonly session: Session } {
    const own = [...this.#sessions.values()].filter((session) => session.user === user);
    const [oldestOwn] = own;
    if (own.length >= MAX_PER_USER && oldestOwn !== undefined) this.#sessions.delete(oldestOwn.key);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    const token = randomBytes(32).toString("base64url");
    return { token, session: this.#keep({ key: keyOf(token), user, passwordHash }) };
  }

  /** Finds the session of a token and makes it last longer. */
  use(token: string): Session | undefined {
    const session = this.#sessions.get(keyOf(token));
    if (session === undefined) return undefined;
    this.#sessions.delete(session.key);
    return session.expiresAtMs <= this.#clock.wallMs() ? undefined : this.#keep(session);
  }

  /** Its user has another password now; the sessions that are not told of it end. */
  renew(key: string, passwordHash: string): void {
    const session = this.#sessions.get(key);
    if (session !== undefined) this.#keep({ ...session, passwordHash });
  }

  end(key: string): void {
    this.#sessions.delete(key);
  }

  #keep(session: Omit<Session, "expiresAtMs">): Session {
    const kept = { ...session, expiresAtMs: this.#clock.wallMs() + LIFE_MS };
    this.#sessions.set(kept.key, kept);
    return kept;
  }
}

function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
