type Json = Readonly<Record<string, unknown>>;

/** A value that a path leads to. */
export interface Found {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

/** A patch nested deeper than any object is taken as it is, for the schema to refuse. */
const MAX_PATCH_DEPTH = 32;

/** The texts that a path with `*` for list entries leads to. */
export function textsAt(body: unknown, path: readonly string[]): Found[] {
  const found: Found[] = [];
  collect(body, path, [], found);
  return found;
}

function collect(value: unknown, path: readonly string[], at: readonly (string | number)[], found: Found[]): void {
  const part = path[at.length];
  if (part === undefined) {
    if (typeof value === "string") found.push({ path: at, value });
  } else if (part === "*") {
    if (!Array.isArray(value)) return;
    value.forEach((entry, index) => collect(entry, path, [...at, index], found));
  } else if (typeof value === "object" && value !== null && Object.hasOwn(value, part)) {
    collect((value as Json)[part], path, [...at, part], found);
  }
}

/** The same without the references that are gone: without the list entries that hold them, else without their key. */
export function withoutTexts(body: unknown, path: readonly string[], isGone: (text: string) => boolean): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return body;
  if (part === "*") {
    if (!Array.isArray(body)) return body;
    return body.filter((entry) => !textsAt(entry, rest).some(({ value }) => isGone(value)));
  }
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, part)) return body;
  const { [part]: inner, ...others } = body as Record<string, unknown>;
  if (rest.length === 0) return typeof inner === "string" && isGone(inner) ? others : body;
  return { ...body, [part]: withoutTexts(inner, rest, isGone) };
}

/** RFC 7396: what a patch says replaces, `null` removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  return merged(target, patch, MAX_PATCH_DEPTH);
}

function merged(target: unknown, patch: unknown, depth: number): unknown {
  if (!isObject(patch) || depth === 0) return patch;
  const result = new Map<string, unknown>(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value, depth - 1));
  }
  return Object.fromEntries(result);
}

/** The same value without keys that are there and undefined, as it is after it has been on file. */
export function withoutUndefined(value: unknown): unknown {
  return holdsUndefined(value) ? cleaned(value) : value;
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(kept.map(([key, each]) => [key, cleaned(each)]));
}

function holdsUndefined(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === undefined;
  return Object.values(value).some(holdsUndefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
