import type { DigestAlgorithm } from "../../common/index.ts";
import { parseAuthorization, type SipMessage } from "../../sip/message/index.ts";

/** A challenge that can be answered. All text is octets, one character each. */
export interface DigestChallenge {
  /** Whose: a user agent's or registrar's (401), or a proxy's (407). */
  readonly by: "www" | "proxy";
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  readonly algorithm: DigestAlgorithm;
  /** `MD5-sess`, `SHA-256-sess`. */
  readonly isSession: boolean;
  /** `algorithm` as it was written; absent: it was not. */
  readonly algorithmText?: string;
  /** False: the computation of RFC 2069. */
  readonly hasQop: boolean;
  /** Only the nonce was refused. */
  readonly isStale: boolean;
}

const FIELDS = { www: "www-authenticate", proxy: "proxy-authenticate" } as const;
const MAX_FIELDS = 16;
const MAX_REALMS = 4;
const MAX_LENGTH = 1_024;
const STRENGTH: Readonly<Record<DigestAlgorithm, number>> = { MD5: 0, "SHA-256": 1 };

/**
 * The challenges of a 401 or 407 that can be answered, the strongest of each realm (RFC 8760 2.4 leaves that to local
 * policy; of equals the topmost), four realms at most. Left out: other schemes and algorithms, and those that offer
 * `auth-int` only.
 */
export function readChallenges(response: SipMessage): readonly DigestChallenge[] {
  const best = new Map<string, DigestChallenge>();
  for (const by of ["www", "proxy"] as const) {
    for (const value of response.getAll(FIELDS[by]).slice(0, MAX_FIELDS)) {
      const challenge = readChallenge(by, value);
      if (challenge === undefined) continue;
      const key = spaceOf(challenge);
      const known = best.get(key);
      if (known === undefined ? best.size < MAX_REALMS : STRENGTH[known.algorithm] < STRENGTH[challenge.algorithm])
        best.set(key, challenge);
    }
  }
  return [...best.values()];
}

/** Names the protection space of a challenge (RFC 7616 3.3). */
export function spaceOf({ by, realm }: DigestChallenge): string {
  return `${by} ${realm}`;
}

function readChallenge(by: DigestChallenge["by"], value: string): DigestChallenge | undefined {
  const parsed = parseAuthorization(value);
  if (!parsed.ok || parsed.value.scheme.toLowerCase() !== "digest") return undefined;
  const { params } = parsed.value;
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  const opaque = params.get("opaque");
  const algorithmText = params.get("algorithm");
  const qop = params.get("qop");
  const [, name, session] = /^(MD5|SHA-256)(-SESS)?$/.exec((algorithmText ?? "MD5").toUpperCase()) ?? [];
  if (realm === undefined || nonce === undefined || name === undefined) return undefined;
  if (realm.length + nonce.length + (opaque?.length ?? 0) > MAX_LENGTH) return undefined;
  const offers = qop?.split(",").map((one) => one.trim().toLowerCase());
  if (offers !== undefined && !offers.includes("auth")) return undefined;
  return {
    by,
    realm,
    nonce,
    ...(opaque === undefined ? {} : { opaque }),
    algorithm: name === "MD5" ? "MD5" : "SHA-256",
    isSession: session !== undefined,
    ...(algorithmText === undefined ? {} : { algorithmText }),
    hasQop: offers !== undefined,
    isStale: params.get("stale")?.toLowerCase() === "true",
  };
}
