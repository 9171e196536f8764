import { isDeepStrictEqual } from "node:util";
import type { ChangeEntry, Operation, Referrer, StoredObject } from "./configuration-store.ts";
import { DatabaseError, type Violation } from "./database-error.ts";
import { DEVICE_KINDS, kindsOfTarget, nameOf, REFERENCES, SCHEMAS, type BodyOf, type Kind } from "./model/kinds.ts";
import { mergePatch, textsAt, withoutText } from "./model/paths.ts";
import { ruleFaults, type ModelView } from "./model/rules.ts";
import { sealed } from "./model/sealing.ts";
import { uniqueKeysOf } from "./model/unique-keys.ts";
import type { SecretKeeper } from "./secret-keeper.ts";

type AnyBody = BodyOf<Kind>;

/** What planning reads: the objects before the change. */
export interface PlanningView {
  get(kind: Kind, name: string): StoredObject | undefined;
  referrers(kind: Kind, name: string): Referrer[];
  /** Who has a unique key. */
  holder(scope: string, key: string): { readonly kind: Kind; readonly name: string } | undefined;
}

/** Violations that are told of one change. */
const MAX_VIOLATIONS = 1_000;

/**
 * What a change does to which object. Operations see what those before them did; references and rules are checked when all
 * are done, so that their order does not matter.
 * @param operations with the passwords of users hashed
 * @throws {DatabaseError}
 */
export function plan(operations: readonly Operation[], view: PlanningView, keeper: SecretKeeper): ChangeEntry[] {
  const draft = new Draft(view, keeper);
  for (const operation of operations) draft.perform(operation);
  draft.detachDeleted();
  draft.checkReferences();
  draft.checkRules();
  refuseIfAny(draft.violations);
  return draft.entries();
}

function refuseIfAny(violations: readonly Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
  const place = first.path.length === 0 ? "" : ` ${first.path.map(String).join(".")}`;
  throw new DatabaseError(first.code, `${first.kind} ${first.name}${place}: ${first.message}${more}`, violations);
}

function refusalOf(
  operation: Operation,
  { kind, name, after }: Touched,
  revision: number | undefined,
  body: AnyBody | undefined,
): Pick<Violation, "code" | "message"> | undefined {
  const { type } = operation;
  if (type === "create" && after !== undefined) return { code: "already-exists", message: "is there already" };
  if (type !== "create" && type !== "put" && after === undefined)
    return { code: "not-found", message: "there is none" };
  if ("ifRevision" in operation && operation.ifRevision !== undefined && operation.ifRevision !== revision) {
    return { code: "changed-meanwhile", message: "has been changed since it was read" };
  }
  const now = body === undefined ? name : nameOf(kind, body);
  if (now !== name) {
    return { code: "bad-object", message: `the name cannot change to ${now}: make another and delete this one` };
  }
  return undefined;
}

function nameIn(kind: Kind, body: unknown): string {
  return typeof body === "object" && body !== null ? nameOf(kind, body as Record<string, unknown>) : "";
}

interface Touched {
  readonly kind: Kind;
  readonly name: string;
  readonly before: AnyBody | undefined;
  after: AnyBody | undefined;
}

/** The objects that a change touches. */
class Draft {
  readonly violations: Violation[] = [];
  readonly #view: PlanningView;
  readonly #keeper: SecretKeeper;
  readonly #touched = new Map<string, Touched>();

  constructor(view: PlanningView, keeper: SecretKeeper) {
    this.#view = view;
    this.#keeper = keeper;
  }

  perform(operation: Operation): void {
    if (this.violations.length >= MAX_VIOLATIONS) return;
    const { kind } = operation;
    if (operation.type === "create" || operation.type === "put") {
      const body = this.#parse(kind, nameIn(kind, operation.body), operation.body);
      if (body !== undefined) this.#finish(operation, this.#touch(kind, nameOf(kind, body)), body);
      return;
    }
    const touched = this.#touch(kind, operation.name);
    if (operation.type === "delete" || touched.after === undefined) return this.#finish(operation, touched, undefined);
    const given = operation.type === "merge" ? mergePatch(touched.after, operation.body) : operation.body;
    const body = this.#parse(kind, operation.name, given);
    if (body !== undefined) this.#finish(operation, touched, body);
  }

  #parse(kind: Kind, name: string, given: unknown): AnyBody | undefined {
    const result = SCHEMAS[kind].safeParse(given);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) {
      this.violations.push({ code: "bad-object", kind, name, path, message });
    }
    return undefined;
  }

  #finish(operation: Operation, touched: Touched, body: AnyBody | undefined): void {
    const { kind, name } = touched;
    const refusal = refusalOf(operation, touched, this.#view.get(kind, name)?.revision, body);
    if (refusal === undefined) touched.after = body === undefined ? undefined : sealed(kind, body, this.#keeper);
    else this.violations.push({ ...refusal, kind, name, path: [] });
  }

  /** Takes out references to what is deleted where the rule says so; every other one refuses the change. */
  detachDeleted(): void {
    for (const deleted of [...this.#touched.values()]) {
      if (deleted.after !== undefined || deleted.before === undefined) continue;
      for (const { kind, name } of this.#view.referrers(deleted.kind, deleted.name)) this.#detach(kind, name, deleted);
    }
  }

  #detach(kind: Kind, name: string, deleted: Touched): void {
    const referrer = this.#touch(kind, name);
    for (const { path, target, onDelete } of REFERENCES[kind]) {
      if (referrer.after === undefined || !kindsOfTarget(target).includes(deleted.kind)) continue;
      if (!textsAt(referrer.after, path).some(({ value }) => value === deleted.name)) continue;
      if (onDelete === "detach") {
        referrer.after = withoutText(referrer.after, path, deleted.name) as AnyBody;
        continue;
      }
      const message = `${kind} ${name} refers to it (${path.join(".")})`;
      this.violations.push({ code: "in-use", kind: deleted.kind, name: deleted.name, path: [], message });
    }
  }

  checkReferences(): void {
    for (const { kind, name, after } of this.#touched.values()) {
      if (after === undefined || this.violations.length >= MAX_VIOLATIONS) continue;
      for (const rule of REFERENCES[kind]) {
        for (const { path, value } of textsAt(after, rule.path)) {
          if (kindsOfTarget(rule.target).some((target) => this.#body(target, value) !== undefined)) continue;
          // That of a deleted object has been told with the object.
          if (kindsOfTarget(rule.target).some((target) => this.#touched.has(keyOf(target, value)))) continue;
          const message = `there is no ${rule.target.replaceAll("-", " ")} ${value}`;
          this.violations.push({ code: "missing-reference", kind, name, path, message });
        }
      }
    }
  }

  checkRules(): void {
    const view: ModelView = {
      body: <K extends Kind>(kind: K, name: string) => this.#body(kind, name) as BodyOf<K> | undefined,
      usersOf: (device) => this.#usersOf(device),
    };
    const keys = new Map<string, string>();
    for (const { kind, name, after } of this.#touched.values()) {
      if (after === undefined || this.violations.length >= MAX_VIOLATIONS) continue;
      const fault = (path: readonly PropertyKey[], message: string): void =>
        void this.violations.push({ code: "rule-violated", kind, name, path, message });
      for (const { path, message } of ruleFaults(kind, after, view)) fault(path, message);
      for (const { scope, key } of uniqueKeysOf(kind, after)) {
        const other = keys.get(`${scope} ${key}`) ?? this.#holderOf(scope, key, kind, name);
        if (other !== undefined && other !== keyOf(kind, name)) fault([], `${other} has the same ${scope} ${key}`);
        keys.set(`${scope} ${key}`, keyOf(kind, name));
      }
    }
  }

  entries(): ChangeEntry[] {
    return [...this.#touched.values()].flatMap(({ kind, name, before, after }) => {
      if (isDeepStrictEqual(before, after)) return [];
      const was = before === undefined ? {} : { before };
      return [{ kind, name, ...was, ...(after === undefined ? {} : { after }) }];
    });
  }

  /** Whoever has a key before the change and still after it. */
  #holderOf(scope: string, key: string, kind: Kind, name: string): string | undefined {
    const holder = this.#view.holder(scope, key);
    if (holder === undefined || (holder.kind === kind && holder.name === name)) return undefined;
    const after = this.#body(holder.kind, holder.name);
    const keeps =
      after !== undefined && uniqueKeysOf(holder.kind, after).some((one) => one.scope === scope && one.key === key);
    return keeps ? keyOf(holder.kind, holder.name) : undefined;
  }

  #usersOf(device: string): BodyOf<"user">[] {
    const names = new Set(
      DEVICE_KINDS.flatMap((kind) => this.#view.referrers(kind, device)).flatMap(({ kind, name }) =>
        kind === "user" ? [name] : [],
      ),
    );
    for (const { kind, name } of this.#touched.values()) if (kind === "user") names.add(name);
    return [...names].flatMap((name) => {
      const user = this.#body("user", name) as BodyOf<"user"> | undefined;
      return user?.devices.includes(device) === true ? [user] : [];
    });
  }

  #body(kind: Kind, name: string): AnyBody | undefined {
    const touched = this.#touched.get(keyOf(kind, name));
    return touched === undefined ? this.#view.get(kind, name)?.body : touched.after;
  }

  #touch(kind: Kind, name: string): Touched {
    const key = keyOf(kind, name);
    const known = this.#touched.get(key);
    if (known !== undefined) return known;
    const before = this.#view.get(kind, name)?.body;
    const touched: Touched = { kind, name, before, after: before };
    this.#touched.set(key, touched);
    return touched;
  }
}

function keyOf(kind: Kind, name: string): string {
  return `${kind} ${name}`;
}
