import { parseAuthorization } from "../../../../src/sip/message/index.ts";
import { computeHa1 } from "../../../../src/common/index.ts";
import type { DigestAlgorithm } from "../../../../src/common/index.ts";
import { digestResponse } from "../../../../src/call/auth/digest-response.ts";
import type { AuthenticationResult } from "../../../../src/call/auth/digest-authenticator.ts";

/** Parameters of each WWW-Authenticate field of a result, in order. */
export function challengesOf(result: AuthenticationResult): ReadonlyMap<string, string>[] {
  if (result.kind !== "challenge") throw new Error(`expected a challenge, got ${result.kind}`);
  return result.headers.map(([name, value]) => {
    const parsed = parseAuthorization(value);
    if (name !== "WWW-Authenticate" || !parsed.ok) throw new Error(`bad challenge ${name}: ${value}`);
    return parsed.value.params;
  });
}

/** What a client answers a challenge with. */
export interface DigestAnswer {
  readonly user: string;
  readonly password: string;
  readonly method?: string;
  readonly uri?: string;
  /** Default 1. */
  readonly count?: number;
  /** True: as RFC 2069 has it. */
  readonly legacy?: boolean;
  /** Instead of the one of the challenge. */
  readonly nonce?: string;
  readonly opaque?: string;
}

/** An Authorization value for one challenge, made as RFC 7616 3.4 has it. */
export function authorizationFor(challenge: ReadonlyMap<string, string>, answer: DigestAnswer): string {
  const { user, password, method = "INVITE", uri = "sip:1002@tandem.test", count = 1, legacy = false } = answer;
  const realm = challenge.get("realm") ?? "";
  const nonce = answer.nonce ?? challenge.get("nonce") ?? "";
  const opaque = answer.opaque ?? challenge.get("opaque") ?? "";
  const algorithm = challenge.get("algorithm") as DigestAlgorithm;
  const qop = { name: "auth", count: count.toString(16).padStart(8, "0"), cnonce: "0a4f113b" } as const;
  const ha1 = computeHa1([algorithm], { user, realm, password })[algorithm] ?? "";
  const response = digestResponse(algorithm, ha1, { method, uri, nonce, ...(legacy ? {} : { qop }) });
  const fields = [
    `username="${user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    `opaque="${opaque}"`,
    ...(legacy ? [] : ["qop=auth", `nc=${qop.count}`, `cnonce="${qop.cnonce}"`]),
  ];
  return `Digest ${fields.join(",")}`;
}
