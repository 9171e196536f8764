import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readKey, readOrMakeKey } from "./key-file.ts";
import { SecretError } from "./secret-error.ts";

const VERSION = "v1.";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CONTEXT = Buffer.from("tandem sealed secret v1");
/** What the longest sealed text that the configuration takes can hold. */
const MAX_LENGTH = 170;

/**
 * Encrypts secrets with the key of the node, AES-256-GCM: `v1.` and, in Base64, nonce, tag and UTF-16 of the text (every
 * password of 128 characters fits, whatever its script). The key file is read at first use.
 */
export class SecretBox {
  readonly #keyPath: string;
  #key: Buffer | undefined;

  constructor(keyPath: string) {
    this.#keyPath = keyPath;
  }

  /** Makes the key when there is none. @throws {SecretError} `secret-key-refused`, `secret-too-long` (above 170 characters) */
  seal(text: string): string {
    if (text.length > MAX_LENGTH)
      throw new SecretError("secret-too-long", `a secret has ${MAX_LENGTH} characters at most`);
    this.#key ??= readOrMakeKey(this.#keyPath);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(CONTEXT);
    const sealed = Buffer.concat([cipher.update(Buffer.from(text, "utf16le")), cipher.final()]);
    return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** @throws {SecretError} `secret-unreadable`, `secret-key-refused` */
  unseal(sealed: string): string {
    this.#key ??= readKey(this.#keyPath);
    if (this.#key === undefined) throw unreadable(`there is no key ${this.#keyPath}`);
    if (!sealed.startsWith(VERSION)) throw unreadable("it is sealed in a way that this version does not know");
    const bytes = Buffer.from(sealed.slice(VERSION.length), "base64");
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable("it is cut off");
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(CONTEXT).setAuthTag(tag);
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString("utf16le");
    } catch {
      throw unreadable("it was sealed with another key, or is damaged");
    }
  }
}

function unreadable(reason: string): SecretError {
  return new SecretError("secret-unreadable", `a sealed secret cannot be read: ${reason}`);
}
