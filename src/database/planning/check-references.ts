import { REFERENCES, type ReferenceRule } from "../model/kinds.ts";
import { textsAt, withoutTexts } from "../model/paths.ts";
import type { AnyBody, Draft, Touched } from "./draft.ts";
import { STEP, type Steps } from "./steps.ts";

/**
 * Takes references to what the change deletes out of those that had them, where the rule says so, and refuses the others;
 * refuses references to what is not there.
 */
export function* checkReferences(draft: Draft): Steps<void> {
  let done = 0;
  for (const { kind, name, before, after } of [...draft.touched()]) {
    if (before === undefined || after !== undefined) continue;
    for (const referrer of draft.view.referrers(kind, name)) draft.touch(referrer.kind, referrer.name);
    if (++done % STEP === 0) yield;
  }
  for (const touched of draft.touched()) {
    if (draft.isFull) return;
    for (const rule of REFERENCES[touched.kind]) checkRule(draft, touched, rule);
    if (++done % STEP === 0) yield;
  }
}

function checkRule(draft: Draft, touched: Touched, { path, target, onDelete }: ReferenceRule): void {
  const { kind, name, before } = touched;
  const had = new Set(textsAt(before, path).map(({ value }) => value));
  const gone = new Map<string, Touched>();
  for (const { path: place, value } of textsAt(touched.after, path)) {
    const deleted = had.has(value) ? draft.deleted(target, value) : undefined;
    if (deleted !== undefined) gone.set(value, deleted);
    if (had.has(value) || draft.has(target, value)) continue;
    const message = `there is no ${target.replaceAll("-", " ")} ${value}`;
    draft.violate({ code: "missing-reference", kind, name, path: place, message });
  }
  if (gone.size === 0) return;
  if (onDelete === "detach") {
    touched.after = withoutTexts(touched.after, path, (text) => gone.has(text)) as AnyBody;
    return;
  }
  for (const deleted of gone.values()) {
    const message = `${kind} ${name} refers to it (${path.join(".")})`;
    draft.violate({ code: "in-use", kind: deleted.kind, name: deleted.name, path: [], message });
  }
}
