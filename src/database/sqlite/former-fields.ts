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
