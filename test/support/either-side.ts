import type { EstablishedCall } from "./established-call.ts";
import type { PhoneCall } from "./sip-phone.ts";

/** Both parties of a call, each once as the first: what holds for one leg is to hold for the other. */
export const EITHER_SIDE: readonly (readonly [string, (call: EstablishedCall) => readonly [PhoneCall, PhoneCall]])[] = [
  ["caller", ({ near, far }) => [near, far]],
  ["callee", ({ near, far }) => [far, near]],
];
