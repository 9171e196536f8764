import type { FeatureName } from "../world.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { BARGE } from "./barge.ts";
import { CONFERENCE } from "./conference.ts";
import { MAKE_CALL } from "./make-call.ts";
import { TRANSFER } from "./transfer.ts";

/** The machines of the features that have one. */
export const MACHINES: Readonly<Partial<Record<FeatureName, FeatureMachine>>> = {
  transfer: TRANSFER,
  conference: CONFERENCE,
  barge: BARGE,
  "make-call": MAKE_CALL,
};
