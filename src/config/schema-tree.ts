import { z } from "zod";
import type { ConfigPath } from "./yaml-source.ts";

/** What is used of a JSON schema, with our own mark for secrets. */
export interface SchemaTree {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly isSecret?: boolean;
  readonly properties?: Readonly<Record<string, SchemaTree>>;
  readonly required?: readonly string[];
  readonly items?: SchemaTree;
  readonly additionalProperties?: SchemaTree | false;
}

/** A schema as a tree that describes what may stand in the file. */
export function schemaTree(schema: z.ZodType): SchemaTree {
  return z.toJSONSchema(schema, { io: "input" }) as SchemaTree;
}

/** The part of a tree that describes the value at `path`. */
export function schemaAt(tree: SchemaTree, path: ConfigPath): SchemaTree | undefined {
  let at: SchemaTree | undefined = tree;
  for (const part of path) {
    if (typeof part === "number") at = at?.items;
    else
      at =
        at?.properties?.[String(part)] ?? (at?.additionalProperties === false ? undefined : at?.additionalProperties);
  }
  return at;
}
