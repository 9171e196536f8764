import { parseUri, type ParseResult } from "../message/index.ts";
import { nextHopOf } from "../resolution/index.ts";
import { MAX_BRANCHES } from "./response-context.ts";

/** What an application asks for with `proxy`. */
export interface ProxyOptions {
  /** Record-Route, or Path in REGISTER: later requests come through us. */
  readonly remainsInDialog: boolean;
  /** The application gets each final response. */
  readonly fullResponse: boolean;
  readonly followsRedirects: boolean;
  readonly isSimultaneous: boolean;
  /** Until something must have come from a target; undefined: the transaction's own time-outs. */
  readonly provisionalMs: number | undefined;
  /** Until a final response must have come from a target. */
  readonly finalMs: number | undefined;
  /** SIP URIs in order, at least one. */
  readonly destinations: readonly string[];
}

const MAX_TIMEOUT_MS = 600_000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000 };

/**
 * Parses the tokens behind the transaction id of
 * `proxy|txnId|remainInDialog?|fullResponse?|followRedirects?|simultaneous or serial|provisional|final|destination...`
 */
export function parseProxyTokens(tokens: readonly string[]): ParseResult<ProxyOptions> {
  const [remain, full, follow, forking, provisional = "", final = "", ...rest] = tokens;
  const destinations = rest.filter((uri) => uri !== "");
  if (destinations.length === 0) return { ok: false, reason: "no destination" };
  if (destinations.length > MAX_BRANCHES) return { ok: false, reason: `more than ${MAX_BRANCHES} destinations` };
  for (const uri of destinations) {
    const problem = problemOfDestination(uri);
    if (problem !== undefined) return { ok: false, reason: problem };
  }
  const provisionalMs = parseDuration(provisional);
  const finalMs = parseDuration(final);
  if (!provisionalMs.ok) return provisionalMs;
  if (!finalMs.ok) return finalMs;
  return {
    ok: true,
    value: {
      remainsInDialog: remain === "remainInDialog",
      fullResponse: full === "fullResponse",
      followsRedirects: follow === "followRedirects",
      isSimultaneous: forking === "simultaneous",
      provisionalMs: provisionalMs.value,
      finalMs: finalMs.value,
      destinations,
    },
  };
}

/** `2s`, `500ms`; nothing for none. At most ten minutes. */
function parseDuration(text: string): ParseResult<number | undefined> {
  if (text === "") return { ok: true, value: undefined };
  const [, digits = "", unit = ""] = /^(\d{1,7})(ms|s)$/.exec(text) ?? [];
  const valueMs = Number(digits) * (UNIT_MS[unit] ?? 0);
  if (valueMs < 1 || valueMs > MAX_TIMEOUT_MS) return { ok: false, reason: `invalid timeout: ${text.slice(0, 32)}` };
  return { ok: true, value: valueMs };
}

function problemOfDestination(text: string): string | undefined {
  const uri = parseUri(text);
  if (!uri.ok || uri.value.headers !== undefined) return `invalid request-uri: ${text.slice(0, 256)}`;
  const nextHop = nextHopOf(text);
  return nextHop.ok ? undefined : nextHop.reason;
}
