import { createHash } from "node:crypto";
import type { Clock, Ids } from "../../common/index.ts";
import { PERMISSIONS } from "../../database/index.ts";
import type { CtiUser } from "./cti-user.ts";

/** Whoever may read the node's own files; no user can have the name. */
export const LOCAL_USER = "cli";

const PREFIX = "local.";
const TOKEN_BYTES = 32;
const LIFE_MS = 60_000;
const MAX_TOKENS = 1_000;
const MAX_CONNECTIONS = 100;
const MAX_OPEN_DEVICES = 100_000;

/** Tokens for one sign-in each, for the command line: they are asked for where the owner of the node alone can ask. */
export class LocalTokens {
  readonly #clock: Clock;
  readonly #ids: Ids;
  /** When each ends, by its hash. */
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /** A token that is good for one sign-in within a minute. */
  make(): string {
    const [oldest] = this.#ends.keys();
    if (this.#ends.size >= MAX_TOKENS && oldest !== undefined) this.#ends.delete(oldest);
    const token = PREFIX + this.#ids.token(TOKEN_BYTES);
    this.#ends.set(hashOf(token), this.#clock.nowMs() + LIFE_MS);
    return token;
  }

  /** True for a token that was made and is used now for the first time. */
  take(token: string): boolean {
    if (!token.startsWith(PREFIX)) return false;
    const hash = hashOf(token);
    const endMs = this.#ends.get(hash);
    this.#ends.delete(hash);
    return endMs !== undefined && endMs > this.#clock.nowMs();
  }
}

/** The owner of the node may do anything. */
export const localUser: CtiUser = {
  name: LOCAL_USER,
  permissions: PERMISSIONS.filter((permission) => permission !== "secure-connection"),
  maxOpenDevices: MAX_OPEN_DEVICES,
  maxConnections: MAX_CONNECTIONS,
  oneLinePerPort: false,
  mayUseDevice: () => true,
  mayDial: () => true,
  mayCall: () => true,
};

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
