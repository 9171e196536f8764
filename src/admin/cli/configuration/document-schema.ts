import { z } from "zod";
import { KINDS, SCHEMAS, yamlKeyOf } from "../../../database/index.ts";

/** The whole configuration as one document: a list of objects for each kind. */
export const documentSchema = z.strictObject(
  Object.fromEntries(KINDS.map((kind) => [yamlKeyOf(kind), z.array(SCHEMAS[kind]).optional()])),
);

export function documentJsonSchema(): unknown {
  return z.toJSONSchema(documentSchema, { io: "input" });
}
