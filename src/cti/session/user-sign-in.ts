import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import type { CtiUser } from "./cti-user.ts";
import { localUser, type LocalTokens } from "./local-tokens.ts";
import type { Credentials, SignIn } from "./sign-in.ts";
import { isExpired, type UserDirectory } from "./user-directory.ts";

/** Checks passwords, few at a time, and slows down who guesses. */
export interface PasswordJudge {
  /**
   * @param passwordHash absent: there is no such user; that takes as long
   * @throws {CtiError} `auth-locked` after too many wrong ones, `limit-rate` when too many are checked
   */
  isRight(user: string, passwordHash: string | undefined, password: string, address: string): Promise<boolean>;
  /** A token from there was wrong. @throws {CtiError} `auth-locked` after too many */
  noteWrongToken(address: string): void;
}

/** Where an application connects from. */
type Place = Parameters<SignIn["signIn"]>[1];

/** Signs users in by what the configuration says of them. */
export class UserSignIn implements SignIn {
  readonly #directory: UserDirectory;
  readonly #judge: PasswordJudge;
  readonly #local: LocalTokens;
  readonly #clock: Clock;

  constructor(directory: UserDirectory, judge: PasswordJudge, local: LocalTokens, clock: Clock) {
    this.#directory = directory;
    this.#judge = judge;
    this.#local = local;
    this.#clock = clock;
  }

  signIn(credentials: Credentials, from: Place): Promise<CtiUser> {
    if ("token" in credentials) return this.#byToken(credentials.token, from);
    return this.#byPassword(credentials.user, credentials.password, from);
  }

  async #byPassword(name: string, password: string, from: Place): Promise<CtiUser> {
    const hash = this.#directory.find(name)?.passwordHash;
    const isRight = await this.#judge.isRight(name, hash, password, from.address);
    // It may have been changed, or taken away, while the password was checked.
    const user = this.#directory.find(name);
    if (!isRight || user?.passwordHash !== hash) {
      throw new CtiError("auth-failed", "the user or the password is not right");
    }
    if (user?.mustChangePassword === true) {
      throw new CtiError("auth-expired", "the user has to change the password first");
    }
    return this.#admit(name, from);
  }

  /** A right token is never refused, however many wrong ones came from its place. */
  async #byToken(text: string, from: Place): Promise<CtiUser> {
    if (this.#local.take(text)) return localUser;
    const name = text.slice(0, Math.max(0, text.lastIndexOf(".")));
    const token = this.#directory.findToken(name);
    if (token?.tokenHash === undefined || !isHashOf(token.tokenHash, text)) {
      this.#judge.noteWrongToken(from.address);
      throw new CtiError("auth-failed", "the token is not right");
    }
    if (isExpired(token, this.#clock.wallMs())) throw new CtiError("auth-expired", "the token has expired");
    return this.#admit(token.user, from, name);
  }

  #admit(name: string, { isSecure }: Place, token?: string): CtiUser {
    if (this.#directory.find(name)?.ctiEnabled !== true) {
      throw new CtiError("auth-not-cti-user", `CTI applications may not sign in as ${name}`);
    }
    const user = this.#directory.user(name, token);
    if (!isSecure && user.permissions.includes("secure-connection")) {
      throw new CtiError("auth-insecure-transport", `user ${name} connects by wss only`);
    }
    return user;
  }
}

function isHashOf(hash: string, text: string): boolean {
  return timingSafeEqual(Buffer.from(hash, "hex"), createHash("sha256").update(text).digest());
}
