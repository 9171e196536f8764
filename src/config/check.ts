import type { z } from "zod";
import type { ConfigProblem } from "./config-error.ts";
import { nearWord } from "./near-word.ts";
import { reasonOf } from "./reason.ts";
import { schemaAt, schemaTree, type SchemaTree } from "./schema-tree.ts";
import type { ConfigPath, YamlSource } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/** The checked value, or every problem that was found. */
export type Checked<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Checks a YAML document by a schema; an empty document counts as an empty mapping. */
export function check<Schema extends z.ZodType>(schema: Schema, source: YamlSource): Checked<z.output<Schema>> {
  if (source.problems.length > 0) return { ok: false, problems: source.problems };
  const value = source.value ?? {};
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const tree = schemaTree(schema);
  const problems = result.error.issues.flatMap((issue) => problemsOf(tree, source, value, issue));
  return { ok: false, problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

function problemsOf(tree: SchemaTree, source: YamlSource, root: unknown, issue: Issue): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schemaAt(tree, issue.path)?.properties ?? {});
    return issue.keys.map((key) => source.problemAtKey(issue.path, key, unknownKey(key, known)));
  }
  if (issue.code === "invalid_key") {
    const key = String(issue.path.at(-1));
    return [source.problemAtKey(issue.path.slice(0, -1), key, issue.issues[0]?.message ?? "is no valid key")];
  }
  const isSecret = schemaAt(tree, issue.path)?.isSecret === true;
  const found = { value: valueAt(root, issue.path), written: source.writtenAt(issue.path), isSecret };
  return [source.problemAt(issue.path, reasonOf(issue, found))];
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearWord(key, known);
  return near === undefined ? `unknown key; known here: ${known.join(", ")}` : `unknown key; did you mean ${near}?`;
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
