import assert from "node:assert/strict";
import type { PeerSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { KAMAILIO, KamailioProvider } from "../../support/kamailio-provider.ts";
import { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PASSWORD = "s3cret";

describe("Kamailio as a provider that the switch registers with (left out where Kamailio is not installed)", () => {
  let cleanup: Cleanup;
  let outside: SipPhone;
  let node: SwitchFixture;
  before(function () {
    if (KAMAILIO === undefined) this.skip();
  });
  beforeEach(async () => {
    cleanup = new Cleanup();
    const place = { address: "127.0.0.31", port: await freePort("127.0.0.31") };
    const provider = cleanup.add(await KamailioProvider.start("127.0.0.30", PASSWORD, place), (one) => one.close());
    outside = cleanup.add(
      await SipPhone.start({ ...place, number: "0900", user: "+4930123", password: "", server: provider }),
      (one) => one.close(),
    );
    const peer: PeerSource = {
      name: "provider",
      addresses: [],
      uri: provider.uri,
      prefixes: ["0"],
      profile: { ...TEST_PROFILE, kind: "trunk" },
      maxCalls: 10,
      transit: false,
      registration: { registrar: provider.uri, user: "1001", expiresSeconds: 60 },
      sealedPassword: PASSWORD,
      pingSeconds: 1,
    };
    const secrets = { unseal: (sealed: string) => sealed };
    node = cleanup.add(await SwitchFixture.start({ peers: [peer], secrets }), (one) => one.stop());
    await eventually(
      () => {
        assert.deepEqual(
          node.manager.views.trunkStates().map(({ state, reason }) => [state, reason]),
          [["up", undefined]],
        );
        assert.ok(node.metric("tandem_trunk_pings_total", { result: "answered" }) > 0);
      },
      { timeoutMs: 5_000, intervalMs: 10 },
    );
  });
  afterEach(async () => {
    await cleanup.run();
  });
  it("given the binding, when somebody outside calls the number, then its phone rings, and both can talk and hang up", async () => {
    const alice = await node.phone("1001");
    const call = await outside.call("1001", { sdp: testSdp(4_000) });
    const offered = await alice.offered();
    assert.match(offered.offer?.get("from") ?? "", /\+4930123/);
    await Promise.all([call.established(), offered.answer({ sdp: testSdp(5_000) })]);
    const [bye] = await Promise.all([offered.bye(), call.takeBye()]);
    assert.equal(bye.status, 200);
    await node.settled(1);
  });

  it("given a provider that challenges each call, when a phone calls outside, then it gets through and can hang up", async () => {
    const alice = await node.phone("1001");
    const call = await alice.call("0900", { sdp: testSdp(4_000) });
    const offered = await outside.offered();
    await Promise.all([call.established(), offered.answer({ sdp: testSdp(5_000) })]);
    const [bye] = await Promise.all([call.bye(), offered.takeBye()]);
    assert.equal(bye.status, 200);
    await node.settled(1);
  });

  it("given the binding, when the node goes down for good, then the provider knows it no more", async () => {
    await node.manager.endCalls(2_000);
    const call = await outside.call("1001", { sdp: testSdp(4_000) });
    assert.equal((await call.invite?.final())?.status, 404);
  });
});
