type Json = Readonly<Record<string, unknown>>;

/** A value that a path leads to. */
export interface Found {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

/** The texts that a path with `*` for list entries leads to. */
export function textsAt(body: unknown, path: readonly string[]): Found[] {
  let at: { path: (string | number)[]; value: unknown }[] = [{ path: [], value: body }];
  for (const part of path) at = at.flatMap(({ path: before, value }) => stepInto(before, value, part));
  return at.flatMap(({ path: found, value }) => (typeof value === "string" ? [{ path: found, value }] : []));
}

function stepInto(
  path: readonly (string | number)[],
  value: unknown,
  part: string,
): { path: (string | number)[]; value: unknown }[] {
  if (part === "*")
    return Array.isArray(value)
      ? (value as unknown[]).map((each, index) => ({ path: [...path, index], value: each }))
      : [];
  if (typeof value !== "object" || value === null) return [];
  const next = (value as Json)[part];
  return next === undefined ? [] : [{ path: [...path, part], value: next }];
}

/** The same without a reference: without the list entry that holds it, else without its key. */
export function withoutText(body: unknown, path: readonly string[], text: string): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return body;
  if (part === "*") {
    if (!Array.isArray(body)) return body;
    return body.filter((entry) => !textsAt(entry, rest).some(({ value }) => value === text));
  }
  if (typeof body !== "object" || body === null || !(part in body)) return body;
  const { [part]: inner, ...others } = body as Record<string, unknown>;
  if (rest.length === 0) return inner === text ? others : body;
  return { ...others, [part]: withoutText(inner, rest, text) };
}

/** RFC 7396: what a patch says replaces, `null` removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === "__proto__") continue;
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
