import { skipAllOf, skipSpace, TOKEN } from "../grammar/characters.ts";
import { digitsValue } from "../grammar/digits.ts";
import { formatParams, type Params, parseParams } from "../grammar/params.ts";
import { endOfItem } from "../grammar/split-list.ts";
import type { ParseResult } from "../parse-result.ts";
import { formatHost, parseHostPort } from "../uri/host-port.ts";

/** One Via value. */
export interface Via {
  /** Protocol and its version, without the white space it may have: `SIP/2.0`. */
  readonly version: string;
  /** Transport in upper case, known or not: `UDP`, `TCP`, `TLS`, `WS`, ... */
  readonly protocol: string;
  /** Host of sent-by, IPv6 without brackets. */
  readonly host: string;
  /** Port of sent-by, 1 to 65,535; absent when not given. */
  readonly port?: number | undefined;
  readonly branch?: string | undefined;
  /** Address the request came from, IPv6 without brackets. */
  readonly received?: string | undefined;
  /** `true` when asked for without a value. */
  readonly rport?: number | true | undefined;
  /** All parameters by lower-case name, those above included. */
  readonly params: Params;
}

/**
 * Parses the topmost value of a Via header; further values of a comma list are not looked at.
 * @see RFC 3261 20.42, 25.1; RFC 3581 for rport
 */
export function parseVia(value: string): ParseResult<Via> {
  const end = endOfItem(value, 0, value.length);
  const text = end === value.length ? value : value.slice(0, end);
  const sentProtocol = parseSentProtocol(text);
  if (!sentProtocol.ok) return sentProtocol;
  const { version, protocol } = sentProtocol.value;
  const sentBy = parseHostPort(text, sentProtocol.value.end, true);
  if (!sentBy.ok) return sentBy;
  const { host, port } = sentBy.value;
  const parsed = parseParams(text, sentBy.value.end);
  if (!parsed.ok) return parsed;
  const params = parsed.value;
  const branch = params.get("branch");
  const rport = parseRport(params);
  if (rport === BAD_PORT) return { ok: false, reason: "rport is not a number from 1 to 65535" };
  return { ok: true, value: { version, protocol, host, port, branch, received: receivedOf(params), rport, params } };
}

/** Writes a Via value from `version`, `protocol`, `host`, `port` and `params`. */
export function formatVia(via: Pick<Via, "version" | "protocol" | "host" | "port" | "params">): string {
  const port = via.port === undefined ? "" : `:${via.port}`;
  return `${via.version}/${via.protocol} ${formatHost(via.host)}${port}${formatParams(via.params)}`;
}

const MAGIC_COOKIE = "z9hG4bK";

/**
 * True when a branch identifies its transaction as RFC 3261 has it; else the rules of RFC 2543 apply.
 * A branch that is the bare cookie identifies nothing.
 * @see RFC 3261 8.1.1.7, 17.2.3; RFC 4475 3.2.1
 */
export function isRfc3261Branch(branch: string | undefined): boolean {
  return branch !== undefined && branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);
}

const SLASH_CODE = 0x2f;
const BAD_PORT = -1;

type SentProtocol = { version: string; protocol: string; end: number };

/** `SIP / 2.0 / UDP` with white space where RFC 3261 25.1 allows it. */
function parseSentProtocol(text: string): ParseResult<SentProtocol> {
  const parts: string[] = [];
  let at = skipSpace(text, 0);
  for (let index = 0; index < 3; index += 1) {
    const end = skipAllOf(text, at, TOKEN);
    const next = skipSpace(text, end);
    const isLast = index === 2;
    // White space separates the transport from sent-by; a slash what comes before it.
    if (end === at || (isLast ? next === end : text.charCodeAt(next) !== SLASH_CODE)) {
      return { ok: false, reason: "Via without protocol, version and transport" };
    }
    parts.push(text.slice(at, end));
    at = isLast ? next : skipSpace(text, next + 1);
  }
  const [name = "", version = "", protocol = ""] = parts;
  return { ok: true, value: { version: `${name}/${version}`, protocol: protocol.toUpperCase(), end: at } };
}

function parseRport(params: Params): number | true | undefined {
  const value = params.get("rport");
  if (value === undefined) return params.has("rport") ? true : undefined;
  const port = digitsValue(value, 0, value.length, 65_535);
  return port < 1 ? BAD_PORT : port;
}

/** RFC 5118 4.5: with and without brackets. */
function receivedOf(params: Params): string | undefined {
  const value = params.get("received");
  return value?.startsWith("[") === true && value.endsWith("]") ? value.slice(1, -1) : value;
}
