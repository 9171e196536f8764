import { schemaTree, type SchemaTree } from "../../../config/index.ts";
import { DEFAULT_PARTITION, SCHEMAS, type Kind } from "../../../database/index.ts";

type Json = Readonly<Record<string, unknown>>;

/** The fields of a kind. */
export function fieldsOf(kind: Kind): SchemaTree {
  return schemaTree(SCHEMAS[kind]);
}

/** The fields that a name on the command line stands for: `1001@internal` is a number and its partition. */
export function nameFields(kind: Kind, name: string): Json {
  const { properties = {} } = fieldsOf(kind);
  if (!("partition" in properties)) return { name };
  const place = name.lastIndexOf("@");
  const own = place < 0 ? name : name.slice(0, place);
  const partition = place < 0 ? DEFAULT_PARTITION : name.slice(place + 1);
  return { ["pattern" in properties ? "pattern" : "number"]: own, partition };
}
