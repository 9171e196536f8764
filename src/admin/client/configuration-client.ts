import { collectionOf, type Kind } from "../../database/index.ts";
import { RestRefusal } from "./rest-refusal.ts";
import { isChangedMeanwhile, type RestClient } from "./rest-client.ts";

type Json = Readonly<Record<string, unknown>>;

/** An object as REST gives it: its fields, its name as `id`, and the change that made it so as `revision`. */
export interface Resource extends Json {
  readonly id: string;
  readonly revision: number;
}

/** A step of a change. */
export interface BulkOperation {
  readonly operation: "create" | "put" | "replace" | "merge" | "delete";
  readonly collection: string;
  readonly id?: string;
  readonly body?: unknown;
}

/** What narrows a list. */
export interface ListFilter {
  /** Field to value. */
  readonly where?: Readonly<Record<string, string>>;
  /** Text that occurs somewhere. */
  readonly text?: string;
}

const PAGE = 1_000;
/** More pages than a server of ours has objects for. */
const MAX_PAGES = 1_000;
const MAX_ATTEMPTS = 5;

/** The objects of the configuration, over REST. All methods throw what `RestClient.request` does. */
export class ConfigurationClient {
  readonly rest: RestClient;

  constructor(rest: RestClient) {
    this.rest = rest;
  }

  /** All objects of a kind that the filter lets through, in the order of names. */
  list(kind: Kind, filter: ListFilter = {}): Promise<Resource[]> {
    return this.rows(`/${collectionOf(kind)}`, { ...filter.where, q: filter.text }) as Promise<Resource[]>;
  }

  /** All rows of a collection that comes in pages. */
  async rows(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<Json[]> {
    const rows: Json[] = [];
    let after: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await this.rest.request("GET", path, { query: { ...query, limit: PAGE, after } });
      const { items, next } = answer as { readonly items: readonly Json[]; readonly next?: string | null };
      rows.push(...items);
      if (typeof next !== "string" || next === after) break;
      after = next;
    }
    return rows;
  }

  /** `undefined` when there is none. */
  async find(kind: Kind, id: string): Promise<Resource | undefined> {
    try {
      return await this.get(kind, id);
    } catch (error) {
      if (error instanceof RestRefusal && error.code === "not-found") return undefined;
      throw error;
    }
  }

  async get(kind: Kind, id: string): Promise<Resource> {
    return (await this.rest.request("GET", pathOf(kind, id))) as Resource;
  }

  /**
   * Changes an object by a patch (RFC 7396) that is made of what it is now; read again, at most five times, when
   * others change it at the same time.
   */
  async change(kind: Kind, id: string, patchOf: (now: Resource) => Json): Promise<Resource> {
    for (let attempt = 1; ; attempt += 1) {
      const now = await this.get(kind, id);
      try {
        const options = { body: patchOf(now), ifRevision: now.revision };
        return (await this.rest.request("PATCH", pathOf(kind, id), options)) as Resource;
      } catch (error) {
        if (!isChangedMeanwhile(error) || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Makes a change of several steps: all of it or nothing. @returns its number; `undefined` when nothing was to do */
  async bulk(summary: string, operations: readonly BulkOperation[]): Promise<number | undefined> {
    const answer = await this.rest.request("POST", "/bulk", { body: { summary, operations } });
    const { sequence } = (answer ?? {}) as { readonly sequence?: unknown };
    return typeof sequence === "number" ? sequence : undefined;
  }
}

function pathOf(kind: Kind, id: string): string {
  return `/${collectionOf(kind)}/${encodeURIComponent(id)}`;
}
