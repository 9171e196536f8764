import assert from "node:assert/strict";
import { hangUp, sdpLine, statusesTo } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

describe("interop 03: 183 with SDP followed at once by 200", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  /** Responses of the callee in one burst, the last one a 200; each carries the SDP given with it. */
  async function burst(
    responses: readonly (readonly [number, string | undefined])[],
    beforeBurst: () => () => void = () => () => undefined,
  ): Promise<{ near: PhoneCall; far: PhoneCall; answer: SipMessage }> {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    const { offer } = far;
    assert.ok(offer !== undefined);
    const afterwards = beforeBurst();
    for (const [status, sdp] of responses) far.respond(offer, status, sdp === undefined ? {} : { sdp });
    await far.request("ACK");
    afterwards();
    return { near, far, answer: await near.established() };
  }

  /** Nothing provisional after the 200, and one 200. */
  function assertOrder(): void {
    const statuses = statusesTo(alice, "INVITE").filter((status) => status !== 100 && status !== 401);
    assert.equal(statuses.at(-1), 200, statuses.join());
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join());
  }

  for (const by of ["caller", "callee"] as const) {
    it(`given 183 and 200 with the same SDP in one burst, when both arrive, then the call is up on that session, nothing follows the 200, and the ${by} can hang up`, async () => {
      const { near, far, answer } = await burst([
        [183, testSdp(5_000)],
        [200, testSdp(5_000)],
      ]);
      assert.equal(sdpLine(answer, "c="), "c=IN IP4 192.0.2.200");
      await (by === "caller" ? hangUp(near, far) : hangUp(far, near));
      await node.settled(1);
      assertOrder();
    });
  }

  it("given a relay that is slow with the 183, when the 200 has come meanwhile, then the caller gets the 200 and no 183 after it", async () => {
    const { near, far, answer } = await burst(
      [
        [183, testSdp(5_000)],
        [200, testSdp(5_000)],
      ],
      () => node.relay.hold(),
    );
    assert.equal(answer.status, 200);
    await hangUp(near, far);
    await node.settled(1);
    assertOrder();
  });

  it("given 180, 183 and a 200 with another SDP in one burst, when all arrive, then the 200 says what the callee said last", async () => {
    const other = testSdp(5_002).replace("m=audio 5002 RTP/AVP 8 0 101", "m=audio 5002 RTP/AVP 0 101");
    const { near, far, answer } = await burst([
      [180, undefined],
      [183, testSdp(5_000)],
      [200, other],
    ]);
    assert.match(sdpLine(answer, "m="), / RTP\/AVP 0 101$/);
    await hangUp(near, far);
    await node.settled(1);
    assertOrder();
  });

  it("given a gateway that answers in its 183 and not again in its 200, when both arrive, then the 183's session stands (RFC 3261 13.2.1)", async () => {
    const { near, far, answer } = await burst([
      [183, testSdp(5_000)],
      [200, undefined],
    ]);
    assert.equal(sdpLine(answer, "c="), "c=IN IP4 192.0.2.200");
    await hangUp(far, near);
    await node.settled(1);
    assertOrder();
  });

  it("given a fork that answered in a 183, when another fork's 200 has no answer, then that is ended and the caller refused", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    const { offer } = far;
    assert.ok(offer !== undefined);
    bob.respond(offer, 183, "another-fork", { sdp: testSdp(5_000) });
    far.respond(offer, 200);
    await far.request("ACK");
    await far.takeBye();
    assert.equal((await near.invite?.final())?.status, 500);
    await node.settled(1);
  });
});
