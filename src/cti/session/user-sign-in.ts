import { CtiError } from "../cti-error.ts";
import type { CtiUser } from "./cti-user.ts";
import type { Credentials, SignIn } from "./sign-in.ts";
import type { UserDirectory } from "./user-directory.ts";

/** Checks passwords, few at a time, and slows down who guesses. */
export interface PasswordJudge {
  /**
   * @param passwordHash absent: there is no such user; that takes as long
   * @throws {CtiError} `auth-locked` after too many wrong ones, `limit-rate` when too many are checked
   */
  isRight(user: string, passwordHash: string | undefined, password: string, address: string): Promise<boolean>;
}

/** Signs users in by what the configuration says of them. */
export class UserSignIn implements SignIn {
  readonly #directory: UserDirectory;
  readonly #passwords: PasswordJudge;

  constructor(directory: UserDirectory, passwords: PasswordJudge) {
    this.#directory = directory;
    this.#passwords = passwords;
  }

  async signIn(
    credentials: Credentials,
    from: { readonly address: string; readonly isSecure: boolean },
  ): Promise<CtiUser> {
    if ("token" in credentials) throw new CtiError("auth-failed", "the token is not right");
    const { user: name, password } = credentials;
    const hash = this.#directory.find(name)?.passwordHash;
    const isRight = await this.#passwords.isRight(name, hash, password, from.address);
    // It may have been changed, or taken away, while the password was checked.
    const user = this.#directory.find(name);
    if (!isRight || user?.passwordHash !== hash)
      throw new CtiError("auth-failed", "the user or the password is not right");
    if (user?.mustChangePassword === true)
      throw new CtiError("auth-expired", "the user has to change the password first");
    return this.#admit(name, from.isSecure);
  }

  #admit(name: string, isSecure: boolean): CtiUser {
    if (!this.#directory.isUsable(name)) {
      throw new CtiError("auth-not-cti-user", `CTI applications may not sign in as ${name}`);
    }
    const user = this.#directory.user(name);
    if (!isSecure && user.permissions.includes("secure-connection")) {
      throw new CtiError("auth-insecure-transport", `user ${name} connects by wss only`);
    }
    return user;
  }
}
