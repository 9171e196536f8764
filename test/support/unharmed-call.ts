import assert from "node:assert/strict";
import { hangUp } from "./end-of-call.ts";
import type { EstablishedCall } from "./established-call.ts";
import type { SwitchFixture } from "./switch-fixture.ts";
import { testSdp } from "./test-sdp.ts";

/**
 * Asserts that a call is as it was: both parties have been told nothing, either can change the session and the other
 * follows, and its end leaves nothing. Ends it.
 */
export async function assertUnharmed({ near, far }: EstablishedCall, node: SwitchFixture): Promise<void> {
  const told = [...near.requests.waiting, ...far.requests.waiting].map(({ method }) => method);
  assert.deepEqual(told, [], "requests that nobody should have had");
  for (const [by, other] of [
    [near, far],
    [far, near],
  ] as const) {
    const change = by.send("INVITE", { sdp: testSdp(6_000, [], 9) });
    const passed = await other.request("INVITE");
    other.respond(passed, 200, { sdp: testSdp(7_000, [], 9) });
    await other.request("ACK");
    const answer = await change.final();
    assert.equal(answer.status, 200);
    by.ack(change, answer);
  }
  await hangUp(near, far);
  const [record] = await node.settled(1);
  assert.equal(record?.reason, "normal");
}
