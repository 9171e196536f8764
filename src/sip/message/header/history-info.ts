import { splitList } from "../grammar/split-list.ts";
import type { ParseResult } from "../parse-result.ts";
import { unescapeUser } from "../uri/escape.ts";
import { formatUri } from "../uri/format-uri.ts";
import { parseUri } from "../uri/uri.ts";
import { formatNameAddr, type NameAddr } from "./name-addr.ts";
import { parseNameAddrList } from "./name-addr-list.ts";
import { parseReason, type Reason } from "./reason.ts";

/** How a target came from another: `rc` registered contact, `mp` other user, `np` not changed. */
type HistoryTargetKind = "rc" | "mp" | "np";

/** One target that a request has had. */
export interface HistoryEntry {
  readonly displayName?: string | undefined;
  /** Without the escaped headers Reason and Privacy. */
  readonly uri: string;
  /** Such as `1.1.2`. */
  readonly index: string;
  /** Which entry it comes from, and how; absent: not said. */
  readonly target?: { readonly kind: HistoryTargetKind; readonly index: string } | undefined;
  /** Why the request went on from it; those that cannot be read are left out. */
  readonly reasons: readonly Pick<Reason, "protocol" | "cause">[];
  /** It is not to be shown to others (`Privacy=history`). */
  readonly isPrivate: boolean;
}

const INDEX = /^\d{1,4}(?:\.\d{1,4}){0,63}$/;
const KINDS = ["rc", "mp", "np"] as const;
const MAX_REASONS = 8;

/**
 * Parses the values of all History-Info headers into one list, in order; at most 64 entries.
 * @see RFC 7044 5
 */
export function parseHistoryInfo(values: readonly string[]): ParseResult<HistoryEntry[]> {
  const list = parseNameAddrList(values);
  if (!list.ok) return list;
  const entries: HistoryEntry[] = [];
  for (const item of list.value) {
    const entry = entryOf(item);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return { ok: true, value: entries };
}

/** Writes one History-Info value; reasons and privacy of sip and sips URIs alone, since others have no headers. */
export function formatHistoryInfo(entry: HistoryEntry): string {
  const { displayName, uri, index, target } = entry;
  const params: [string, string][] = [["index", index]];
  if (target !== undefined) params.push([target.kind, target.index]);
  return formatNameAddr({ displayName, uri: withHeaders(uri, entry), params: new Map(params) });
}

function withHeaders(text: string, { reasons, isPrivate }: HistoryEntry): string {
  const uri = parseUri(text);
  if (!uri.ok || !uri.value.scheme.startsWith("sip")) return text;
  const headers = reasons.map(
    ({ protocol, cause }) => `Reason=${escapeHeader(protocol + (cause === undefined ? "" : `;cause=${cause}`))}`,
  );
  if (isPrivate) headers.push("Privacy=history");
  return headers.length === 0 ? text : `${text}${uri.value.headers === undefined ? "?" : "&"}${headers.join("&")}`;
}

function entryOf({ displayName, uri, params }: NameAddr): ParseResult<HistoryEntry> {
  const index = params.get("index") ?? "";
  if (!INDEX.test(index)) return { ok: false, reason: "entry without an index" };
  const kind = KINDS.find((one) => params.has(one));
  const source = kind === undefined ? undefined : (params.get(kind) ?? "");
  if (source !== undefined && !INDEX.test(source)) return { ok: false, reason: `${kind} is no index` };
  const { bare, reasons, isPrivate } = takeHeaders(uri);
  const target = kind === undefined || source === undefined ? undefined : { kind, index: source };
  return { ok: true, value: { displayName, uri: bare, index, target, reasons, isPrivate } };
}

function takeHeaders(text: string): Pick<HistoryEntry, "reasons" | "isPrivate"> & { readonly bare: string } {
  const uri = parseUri(text);
  if (!uri.ok || uri.value.headers === undefined) return { bare: text, reasons: [], isPrivate: false };
  const others: string[] = [];
  const reasons: HistoryEntry["reasons"][number][] = [];
  let isPrivate = false;
  for (const header of uri.value.headers.split("&")) {
    const [name = "", value = ""] = header.split("=", 2).map(unescapeUser);
    if (name.toLowerCase() === "reason") reasons.push(...reasonsIn(value));
    else if (name.toLowerCase() === "privacy") isPrivate ||= value.toLowerCase().split(";").includes("history");
    else if (header !== "") others.push(header);
  }
  const headers = others.length === 0 ? undefined : others.join("&");
  return { bare: formatUri({ ...uri.value, headers }), reasons: reasons.slice(0, MAX_REASONS), isPrivate };
}

function reasonsIn(value: string): HistoryEntry["reasons"] {
  return splitList(value).flatMap((text) => {
    const reason = parseReason(text);
    return reason.ok ? [{ protocol: reason.value.protocol, cause: reason.value.cause }] : [];
  });
}

/** RFC 3261 25.1: hvalue. */
function escapeHeader(text: string): string {
  return text.replace(
    /[^A-Za-z0-9\-_.!~*'()]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
