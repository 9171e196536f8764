import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../../common/index.ts";
import type { BodyOf, ConfigurationStore, StoredObject } from "../../../database/index.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { RestError } from "../problem/rest-error.ts";
import { PasswordCheck, type PasswordHashes } from "./password-check.ts";
import type { Principal } from "./principal.ts";
import { RefusalLimits } from "./refusal-limits.ts";
import { SessionTable } from "./session-table.ts";

export interface AuthenticatorOptions {
  readonly store: ConfigurationStore;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly passwords: PasswordHashes;
  /** Of `run/admin.token`: an administrator of the name `cli`. */
  readonly adminToken: string;
  /** `http.token`: an auditor of the name `http-token`. */
  readonly httpToken?: string;
}

/** What a sign-in gives. */
export interface SignedIn {
  readonly token: string;
  readonly expiresAt: string;
  readonly mustChangePassword: boolean;
}

const MAX_CREDENTIALS = 1_024;
/** What wrong tokens count as in the place of a user; no user can have the name. */
const TOKENS = "(tokens)";
const BEARER = 'Bearer realm="tandem"';
const BASIC = 'Basic realm="tandem", charset="UTF-8"';

/** Finds out who makes a request. Roles are read from the configuration with each of them. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #passwords: PasswordCheck;
  readonly #limits: RefusalLimits;
  readonly #sessions: SessionTable;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#passwords = new PasswordCheck(options.passwords, options.clock);
    this.#limits = new RefusalLimits(options.clock);
    this.#sessions = new SessionTable(options.clock);
  }

  /** Sessions that go on. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** @throws {RestError} `sign-in-needed`, `sign-in-refused`, `too-many-attempts`, `too-busy` */
  async identify(authorization: string | undefined, source: string): Promise<Principal> {
    if (authorization === undefined) {
      throw new RestError("sign-in-needed", "expected Authorization: Bearer or Basic", challenge(BEARER, BASIC));
    }
    const [, scheme = "", credentials = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
    if (credentials === "" || credentials.length > MAX_CREDENTIALS) throw refused(BEARER, BASIC);
    if (scheme.toLowerCase() === "bearer") return this.#bearer(credentials, source);
    if (scheme.toLowerCase() !== "basic") throw refused(BEARER, BASIC);
    const [, name = "", password = ""] =
      /^([^:]*):([^]*)$/.exec(Buffer.from(credentials, "base64").toString("utf8")) ?? [];
    return principalOf((await this.#signIn(name, password, source)).body);
  }

  /** @throws {RestError} `sign-in-refused`, `too-many-attempts`, `too-busy` */
  async beginSession(name: string, password: string, source: string): Promise<SignedIn> {
    const { body: user } = await this.#signIn(name, password, source);
    const { token, session } = this.#sessions.begin(user.name, user.passwordHash ?? "");
    this.#options.audit.record({ event: "signed-in", user: user.name, source });
    const expiresAt = new Date(session.expiresAtMs).toISOString();
    return { token, expiresAt, mustChangePassword: user.mustChangePassword };
  }

  endSession(key: string): void {
    this.#sessions.end(key);
  }

  /** Keeps the session that a user has changed the password in; the user's other sessions end. */
  passwordChanged({ sessionKey }: Principal, passwordHash: string): void {
    if (sessionKey !== undefined) this.#sessions.renew(sessionKey, passwordHash);
  }

  /**
   * Checks a user's own password again.
   * @returns the revision of the user that has it
   * @throws {RestError} `sign-in-refused`, `too-many-attempts`, `too-busy`
   */
  async confirm(name: string, password: string, source: string): Promise<number> {
    return (await this.#signIn(name, password, source)).revision;
  }

  #bearer(token: string, source: string): Principal {
    const { adminToken, httpToken, store, audit } = this.#options;
    const node = { isUser: false, mustChangePassword: false };
    if (isSame(token, adminToken)) return { name: "cli", role: "administrator", ...node };
    if (httpToken !== undefined && isSame(token, httpToken)) return { name: "http-token", role: "auditor", ...node };
    const session = this.#sessions.use(token);
    const user = session === undefined ? undefined : store.get("user", session.user)?.body;
    if (session !== undefined && user?.passwordHash === session.passwordHash) {
      return { ...principalOf(user), sessionKey: session.key };
    }
    if (session !== undefined) this.#sessions.end(session.key);
    // A right token is never refused, however many wrong ones came from its place.
    this.#limits.begin(source, TOKENS);
    audit.record({ event: "sign-in-refused", source, detail: "token" });
    throw refused(BEARER);
  }

  async #signIn(name: string, password: string, source: string): Promise<StoredObject<"user">> {
    const { store } = this.#options;
    const { passwordHash } = store.get("user", name)?.body ?? {};
    if (passwordHash === undefined || !this.#passwords.isRemembered(name, passwordHash, password)) {
      const isRight =
        (await this.#passwords.underway(name, passwordHash, password)) ??
        (await this.#guess(name, passwordHash, password, source));
      if (!isRight) throw refused(BASIC);
    }
    // It may have been changed, or taken away, while the password was checked.
    const user = store.get("user", name);
    if (user === undefined || user.body.passwordHash !== passwordHash) throw refused(BASIC);
    return user;
  }

  /** Counts before it is judged, so that many at a time are no way around the limits. */
  async #guess(name: string, passwordHash: string | undefined, password: string, source: string): Promise<boolean> {
    this.#limits.begin(source, name);
    const isRight = await this.#passwords.isRight(name, passwordHash, password).catch((error: unknown) => {
      // It was not judged.
      this.#limits.forgive(source, name);
      throw error;
    });
    if (isRight) this.#limits.forgive(source, name);
    else this.#options.audit.record({ event: "sign-in-refused", user: name.slice(0, 64), source, detail: "password" });
    return isRight;
  }
}

function principalOf({ name, role, mustChangePassword }: BodyOf<"user">): Principal {
  return { name, role, isUser: true, mustChangePassword };
}

function refused(...schemes: readonly string[]): RestError {
  return new RestError("sign-in-refused", "the user, the password or the token is not right", challenge(...schemes));
}

function challenge(...schemes: readonly string[]): { headers: Record<string, string> } {
  return { headers: { "www-authenticate": schemes.join(", ") } };
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
