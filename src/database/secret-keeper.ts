/** Turns secrets that were given into what may be kept. */
export interface SecretKeeper {
  /** The realm that phones' passwords are hashed with. */
  readonly realm: string;
  /** A salted hash, for a password or PIN that people type (argon2id). */
  hashPassword(text: string): Promise<string>;
  /** Encrypts a secret that has to be read again, with the key of the node. */
  seal(text: string): string;
}
