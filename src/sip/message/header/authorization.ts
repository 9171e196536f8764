import { skipAllOf, skipSpace, TOKEN } from "../grammar/characters.ts";
import { endOfParamValue, paramValue } from "../grammar/params.ts";
import { quote } from "../grammar/quoted-string.ts";
import type { ParseResult } from "../parse-result.ts";

/** Value of Authorization, Proxy-Authorization, WWW-Authenticate, Proxy-Authenticate or Authentication-Info. */
export interface Authorization {
  /** As written (`Digest`); compare without case. */
  readonly scheme: string;
  /** By lower-case name, unquoted. */
  readonly params: ReadonlyMap<string, string>;
}

const COMMA_CODE = 0x2c;
const EQUALS_CODE = 0x3d;

/**
 * Parses a scheme and its comma-separated parameters; a parameter given twice is refused.
 * @see RFC 3261 20.7, 25.1; RFC 7616 3.4
 */
export function parseAuthorization(value: string): ParseResult<Authorization> {
  const start = skipSpace(value, 0);
  const schemeEnd = skipAllOf(value, start, TOKEN);
  const scheme = value.slice(start, schemeEnd);
  let at = skipSpace(value, schemeEnd);
  if (at === schemeEnd) return { ok: false, reason: "expected a scheme and parameters" };
  const params = new Map<string, string>();
  for (;;) {
    const nameEnd = skipAllOf(value, at, TOKEN);
    const name = value.slice(at, nameEnd).toLowerCase();
    const equals = skipSpace(value, nameEnd);
    if (name === "" || value.charCodeAt(equals) !== EQUALS_CODE) return { ok: false, reason: "expected name=value" };
    const valueStart = skipSpace(value, equals + 1);
    const valueEnd = endOfParamValue(value, valueStart);
    if (valueEnd <= valueStart) return { ok: false, reason: `parameter ${name} has a bad value` };
    if (params.has(name)) return { ok: false, reason: `parameter ${name} given twice` };
    params.set(name, paramValue(value, valueStart, valueEnd));
    const comma = skipSpace(value, valueEnd);
    if (comma === value.length) return { ok: true, value: { scheme, params } };
    if (value.charCodeAt(comma) !== COMMA_CODE) return { ok: false, reason: "expected a comma" };
    at = skipSpace(value, comma + 1);
  }
}

/** RFC 3261 25.1: in a challenge these are tokens and everything else is a quoted string. */
const UNQUOTED = new Set(["algorithm", "stale", "charset", "userhash"]);

/**
 * Writes a challenge: a WWW-Authenticate or Proxy-Authenticate value. Parameters without a value are left out.
 * @param scheme such as `Digest`
 */
export function formatAuthenticate(
  scheme: string,
  params: Iterable<readonly [name: string, value: string | undefined]>,
): string {
  const written: string[] = [];
  for (const [name, value] of params) {
    if (value !== undefined) written.push(`${name}=${UNQUOTED.has(name) ? value : quote(value)}`);
  }
  return `${scheme} ${written.join(", ")}`;
}
