import type { FeatureName } from "../world.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { HUNT } from "./hunt.ts";
import { MAKE_CALL } from "./make-call.ts";
import { SETTING } from "./setting.ts";
import { TRANSFER } from "./transfer.ts";

/** The machines of the features that have one. */
export const MACHINES: Readonly<Partial<Record<FeatureName, FeatureMachine>>> = {
  transfer: TRANSFER,
  "make-call": MAKE_CALL,
  hunt: HUNT,
  setting: SETTING,
};
