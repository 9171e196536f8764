import type { TollGuardName } from "../../toll/index.ts";
import type { BranchRefusal } from "../leg/branch.ts";
import { rejection, type Rejection } from "../rejection.ts";

/** Q.850: outgoing calls barred. */
const BARRED = 52;

const TEXTS: Readonly<Record<TollGuardName, string>> = {
  international: "International calls are not allowed here",
  premium: "Calls to premium numbers are not allowed here",
  "calls-per-hour": "Too many calls by trunks in the last hour",
  "concurrent-calls": "Too many calls by trunks at a time",
};

/** What who must not make a call is told. */
export function tollRejection(guard: TollGuardName): Rejection {
  return rejection(403, `toll-${guard}`, [["Warning", `399 tandem "${TEXTS[guard]}"`]], BARRED);
}

/** Why a trunk is passed over. */
export function tollRefusal(guard: TollGuardName): BranchRefusal {
  return { status: 403, told: { text: `Q.850;cause=${BARRED};text="${TEXTS[guard]}"`, cause: BARRED } };
}
