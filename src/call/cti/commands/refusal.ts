import type { CommandActor, CtiFailure } from "../../../signals/index.ts";
import type { CommandOutcome } from "./command-record.ts";

/** A command that was not done. */
export type Refusal = Extract<CommandOutcome, { ok: false }>;

/** What an application is told beside the failure itself. */
export type RefusalFacts = Partial<Omit<Refusal, "ok" | "failure" | "detail" | "actor">> & {
  readonly actor?: CommandActor | undefined;
};

/** Absent facts are left out. Unless they say otherwise nothing has been done. */
export function refusal(failure: CtiFailure, detail: string, { actor, ...facts }: RefusalFacts = {}): Refusal {
  return {
    ok: false,
    failure,
    detail,
    outcome: "not-applied",
    ...facts,
    ...(actor === undefined ? {} : { actor }),
  };
}

/** The same command is to be tried again by the same key: it is not remembered that it was not done. */
const TRANSIENT: ReadonlySet<CtiFailure> = new Set([
  "command-pending",
  "deadline-passed",
  "key-running",
  "pending",
  "redirect-pending",
  "no-bridge",
  "park-no-slot",
  "too-many",
]);

export function isTransient(outcome: CommandOutcome): boolean {
  return !outcome.ok && outcome.outcome === "not-applied" && TRANSIENT.has(outcome.failure);
}
