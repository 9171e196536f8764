import assert from "node:assert/strict";
import type { EstablishedCall } from "./established-call.ts";
import type { PhoneCall } from "./sip-phone.ts";

/** Lets one party hang up and the other take it; both dialogs are then over. */
export async function hangUp(by: PhoneCall, other: PhoneCall): Promise<void> {
  const bye = by.bye();
  await other.takeBye();
  assert.equal((await bye).status, 200);
}

/** Both parties of a call, each once as the first: what holds for one leg is to hold for the other. */
export const EITHER_SIDE: readonly (readonly [string, (call: EstablishedCall) => readonly [PhoneCall, PhoneCall]])[] = [
  ["caller", ({ near, far }) => [near, far]],
  ["callee", ({ near, far }) => [far, near]],
];
