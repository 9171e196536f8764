import { SwitchError } from "../../common/index.ts";
import type { Row } from "./node-view.ts";
import type { ServiceCaller } from "./service-caller.ts";

/** Which ended calls are asked for; times are when calls began, wall-clock milliseconds. */
export interface RecordFilter {
  readonly fromMs?: number;
  readonly toMs?: number;
  /** The caller's, the dialed one, or one that the call went to; exact. */
  readonly number?: string;
  /** Of any party; exact. */
  readonly device?: string;
}

export interface RecordRows {
  readonly items: readonly Row[];
  /** `after` of the next page; null after the last. */
  readonly next: string | null;
  /** Of all pages; counted up to 10,000. */
  readonly total: number;
}

/** One call: `live` while it goes on. */
export interface CallReportRow {
  readonly state: "live" | "past";
  readonly call: Row;
}

/** What call control answers at a time. */
const PAGE = 200;
const TIMEOUT_MS = 12_000;

interface Answer {
  readonly items: readonly string[];
  readonly next?: string;
  readonly total: number;
}

/**
 * Records of ended calls, the call that began last first.
 * @param limit 1 and above; more than 200 are asked for in parts
 * @throws {ChannelError} `bad-cursor`, `records-unavailable`, `too-many-queries`; `not-connected`, `timed-out`
 */
export async function readRecords(
  caller: Pick<ServiceCaller, "call">,
  filter: RecordFilter,
  limit: number,
  after?: string,
): Promise<RecordRows> {
  const items: Row[] = [];
  let next = after;
  let total: number | undefined;
  do {
    const params = {
      ...filter,
      limit: Math.min(PAGE, limit - items.length),
      ...(next === undefined ? {} : { after: next }),
    };
    const answer = (await caller.call("callmanager", "call-records", params, TIMEOUT_MS)) as Answer;
    items.push(...answer.items.map((text) => JSON.parse(text) as Row));
    next = answer.next;
    total ??= answer.total;
  } while (next !== undefined && items.length < limit);
  return { items, next: next ?? null, total };
}

/** All records that a filter says yes to, page by page. @throws as `readRecords` */
export async function* allRecords(
  caller: Pick<ServiceCaller, "call">,
  filter: RecordFilter,
): AsyncGenerator<readonly Row[]> {
  let after: string | undefined;
  do {
    const page = await readRecords(caller, filter, PAGE, after);
    yield page.items;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

/** Everything that is known of a call. @throws {ChannelError} `unknown-call`, and as `readRecords` */
export async function readCall(caller: Pick<ServiceCaller, "call">, callId: string): Promise<CallReportRow> {
  return (await caller.call("callmanager", "call-report", { callId }, TIMEOUT_MS)) as CallReportRow;
}

/**
 * A moment as people write it: ISO 8601 (without an offset: UTC), or milliseconds since 1970.
 * @throws {SwitchError} `bad-time`
 */
export function momentOf(text: string): number {
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text);
  const isLocal = isIso && text.includes("T") && !/(Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : isIso ? Date.parse(isLocal ? `${text}Z` : text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new SwitchError("bad-time", `${text} is no time: expected 2026-01-31T12:00:00Z or milliseconds since 1970`);
}
