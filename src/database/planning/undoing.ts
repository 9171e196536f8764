import type { ChangeEntry, ChangeRecord, Operation } from "../configuration-store.ts";
import type { Violation } from "../database-error.ts";
import type { PlanningView } from "./draft.ts";
import { refuseIfAny } from "./plan.ts";

/**
 * The operations that take a change back.
 * @throws {DatabaseError} `changed-meanwhile` when an object of it is not as the change left it
 */
export function undoing({ sequence, entries }: ChangeRecord, view: Pick<PlanningView, "get">): Operation[] {
  const isChanged = ({ kind, name, after }: ChangeEntry): boolean => {
    const revision = view.get(kind, name)?.revision;
    return after === undefined ? revision !== undefined : revision !== sequence;
  };
  const message = `has been changed since change ${sequence}`;
  refuseIfAny(
    entries
      .filter(isChanged)
      .map(({ kind, name }): Violation => ({ code: "changed-meanwhile", kind, name, path: [], message })),
  );
  return entries.map(inverseOf);
}

function inverseOf({ kind, name, before, after }: ChangeEntry): Operation {
  if (before === undefined) return { type: "delete", kind, name };
  if (after === undefined) return { type: "create", kind, body: before };
  return { type: "replace", kind, name, body: before };
}
