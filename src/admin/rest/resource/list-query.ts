import {
  SCHEMAS,
  secretPathsOf,
  type ConfigurationStore,
  type Kind,
  type StoredObject,
} from "../../../database/index.ts";
import { RestError } from "../problem/rest-error.ts";
import { resourceOf, type Resource } from "./resource.ts";

/** Query of a request: a key that is there twice has a list. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** A page of a collection. */
export interface Page {
  readonly items: readonly Resource[];
  /** The `after` of the next page; null after the last. */
  readonly next: string | null;
  /** Objects in all that match. */
  readonly total: number;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** Objects that are looked at before others have a turn. */
const BATCH = 1_000;
const MAX_FILTERS = 16;
const MAX_TEXT = 256;

/**
 * A page of a kind: `limit`, `after`, `q`, and any other key is a field, or a path such as `lines.directoryNumber`.
 * @throws {RestError} `bad-parameter`
 */
export async function listPage(store: ConfigurationStore, kind: Kind, query: Query): Promise<Page> {
  const { limit, after, ...others } = query;
  const wanted = readLimit(limit, MAX_LIMIT, DEFAULT_LIMIT);
  const from = single("after", after) ?? "";
  const matches = readFilters(kind, others);
  if (matches.length === 0) {
    const found = store.list(kind, { limit: wanted + 1, after: from });
    return pageOf(found.map(resourceOf), wanted, store.count(kind));
  }
  return filteredPage(store, kind, { wanted, from, matches });
}

interface Filtered {
  readonly wanted: number;
  readonly from: string;
  readonly matches: readonly Match[];
}

async function filteredPage(store: ConfigurationStore, kind: Kind, filtered: Filtered): Promise<Page> {
  const { wanted, from, matches } = filtered;
  const found: Resource[] = [];
  let total = 0;
  let after = "";
  for (;;) {
    const batch: StoredObject[] = store.list(kind, { limit: BATCH, after });
    for (const object of batch) {
      const resource = resourceOf(object);
      if (!matches.every((match) => match(resource))) continue;
      total += 1;
      if (object.name > from && found.length <= wanted) found.push(resource);
    }
    const last = batch.at(-1);
    if (last === undefined || batch.length < BATCH) return pageOf(found, wanted, total);
    after = last.name;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** @param found one more than wanted when there are more */
function pageOf(found: readonly Resource[], wanted: number, total: number): Page {
  const items = found.slice(0, wanted);
  return { items, next: found.length > wanted ? (items.at(-1)?.id ?? null) : null, total };
}

/** @throws {RestError} `bad-parameter` */
export function readLimit(given: Query[string] | undefined, most: number, otherwise: number): number {
  const text = single("limit", given);
  if (text === undefined) return otherwise;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > most) throw new RestError("bad-parameter", `limit: expected 1 to ${most}`);
  return limit;
}

/** @throws {RestError} `bad-parameter` when it is there twice */
export function single(key: string, value: Query[string] | undefined): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw new RestError("bad-parameter", `${key}: is there twice`);
}

type Match = (resource: Resource) => boolean;

function readFilters(kind: Kind, query: Query): Match[] {
  const filters = Object.entries(query);
  if (filters.length > MAX_FILTERS) throw new RestError("bad-parameter", `expected at most ${MAX_FILTERS} filters`);
  return filters.map(([key, given]): Match => {
    const texts = typeof given === "string" ? [given] : given;
    if (texts.some((text) => text.length > MAX_TEXT)) throw new RestError("bad-parameter", `${key}: is too long`);
    if (key === "q") {
      const words = texts.map((text) => text.toLowerCase());
      return (resource) => words.every((word) => hasText(resource, word));
    }
    const path = key.split(".");
    refuseUnknown(kind, path[0] ?? "");
    return (resource) => valuesAt(resource, path).some((value) => texts.includes(value));
  });
}

function refuseUnknown(kind: Kind, key: string): void {
  const isKnown = ["id", "revision"].includes(key) || Object.hasOwn(SCHEMAS[kind].shape, key);
  if (isKnown && !secretPathsOf(kind).some((path) => path.length === 1 && path[0] === key)) return;
  throw new RestError("bad-parameter", `${key}: is neither a field of ${kind} nor limit, after or q`);
}

function valuesAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, path));
  const [key, ...rest] = path;
  if (typeof value === "object" && value !== null) {
    if (key === undefined || !Object.hasOwn(value, key)) return [];
    return valuesAt((value as Record<string, unknown>)[key], rest);
  }
  return key === undefined ? [String(value)] : [];
}

function hasText(value: unknown, word: string): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some((each) => hasText(each, word));
  return (typeof value === "string" || typeof value === "number") && String(value).toLowerCase().includes(word);
}
