import { DEVICE_KINDS, type BodyOf } from "../model/kinds.ts";
import { ruleFaults, type ModelView } from "../model/rules.ts";
import { uniqueKeysOf } from "../model/unique-keys.ts";
import { checkFeatureCodes } from "./check-feature-codes.ts";
import { keyOf, type Draft, type Touched } from "./draft.ts";
import { STEP, type Steps } from "./steps.ts";

/**
 * Checks the rules between objects, unique keys, and that an administrator stays.
 * @param isUndo what was there once is not asked where its secrets come from
 */
export function* checkRules(draft: Draft, isUndo: boolean): Steps<void> {
  const touchedUsers = usersByDevice(draft);
  const view: ModelView = {
    body: (kind, name) => draft.body(kind, name),
    usersOf: (device) => usersOf(draft, device, touchedUsers.get(device) ?? []),
  };
  const keys = new Map<string, string>();
  let done = 0;
  for (const touched of draft.touched()) {
    if (draft.isFull) return;
    const { kind, name, before, after } = touched;
    if (after !== undefined) {
      for (const { path, message } of ruleFaults(kind, after, view, isUndo ? undefined : before)) {
        draft.violate({ code: "rule-violated", kind, name, path, message });
      }
      checkKeys(draft, touched, keys);
    }
    if (++done % STEP === 0) yield;
  }
  checkAdministrators(draft);
  checkFeatureCodes(draft);
}

function checkKeys(draft: Draft, { kind, name, after }: Touched, keys: Map<string, string>): void {
  const own = keyOf(kind, name);
  if (after === undefined) return;
  for (const { scope, key, path } of uniqueKeysOf(kind, after)) {
    const earlier = keys.get(`${scope} ${key}`);
    const other = earlier ?? holderOf(draft, scope, key);
    if (earlier === own) {
      draft.violate({ code: "rule-violated", kind, name, path, message: `${scope} ${key} is there twice` });
    } else if (other !== undefined && other !== own) {
      draft.violate({ code: "rule-violated", kind, name, path, message: `${other} has the same ${scope} ${key}` });
    }
    keys.set(`${scope} ${key}`, own);
  }
}

/** Whoever has a key before the change and still after it. */
function holderOf(draft: Draft, scope: string, key: string): string | undefined {
  const holder = draft.view.holder(scope, key);
  if (holder === undefined) return undefined;
  const after = draft.body(holder.kind, holder.name);
  const keeps =
    after !== undefined && uniqueKeysOf(holder.kind, after).some((one) => one.scope === scope && one.key === key);
  return keeps ? keyOf(holder.kind, holder.name) : undefined;
}

function usersByDevice(draft: Draft): Map<string, BodyOf<"user">[]> {
  const users = new Map<string, BodyOf<"user">[]>();
  for (const { kind, after } of draft.touched()) {
    if (kind !== "user" || after === undefined) continue;
    const user = after as BodyOf<"user">;
    for (const device of user.devices) {
      const list = users.get(device);
      if (list === undefined) users.set(device, [user]);
      else list.push(user);
    }
  }
  return users;
}

function usersOf(draft: Draft, device: string, touched: readonly BodyOf<"user">[]): BodyOf<"user">[] {
  const known = new Set(touched.map(({ name }) => name));
  const referrers = DEVICE_KINDS.flatMap((kind) => draft.view.referrers(kind, device));
  const others = referrers.flatMap(({ kind, name }) => {
    if (kind !== "user" || known.has(name)) return [];
    known.add(name);
    const user = draft.body("user", name);
    return user?.devices.includes(device) === true ? [user] : [];
  });
  return [...touched, ...others];
}

/** Once there is an administrator there is always one: nobody else could make another. */
function checkAdministrators(draft: Draft): void {
  const isAdministrator = (body: unknown): boolean => (body as BodyOf<"user"> | undefined)?.role === "administrator";
  const lost: string[] = [];
  for (const { kind, name, before, after } of draft.touched()) {
    if (kind !== "user") continue;
    if (isAdministrator(after)) return;
    if (isAdministrator(before)) lost.push(name);
  }
  const [first] = lost;
  if (first === undefined || draft.view.administrators().some((name) => !lost.includes(name))) return;
  draft.violate({
    code: "rule-violated",
    kind: "user",
    name: first,
    path: ["role"],
    message: "is the last administrator",
  });
}
