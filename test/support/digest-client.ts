import { createHash } from "node:crypto";
import { parseAuthorization } from "../../src/sip/message/index.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The Authorization value for a WWW-Authenticate one (RFC 7616, MD5, qop=auth). */
export function authorizationFor(
  challenge: string,
  method: string,
  uri: string,
  { user, password }: Credentials,
): string {
  const parsed = parseAuthorization(challenge);
  if (!parsed.ok) throw new Error(`malformed challenge: ${challenge}`);
  const param = (name: string): string => parsed.value.params.get(name) ?? "";
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const ha1 = md5(`${user}:${param("realm")}:${password}`);
  const ha2 = md5(`${method}:${uri}`);
  const cnonce = "0a4f113b";
  const response = md5(`${ha1}:${param("nonce")}:00000001:${cnonce}:auth:${ha2}`);
  const opaque = param("opaque") === "" ? "" : `, opaque="${param("opaque")}"`;
  return (
    `Digest username="${user}", realm="${param("realm")}", nonce="${param("nonce")}", uri="${uri}", ` +
    `response="${response}", algorithm=MD5, cnonce="${cnonce}", qop=auth, nc=00000001${opaque}`
  );
}
