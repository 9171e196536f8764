import type { CtiUser } from "./cti-user.ts";

/** What an application signs in with. */
export type Credentials = { readonly token: string } | { readonly user: string; readonly password: string };

/** Finds out on whose behalf an application acts. */
export interface SignIn {
  /**
   * @param address where it comes from
   * @throws {CtiError} `auth-failed`, `auth-expired`, `auth-locked`, `auth-not-cti-user`, `auth-insecure-transport`, `limit-rate`
   */
  signIn(credentials: Credentials, from: { readonly address: string; readonly isSecure: boolean }): Promise<CtiUser>;
}
