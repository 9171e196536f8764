import { parseAuthorization } from "../../sip/message/index.ts";
import type { DigestAlgorithm } from "../../common/index.ts";

/** One set of digest credentials (RFC 7616 3.4). */
export interface DigestCredentials {
  readonly username: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower-case hex, as long as the algorithm has it. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly opaque?: string;
  /** Absent: the client computed as RFC 2069 has it. */
  readonly qop?: { readonly name: "auth"; readonly count: string; readonly cnonce: string };
}

/** The credentials for one realm, in order; or why they are of no use. */
export type CredentialsResult =
  | { readonly kind: "none" }
  | { readonly kind: "found"; readonly list: readonly [DigestCredentials, ...DigestCredentials[]] }
  | { readonly kind: "malformed"; readonly reason: string };

const MAX_FIELDS = 16;
const RESPONSE_DIGITS: Readonly<Record<DigestAlgorithm, number>> = { MD5: 32, "SHA-256": 64 };

/**
 * Reads the digest credentials for `realm` out of Authorization values. Other schemes and realms, values that cannot
 * be parsed and algorithms that were never offered are passed over; a request has at most 16 that are looked at.
 */
export function readCredentials(values: readonly string[], realm: string): CredentialsResult {
  const found: DigestCredentials[] = [];
  for (const value of values.slice(0, MAX_FIELDS)) {
    const parsed = parseAuthorization(value);
    if (!parsed.ok || parsed.value.scheme.toLowerCase() !== "digest") continue;
    const { params } = parsed.value;
    if (params.get("realm") !== realm) continue;
    const algorithm = algorithmOf(params.get("algorithm"));
    if (algorithm === undefined) continue;
    const credentials = readParams(params, algorithm);
    if (typeof credentials === "string") return { kind: "malformed", reason: credentials };
    found.push(credentials);
  }
  const [first, ...rest] = found;
  return first === undefined ? { kind: "none" } : { kind: "found", list: [first, ...rest] };
}

function readParams(params: ReadonlyMap<string, string>, algorithm: DigestAlgorithm): DigestCredentials | string {
  const username = params.get("username");
  const nonce = params.get("nonce");
  const uri = params.get("uri");
  const response = params.get("response")?.toLowerCase();
  const opaque = params.get("opaque");
  if (username === undefined || nonce === undefined || uri === undefined || response === undefined) {
    return "username, nonce, uri or response is missing";
  }
  if (response.length !== RESPONSE_DIGITS[algorithm] || !/^[0-9a-f]+$/.test(response)) return "response is no hash";
  const qop = readQop(params);
  if (typeof qop === "string") return qop;
  const optional = { ...(opaque === undefined ? {} : { opaque }), ...(qop === undefined ? {} : { qop }) };
  return { username, nonce, uri, response, algorithm, ...optional };
}

function readQop(params: ReadonlyMap<string, string>): DigestCredentials["qop"] | string {
  const name = params.get("qop");
  if (name === undefined) return undefined;
  if (name.toLowerCase() !== "auth") return "qop is not auth";
  const count = params.get("nc");
  const cnonce = params.get("cnonce");
  if (cnonce === undefined || count === undefined) return "nc or cnonce is missing";
  if (!/^[0-9A-Fa-f]{1,8}$/.test(count) || parseInt(count, 16) === 0) return "nc is no count";
  return { name: "auth", count, cnonce };
}

function algorithmOf(name: string | undefined): DigestAlgorithm | undefined {
  const upper = name?.toUpperCase() ?? "MD5";
  return upper === "MD5" || upper === "SHA-256" ? upper : undefined;
}
