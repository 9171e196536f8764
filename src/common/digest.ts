import { hash } from "node:crypto";

/** A digest algorithm that Tandem can offer and check (RFC 7616, RFC 8760). */
export type DigestAlgorithm = "MD5" | "SHA-256";

/** H(user:realm:password) per algorithm, in lower-case hex. Equivalent to the password: never logged, never sent. */
export type Ha1 = Readonly<Partial<Record<DigestAlgorithm, string>>>;

const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = { MD5: "md5", "SHA-256": "sha256" };

/** H(text) of RFC 7616 3.3 in lower-case hex; text is hashed as UTF-8. */
export function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return hash(HASH_NAMES[algorithm], text, "hex");
}

/** H(A1) of RFC 7616 3.4.2 for each algorithm. */
export function computeHa1(
  algorithms: readonly DigestAlgorithm[],
  credentials: { readonly user: string; readonly realm: string; readonly password: string },
): Ha1 {
  const { user, realm, password } = credentials;
  return Object.fromEntries(
    algorithms.map((algorithm) => [algorithm, digestHash(algorithm, `${user}:${realm}:${password}`)]),
  );
}
