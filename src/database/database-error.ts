import { SwitchError } from "../common/index.ts";

/**
 * `not-found`: no such object. `already-exists`: there is one of that name. `bad-object`: the schema refuses it.
 * `missing-reference`: it names what is not there. `in-use`: others refer to it. `changed-meanwhile`: it is another
 * revision than the writer has seen. `rule-violated`: a rule between objects. `nothing-to-undo`: no such change, or undone
 * already. `database-busy`, `database-failed`: of the file.
 */
export type DatabaseErrorCode =
  | "not-found"
  | "already-exists"
  | "bad-object"
  | "missing-reference"
  | "in-use"
  | "changed-meanwhile"
  | "rule-violated"
  | "nothing-to-undo"
  | "database-busy"
  | "database-failed";

/** One thing that is wrong with a change: where, and what was expected. */
export interface Violation {
  readonly code: DatabaseErrorCode;
  readonly kind: string;
  readonly name: string;
  /** Path in the object; empty: all of it. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A change that was refused; nothing of it was done. The code is that of the first violation. */
export class DatabaseError extends SwitchError<DatabaseErrorCode> {
  readonly violations: readonly Violation[];

  constructor(code: DatabaseErrorCode, message: string, violations: readonly Violation[] = [], cause?: unknown) {
    super(code, message, {}, cause === undefined ? {} : { cause });
    this.violations = violations;
  }
}
