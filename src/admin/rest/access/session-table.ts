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
  readonly #keysOf = new Map<string, Set<string>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Makes a session; beyond 50 of a user, or 10,000 in all, the one that was not used for longest ends. */
  begin(user: string, passwordHash: string): { readonly token: string; readonly session: Session } {
    const own = this.#keysOf.get(user);
    const [oldestOwn] = own ?? [];
    if ((own?.size ?? 0) >= MAX_PER_USER && oldestOwn !== undefined) this.end(oldestOwn);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MAX_SESSIONS && oldest !== undefined) this.end(oldest);
    const token = randomBytes(32).toString("base64url");
    return { token, session: this.#keep({ key: keyOf(token), user, passwordHash }) };
  }

  /** Finds the session of a token and makes it last longer. */
  use(token: string): Session | undefined {
    const session = this.#sessions.get(keyOf(token));
    if (session === undefined) return undefined;
    if (session.expiresAtMs > this.#clock.wallMs()) return this.#keep(session);
    this.end(session.key);
    return undefined;
  }

  /** Its user has another password now; the sessions that are not told of it end. */
  renew(key: string, passwordHash: string): void {
    const session = this.#sessions.get(key);
    if (session !== undefined) this.#keep({ ...session, passwordHash });
  }

  end(key: string): void {
    const user = this.#sessions.get(key)?.user;
    if (user === undefined) return;
    this.#sessions.delete(key);
    const own = this.#keysOf.get(user);
    own?.delete(key);
    if (own?.size === 0) this.#keysOf.delete(user);
  }

  /** The one used last is the last one in both maps. */
  #keep(session: Omit<Session, "expiresAtMs">): Session {
    const { key, user } = session;
    this.end(key);
    const kept = { ...session, expiresAtMs: this.#clock.wallMs() + LIFE_MS };
    this.#sessions.set(key, kept);
    const own = this.#keysOf.get(user) ?? new Set();
    this.#keysOf.set(user, own.add(key));
    return kept;
  }
}

function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
