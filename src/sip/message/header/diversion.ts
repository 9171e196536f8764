import { parseDigits } from "../grammar/digits.ts";
import type { ParseResult } from "../parse-result.ts";
import { formatNameAddr, type NameAddr } from "./name-addr.ts";
import { parseNameAddrList } from "./name-addr-list.ts";

/** One diversion of a call: by whom, and why. */
export interface Diversion {
  readonly displayName?: string | undefined;
  readonly uri: string;
  /** In small letters; `unknown` when it is not given. */
  readonly reason: string;
  /** How often it was diverted by this party in a row, 1 to 99. */
  readonly counter: number;
  /** What of the party is not to be shown; a value that is not known here counts as `full`. */
  readonly privacy: "off" | "name" | "uri" | "full";
}

const MAX_COUNTER = 99;
const PRIVACIES = new Set(["off", "name", "uri", "full"]);

/**
 * Parses the values of all Diversion headers into one list, the last diversion first; at most 64.
 * @see RFC 5806 4
 */
export function parseDiversion(values: readonly string[]): ParseResult<Diversion[]> {
  const list = parseNameAddrList(values);
  if (!list.ok) return list;
  const diversions: Diversion[] = [];
  for (const { displayName, uri, params } of list.value) {
    const counter = parseDigits(params.get("counter") ?? "1", MAX_COUNTER);
    if (!counter.ok || counter.value === 0) return { ok: false, reason: `counter is not from 1 to ${MAX_COUNTER}` };
    const privacy = params.get("privacy")?.toLowerCase() ?? "off";
    diversions.push({
      displayName,
      uri,
      reason: params.get("reason")?.toLowerCase() ?? "unknown",
      counter: counter.value,
      privacy: isPrivacy(privacy) ? privacy : "full",
    });
  }
  return { ok: true, value: diversions };
}

/** Writes one Diversion value. */
export function formatDiversion({ displayName, uri, reason, counter, privacy }: Diversion): string {
  const params: NameAddr["params"] = new Map([
    ["reason", reason],
    ["privacy", privacy],
    ["counter", String(counter)],
  ]);
  return formatNameAddr({ displayName, uri, params });
}

function isPrivacy(text: string): text is Diversion["privacy"] {
  return PRIVACIES.has(text);
}
