import { CALL_ID, isAllOf } from "../grammar/characters.ts";
import { parseParams } from "../grammar/params.ts";
import type { ParseResult } from "../parse-result.ts";

/** Replaces header value: the dialog that an INVITE takes the place of, seen by the recipient of the INVITE. */
export interface Replaces {
  readonly sipCallId: string;
  /** Local tag of the recipient. */
  readonly toTag: string;
  /** Remote tag of the recipient. */
  readonly fromTag: string;
  /** True when only a dialog that is not yet confirmed may be replaced. */
  readonly earlyOnly: boolean;
}

/**
 * Parses a Replaces value such as `98732@example.com;from-tag=r33th4x0r;to-tag=ff87ff`.
 * @see RFC 3891 6.1
 */
export function parseReplaces(value: string): ParseResult<Replaces> {
  const semicolon = value.indexOf(";");
  const sipCallId = value.slice(0, Math.max(semicolon, 0)).trim();
  if (!isAllOf(sipCallId, CALL_ID)) return { ok: false, reason: "expected a Call-ID and tags" };
  const params = parseParams(value, semicolon);
  if (!params.ok) return params;
  const toTag = params.value.get("to-tag");
  const fromTag = params.value.get("from-tag");
  if (toTag === undefined || fromTag === undefined) return { ok: false, reason: "to-tag or from-tag missing" };
  return { ok: true, value: { sipCallId, toTag, fromTag, earlyOnly: params.value.has("early-only") } };
}
