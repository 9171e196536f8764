import type { ChangeEntry, Operation } from "../configuration-store.ts";
import { DatabaseError, type Violation } from "../database-error.ts";
import type { SecretKeeper } from "../secret-keeper.ts";
import { checkProfiles, type KnownProfiles } from "./check-profiles.ts";
import { checkReferences } from "./check-references.ts";
import { checkRules } from "./check-rules.ts";
import { Draft, type PlanningView } from "./draft.ts";
import { perform } from "./perform.ts";
import { STEP, type Steps } from "./steps.ts";

/**
 * What a change does to which object. Operations see what those before them did; references and rules are checked when all
 * are done, so that their order does not matter.
 * @param operations with the passwords of users hashed
 * Without `profiles` the SIP profiles of devices are not checked.
 * @throws {DatabaseError}
 */
export function* plan(
  operations: readonly Operation[],
  view: PlanningView,
  keeper: SecretKeeper,
  { isUndo = false, profiles }: { readonly isUndo?: boolean; readonly profiles?: KnownProfiles | undefined } = {},
): Steps<ChangeEntry[]> {
  const draft = new Draft(view);
  let done = 0;
  for (const operation of operations) {
    if (draft.isFull) break;
    perform(draft, operation, keeper);
    if (++done % STEP === 0) yield;
  }
  yield* checkReferences(draft);
  if (profiles !== undefined) yield* checkProfiles(draft, profiles);
  yield* checkRules(draft, isUndo);
  refuseIfAny(draft.violations);
  return draft.entries();
}

/** @throws {DatabaseError} with the code of the first violation, when there is one */
export function refuseIfAny(violations: readonly Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
  const place = [first.kind, first.name, first.path.map(String).join(".")].filter((text) => text !== "").join(" ");
  throw new DatabaseError(first.code, `${place}: ${first.message}${more}`, violations);
}
