import type { SecretKeeper } from "../../database/index.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";
import { SecretBox } from "./secret-box.ts";

/** Keeps the secrets of a node: hashes what people type, seals what has to be read again. */
export class NodeSecretKeeper implements SecretKeeper {
  readonly realm: string;
  readonly #box: SecretBox;

  /** @param keyPath `state/secret.key` of the data-dir; made at first use */
  constructor(realm: string, keyPath: string) {
    this.realm = realm;
    this.#box = new SecretBox(keyPath);
  }

  hashPassword(text: string): Promise<string> {
    return hashPassword(text);
  }

  /** True when `text` is what `passwordHash` was made of; never throws. */
  verifyPassword(text: string, passwordHash: string): Promise<boolean> {
    return verifyPassword(text, passwordHash);
  }

  /** @throws {SecretError} `secret-key-refused`, `secret-too-long` */
  seal(text: string): string {
    return this.#box.seal(text);
  }

  /** @throws {SecretError} `secret-unreadable`, `secret-key-refused` */
  unseal(sealed: string): string {
    return this.#box.unseal(sealed);
  }
}
