import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, Ids } from "../../common/index.ts";

export interface NonceMintOptions {
  readonly secret: string;
  readonly realm: string;
  readonly maxAgeMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** `expired`: genuine, but too old. `foreign`: not made with this secret for this realm and source. */
export type NonceCheck =
  { readonly kind: "fresh"; readonly issuedAtMs: number } | { readonly kind: "expired" } | { readonly kind: "foreign" };

const MAX_NONCE_LENGTH = 128;

/**
 * Makes nonces that need no table: `<time>.<serial>.<HMAC>`, bound to realm, secret and source address. Since a nonce is
 * of use at one address only, nobody can make failures be counted against an address he does not receive at.
 */
export class NonceMint {
  readonly #options: NonceMintOptions;
  /** Tells apart the nonces of processes that share a secret. */
  readonly #process: string;
  #serial = 0;

  constructor(options: NonceMintOptions) {
    this.#options = options;
    this.#process = options.ids.token(4);
  }

  issue(address: string): string {
    this.#serial += 1;
    const time = Math.floor(this.#options.clock.wallMs()).toString(36);
    const head = `${time}.${this.#process}${this.#serial.toString(36)}`;
    return `${head}.${this.#seal(head, address)}`;
  }

  check(nonce: string, address: string): NonceCheck {
    if (nonce.length > MAX_NONCE_LENGTH) return { kind: "foreign" };
    const headEnd = nonce.lastIndexOf(".");
    const head = nonce.slice(0, Math.max(headEnd, 0));
    const expected = Buffer.from(this.#seal(head, address));
    const given = Buffer.from(nonce.slice(headEnd + 1));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { kind: "foreign" };
    const issuedAtMs = parseInt(head, 36);
    const ageMs = this.#options.clock.wallMs() - issuedAtMs;
    // A nonce from the future: the wall clock was set back. Its age is unknown.
    return ageMs > this.#options.maxAgeMs || ageMs < -1_000 ? { kind: "expired" } : { kind: "fresh", issuedAtMs };
  }

  #seal(head: string, address: string): string {
    const { secret, realm } = this.#options;
    const seal = createHmac("sha256", secret).update(`${head}\n${realm}\n${address}`).digest();
    return seal.subarray(0, 16).toString("base64url");
  }
}
