import type { Kind } from "../model/kinds.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Service parameters that nothing has ever read. */
const FORMER_PARAMETERS: readonly unknown[] = ["T302Timer"];
/** It was taken for a codec of regions; it goes with all of them. */
const FORMER_CODEC = "telephone-event";

/** A body that an earlier version has stored, without what the model has no more; undefined: there is no such object any more. */
export function withoutFormerFields(kind: Kind, body: Fields): Fields | undefined {
  if (kind === "service-parameter") return FORMER_PARAMETERS.includes(body["name"]) ? undefined : body;
  if (kind === "region") return { ...body, codecs: codecsIn(body["codecs"]), to: regionsIn(body["to"], body["name"]) };
  if (kind !== "date-time-group") return body;
  const { dateFormat: _former, ...rest } = body;
  return rest;
}

function codecsIn(list: unknown): unknown[] {
  return Array.isArray(list) ? list.filter((codec) => codec !== FORMER_CODEC) : [];
}

/** What was said of a region by itself never counted. */
function regionsIn(list: unknown, own: unknown): unknown[] {
  const entries = Array.isArray(list) ? (list as Fields[]) : [];
  return entries.flatMap((entry) => {
    const codecs = codecsIn(entry["codecs"]);
    return codecs.length === 0 || entry["region"] === own ? [] : [{ ...entry, codecs }];
  });
}

/** Of what `withLaterDefaults` does; a file that has been opened by this version has it. */
export const DEFAULTS = 1;
/** What bounded the calls of every device where nobody had said anything. */
const FORMER_COUNTS: Fields = { callsPerHour: 600, concurrentCalls: 50 };

/**
 * A body that an earlier version has stored with its own defaults. What these were then and what somebody has set to the same
 * cannot be told apart, so that this is to be asked once for each file.
 */
export function withLaterDefaults(kind: Kind, body: Fields): Fields {
  if (kind !== "cti-port" && kind !== "route-point") return body;
  const { tollGuard } = body;
  if (typeof tollGuard !== "object" || tollGuard === null) return body;
  const { callsPerHour, concurrentCalls, ...rest } = tollGuard as Fields;
  const isFormer =
    callsPerHour === FORMER_COUNTS["callsPerHour"] && concurrentCalls === FORMER_COUNTS["concurrentCalls"];
  return isFormer ? { ...body, tollGuard: rest } : body;
}
