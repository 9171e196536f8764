import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { SCHEMAS, type BodyOf, type InputOf, type Kind } from "../model/kinds.ts";
import { DEFAULT_PARTITION } from "../model/scalars.ts";

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

/** The body without what its schema fills in, in the order of the schema: what somebody would write by hand. */
export function shortBody<K extends Kind>(kind: K, body: BodyOf<K>): InputOf<K> {
  return shortened(SCHEMAS[kind], body) as InputOf<K>;
}

function shortened(schema: z.ZodType, value: unknown): unknown {
  const { type, innerType, element, shape } = definitionOf(schema);
  if (innerType !== undefined) return shortened(innerType, value);
  if (element !== undefined) return (value as unknown[]).map((each) => shortened(element, each));
  if (type === "pipe") return withoutPartition(schema, value);
  if (shape === undefined) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const kept = Object.entries(shape).filter(([key, inner]) => !isFilledIn(inner, fields[key]));
  return Object.fromEntries(kept.map(([key, inner]) => [key, shortened(inner, fields[key])]));
}

function isFilledIn(schema: z.ZodType, value: unknown): boolean {
  if (value === undefined) return true;
  const { type } = definitionOf(schema);
  return (type === "default" || type === "prefault") && isDeepStrictEqual(defaultOf(schema), value);
}

/** A number with its partition needs to name none that is understood. */
function withoutPartition(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== "string" || !value.endsWith(`@${DEFAULT_PARTITION}`)) return value;
  const short = value.slice(0, -DEFAULT_PARTITION.length - 1);
  return schema.safeParse(short).data === value ? short : value;
}

const defaults = new WeakMap<z.ZodType, unknown>();

function defaultOf(schema: z.ZodType): unknown {
  if (!defaults.has(schema)) defaults.set(schema, schema.parse(undefined));
  return defaults.get(schema);
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def;
}
