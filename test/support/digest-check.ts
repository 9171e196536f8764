import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parseAuthorization } from "../../src/sip/message/index.ts";

/** The credentials in an Authorization value, after the response in them was found to be right (RFC 7616 3.4.1). */
export function checkedCredentials(
  value: string,
  method: string,
  account: { readonly user: string; readonly password: string },
): ReadonlyMap<string, string> {
  const parsed = parseAuthorization(value);
  assert.ok(parsed.ok, `malformed credentials: ${value}`);
  const { params } = parsed.value;
  const param = (name: string): string => params.get(name) ?? "";
  const algorithm = (params.get("algorithm") ?? "MD5").toUpperCase();
  const digest = (...parts: string[]): string => {
    return createHash(algorithm.startsWith("SHA-256") ? "sha256" : "md5")
      .update(parts.join(":"))
      .digest("hex");
  };
  const secret = digest(account.user, param("realm"), account.password);
  const ha1 = algorithm.endsWith("-SESS") ? digest(secret, param("nonce"), param("cnonce")) : secret;
  const ha2 = digest(method, param("uri"));
  const expected = params.has("qop")
    ? digest(ha1, param("nonce"), param("nc"), param("cnonce"), param("qop"), ha2)
    : digest(ha1, param("nonce"), ha2);
  assert.equal(param("username"), account.user);
  assert.equal(param("response"), expected, `response in ${value}`);
  return params;
}
