import { z } from "zod";
import { errorMessageOf } from "../../../common/index.ts";
import { momentOf, readCall, readRecords, type RecordFilter } from "../../control/call-record-reader.ts";
import { RestError } from "../problem/rest-error.ts";
import { readLimit, single, type Query } from "../resource/list-query.ts";
import type { RestContext } from "../rest-context.ts";
import type { RestRoute } from "../server/route.ts";

const MAX_RECORDS = 1_000;
const MAX_TEXT = 256;

const record = z.record(z.string(), z.unknown()).describe("A call record, see docs/call-records.md");
const page = z.object({
  items: z.array(record),
  next: z.string().nullable().describe("`after` of the next page; null after the last."),
  total: z.int().describe("Of all pages; counted up to 10,000."),
});
const report = z.object({ state: z.enum(["live", "past"]), call: record });

/** Records of ended calls, and everything of one call. */
export function callRecordRoutes({ caller }: Pick<RestContext, "caller">): RestRoute[] {
  const shared = { method: "GET", tag: "call-records", access: "auditor" } as const;
  return [
    {
      ...shared,
      operationId: "list-call-records",
      path: "/call-records",
      summary: "Records of ended calls, the call that began last first",
      query: {
        from: "Calls that began then or later: ISO 8601, or milliseconds since 1970",
        to: "Calls that began before then",
        number: "The caller's, the dialed one, or one that the call went to",
        device: "Name of a phone or trunk that took part",
        limit: "1 to 1,000; default 100",
        after: "`next` of the page before",
      },
      answers: { 200: { description: "A page", schema: page } },
      problems: ["bad-parameter", "unavailable"],
      handle: async ({ query }) => {
        const limit = readLimit(query["limit"], MAX_RECORDS, 100);
        const [filter, after] = [filterOf(query), textOf(query, "after")];
        return { status: 200, body: await readRecords(caller, filter, limit, after) };
      },
    },
    {
      ...shared,
      operationId: "get-call-record",
      path: "/call-records/{id}",
      summary: "Everything that is known of a call, live or past",
      answers: { 200: { description: "The call", schema: report } },
      problems: ["not-found", "unavailable"],
      handle: async ({ params }) => {
        return { status: 200, body: await readCall(caller, params["id"] ?? "") };
      },
    },
  ];
}

function filterOf(query: Query): RecordFilter {
  const [from, to] = [textOf(query, "from"), textOf(query, "to")];
  const [number, device] = [textOf(query, "number"), textOf(query, "device")];
  return {
    ...(from === undefined ? {} : { fromMs: momentIn("from", from) }),
    ...(to === undefined ? {} : { toMs: momentIn("to", to) }),
    ...(number === undefined ? {} : { number }),
    ...(device === undefined ? {} : { device }),
  };
}

function textOf(query: Query, key: string): string | undefined {
  const text = single(key, query[key]);
  if (text === undefined || (text !== "" && text.length <= MAX_TEXT)) return text;
  throw new RestError("bad-parameter", `${key}: expected 1 to ${MAX_TEXT} characters`);
}

function momentIn(key: string, text: string): number {
  try {
    return momentOf(text);
  } catch (error) {
    throw new RestError("bad-parameter", `${key}: ${errorMessageOf(error)}`);
  }
}
