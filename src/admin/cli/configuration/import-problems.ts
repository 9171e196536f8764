import type { ConfigPath, ConfigProblem, YamlSource } from "../../../config/index.ts";
import { isKind, nameOf, withPartition, yamlKeyOf } from "../../../database/index.ts";
import type { RestViolation } from "../../client/rest-refusal.ts";

type Json = Readonly<Record<string, unknown>>;

/** Problems of a file that the server found, each at the line of its object where the file has it. */
export function problemsOfViolations(
  violations: readonly RestViolation[],
  source: YamlSource,
  file: string,
): ConfigProblem[] {
  const indexes = new Map<string, ReadonlyMap<string, number[]>>();
  const indexOf = (kind: string, id: string, isWhole: boolean): readonly [key: string, index: number] | undefined => {
    if (!isKind(kind)) return undefined;
    const key = yamlKeyOf(kind);
    const names = indexes.get(kind) ?? namesIn(source.value, kind, key);
    indexes.set(kind, names);
    const found = names.get(id) ?? [];
    // What is wrong with an object as a whole that is there again is that it is.
    const [index] = isWhole && found.length > 1 ? found.splice(1, 1) : found;
    return index === undefined ? undefined : [key, index];
  };
  const problems = violations.map(({ kind, id, path, message }): ConfigProblem => {
    const place = indexOf(kind, id, path.length === 0);
    if (place !== undefined) return source.problemAt([...place, ...path] satisfies ConfigPath, message);
    const object = [kind, id].filter((part) => part !== "").join(" ");
    return { file, path: object, reason: message };
  });
  return problems.sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
}

function namesIn(document: unknown, kind: Parameters<typeof nameOf>[0], key: string): ReadonlyMap<string, number[]> {
  const list = typeof document === "object" && document !== null ? (document as Json)[key] : undefined;
  const names = new Map<string, number[]>();
  if (!Array.isArray(list)) return names;
  list.forEach((entry: unknown, index) => {
    if (typeof entry !== "object" || entry === null) return;
    const name = nameOf(kind, entry);
    // What stands in a partition has the usual one when it names none.
    for (const each of new Set([name, withPartition(name)])) names.set(each, [...(names.get(each) ?? []), index]);
  });
  return names;
}
