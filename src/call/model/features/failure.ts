import type { CommandFailure } from "../../../signals/index.ts";
import type { Why } from "../why.ts";

const BUSY = 17;
/** Unallocated number, no route, number changed, invalid number format. */
const UNKNOWN = new Set([1, 2, 3, 22, 28]);
/** Subscriber absent. */
const ABSENT = 20;
/** No user responding, no answer from user. */
const SILENT = new Set([18, 19]);

/** Outgoing calls barred. */
const BARRED = 52;

/** How it is called that a number could not be reached. */
export function failureOf({ cause }: Why): CommandFailure {
  if (cause === BUSY) return "destination-busy";
  if (cause === BARRED) return "destination-barred";
  if (cause === ABSENT) return "destination-unregistered";
  if (UNKNOWN.has(cause)) return "destination-unknown";
  return SILENT.has(cause) ? "destination-no-answer" : "destination-out-of-order";
}
