import { createHmac } from "node:crypto";
import { formatAuthenticate } from "../../sip/message/index.ts";
import type { DigestAlgorithm } from "../../common/index.ts";

/** Names and values of header fields, in order; a name may come more than once. */
export type ReplyHeaders = readonly (readonly [name: string, value: string])[];

/** The parts of a challenge. */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string;
  /** The client's credentials were refused for their nonce only. */
  readonly stale: boolean;
}

/** A WWW-Authenticate field for each algorithm, in order (RFC 8760 2.3). */
export function challengeHeaders(algorithms: readonly DigestAlgorithm[], challenge: Challenge): ReplyHeaders {
  const { realm, nonce, opaque, stale } = challenge;
  return algorithms.map((algorithm) => {
    const params: [string, string | undefined][] = [
      ["realm", realm],
      ["nonce", nonce],
      ["opaque", opaque],
      ["algorithm", algorithm],
      ["qop", "auth"],
      ["stale", stale ? "true" : undefined],
    ];
    return ["WWW-Authenticate", formatAuthenticate("Digest", params)];
  });
}

/** The opaque value of a realm: the same on every node that shares the secret. */
export function opaqueOf(secret: string, realm: string): string {
  return createHmac("sha256", secret).update(`opaque\n${realm}`).digest("hex").slice(0, 16);
}
