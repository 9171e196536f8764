import assert from "node:assert/strict";
import { type EstablishedCall, hangUp } from "./established-call.ts";
import type { SwitchFixture } from "./switch-fixture.ts";
import { testSdp } from "./test-sdp.ts";

/**
 * Asserts that a call is as it was: both parties have been told nothing, either can change the session and the other
 * follows, and its end leaves nothing. Ends it.
 * @param records that there are then, its own the last
 */
export async function assertUnharmed(
  { near, far }: Pick<EstablishedCall, "near" | "far">,
  node: SwitchFixture,
  records = 1,
): Promise<void> {
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
    // What the ACK was followed by has come, and so has the ACK: the other party's change does not cross it.
    const info = by.send("INFO", { body: "5", contentType: "application/dtmf" });
    other.respond(await other.request("INFO"), 200);
    assert.equal((await info.final()).status, 200);
  }
  await hangUp(near, far);
  const ended = await node.settled(records);
  assert.equal(ended.at(-1)?.reason, "normal");
}
