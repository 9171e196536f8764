import { isDeepStrictEqual } from "node:util";
import type { ChangeEntry, Referrer, StoredObject } from "../configuration-store.ts";
import type { Violation } from "../database-error.ts";
import { kindsOfTarget, type BodyOf, type Kind, type ReferenceRule } from "../model/kinds.ts";

export type AnyBody = BodyOf<Kind>;

/** What planning reads: the objects before the change. */
export interface PlanningView {
  get(kind: Kind, name: string): StoredObject | undefined;
  referrers(kind: Kind, name: string): Referrer[];
  /** Who has a unique key. */
  holder(scope: string, key: string): { readonly kind: Kind; readonly name: string } | undefined;
  /** Names of the users that are administrators. */
  administrators(): readonly string[];
}

/** An object that a change touches. */
export interface Touched {
  readonly kind: Kind;
  readonly name: string;
  readonly before: AnyBody | undefined;
  readonly revision: number | undefined;
  after: AnyBody | undefined;
}

/** Violations that are told of one change. */
const MAX_VIOLATIONS = 1_000;

/** The objects that a change touches, and how everything stands after it. */
export class Draft {
  readonly violations: Violation[] = [];
  readonly view: PlanningView;
  readonly #touched = new Map<string, Touched>();
  /** Objects that are only read: many refer to the same few. */
  readonly #read = new Map<string, StoredObject | undefined>();

  constructor(view: PlanningView) {
    this.view = view;
  }

  get isFull(): boolean {
    return this.violations.length >= MAX_VIOLATIONS;
  }

  touched(): IterableIterator<Touched> {
    return this.#touched.values();
  }

  violate(violation: Violation): void {
    if (!this.isFull) this.violations.push(violation);
  }

  /** The object as a change touches it; from then on references, rules and keys of it are checked. */
  touch(kind: Kind, name: string): Touched {
    const key = keyOf(kind, name);
    const known = this.#touched.get(key);
    if (known !== undefined) return known;
    const stored = this.#stored(kind, name);
    this.#read.delete(key);
    const touched: Touched = { kind, name, before: stored?.body, revision: stored?.revision, after: stored?.body };
    this.#touched.set(key, touched);
    return touched;
  }

  /** An object as it is after the change. */
  body<K extends Kind>(kind: K, name: string): BodyOf<K> | undefined {
    const touched = this.#touched.get(keyOf(kind, name));
    return (touched === undefined ? this.#stored(kind, name)?.body : touched.after) as BodyOf<K> | undefined;
  }

  /** True when there is an object for a reference after the change. */
  has(target: ReferenceRule["target"], name: string): boolean {
    return kindsOfTarget(target).some((kind) => this.body(kind, name) !== undefined);
  }

  /** What a reference led to before the change, when the change deletes it. */
  deleted(target: ReferenceRule["target"], name: string): Touched | undefined {
    for (const kind of kindsOfTarget(target)) {
      const touched = this.#touched.get(keyOf(kind, name));
      if (touched?.before !== undefined && touched.after === undefined) {
        return this.has(target, name) ? undefined : touched;
      }
    }
    return undefined;
  }

  entries(): ChangeEntry[] {
    return [...this.#touched.values()].flatMap(({ kind, name, before, after }) => {
      if (isDeepStrictEqual(before, after)) return [];
      const was = before === undefined ? {} : { before };
      return [{ kind, name, ...was, ...(after === undefined ? {} : { after }) }];
    });
  }

  #stored(kind: Kind, name: string): StoredObject | undefined {
    const key = keyOf(kind, name);
    if (!this.#read.has(key)) this.#read.set(key, this.view.get(kind, name));
    return this.#read.get(key);
  }
}

/** Names an object among those of all kinds. */
export function keyOf(kind: Kind, name: string): string {
  return `${kind} ${name}`;
}
