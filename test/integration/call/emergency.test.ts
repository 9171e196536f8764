import assert from "node:assert/strict";
import type { PeerSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { freePort } from "../../support/free-port.ts";
import { SipPhone, type PhoneCall } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE, type SwitchOptions } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const GATEWAY = "127.0.0.12";
const SOS = "urn:service:sos";

describe("emergency calls", () => {
  let cleanup: Cleanup;
  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(async () => {
    await cleanup.run();
  });

  async function start(route: string | undefined, options: SwitchOptions = {}): Promise<SwitchFixture> {
    const emergency = route === undefined ? {} : { emergency: { numbers: ["112", "110"], route } };
    const node = await SwitchFixture.start({ ...options, settings: { ...options.settings, ...emergency } });
    return cleanup.add(node, (one) => one.stop());
  }

  /** A gateway that takes emergency calls, and a switch that sends them there. */
  async function startWithGateway(changes: Partial<PeerSource> = {}, options: SwitchOptions = {}): Promise<Gateway> {
    const profile = { ...TEST_PROFILE, kind: "trunk" } as const;
    const port = await freePort(GATEWAY);
    const uri = `sip:${GATEWAY}:${port}`;
    const peer = { name: "gateway", addresses: [GATEWAY], uri, prefixes: [], profile, maxCalls: 10, transit: false };
    const other = { ...peer, name: "other", addresses: ["127.0.0.13"], uri: "sip:127.0.0.13" };
    const node = await start("gateway", { ...options, peers: [{ ...peer, ...changes }, other] });
    const far = await SipPhone.start({
      number: "1",
      user: "one",
      password: "",
      server: node.server,
      address: GATEWAY,
      port,
    });
    cleanup.add(far, (one) => one.close());
    return { node, far };
  }

  interface Gateway {
    readonly node: SwitchFixture;
    readonly far: SipPhone;
  }

  async function answer(callee: SipPhone, call: PhoneCall): Promise<PhoneCall> {
    const offered = await callee.offered();
    await offered.answer({ sdp: testSdp(5_000) });
    await call.established();
    return offered;
  }

  async function callAndAnswer(from: SipPhone, number: string, callee: SipPhone): Promise<PhoneCall> {
    return answer(callee, await from.call(number, { sdp: testSdp(4_000) }));
  }

  for (const [number, expected] of [
    [SOS, "112"],
    [`${SOS}.police`, "112"],
    ["110", "110"],
  ] as const) {
    it(`given a route to a peer, when a phone calls ${number}, then the peer is called with ${expected}, and it is recorded`, async () => {
      const { node, far } = await startWithGateway();
      const alice = await node.phone("1001");
      const call = await alice.call(number, { sdp: testSdp(4_000) });
      const taken = await answer(far, call);
      assert.equal(taken.offer?.uri, `sip:${expected}@${GATEWAY}:${far.port}`);
      const bye = call.bye();
      await taken.takeBye();
      assert.equal((await bye).status, 200);
      assert.equal((await node.settled(1))[0]?.calledNumber, number);
    });
  }

  it("given a route to a phone, when another calls urn:service:sos, then it rings there", async () => {
    const node = await start("1002");
    const [alice, guard] = [await node.phone("1001"), await node.phone("1002")];
    await callAndAnswer(alice, SOS, guard);
  });

  it("given phones and a peer with all the calls that they may have, when one calls 112, then it gets through; others do not", async () => {
    const { node, far } = await startWithGateway({ maxCalls: 1 }, { phones: [{ maxCalls: 1 }] });
    const alice = await node.phone("1001");
    await callAndAnswer(alice, "112", far);
    await callAndAnswer(alice, SOS, far);
    const other = await alice.call("9196", { sdp: testSdp(4_000) });
    assert.equal((await other.invite?.final())?.status, 486);
  });

  it("given a phone that hides, when it calls 112, then it is answered all the same, and the gateway knows who calls", async () => {
    const { node, far } = await startWithGateway();
    const alice = await node.phone("1001");
    const headers = [["Privacy", "id;location;critical"]] as const;
    const taken = await answer(far, await alice.call("112", { sdp: testSdp(4_000), headers }));
    assert.match(taken.offer?.get("from") ?? "", /<sip:1001@/);
    assert.equal(taken.offer?.has("privacy"), false);
  });

  it("given a phone with 20 emergency calls beyond its own, when it makes one more, then it gets 486; another phone gets through", async () => {
    const { node, far } = await startWithGateway({}, { phones: [{ maxCalls: 1 }] });
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    for (let calls = 0; calls < 21; calls += 1) {
      await alice.call("112", { sdp: testSdp(4_000) });
      await far.offered();
    }
    const refused = await alice.call("112", { sdp: testSdp(4_000) });
    assert.equal((await refused.invite?.final())?.status, 486);
    await callAndAnswer(bob, "112", far);
  });

  it("given a switch with all the calls that it may have, when one calls 112, then it gets through; others do not", async () => {
    const { node, far } = await startWithGateway({}, { settings: { maxCalls: 1 } });
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    await (await alice.call("9196", { sdp: testSdp(4_000) })).established();
    assert.equal((await (await bob.call("9196", { sdp: testSdp(4_000) })).invite?.final())?.status, 503);
    await callAndAnswer(bob, "112", far);
    await callAndAnswer(bob, SOS, far);
  });

  it("given a peer without transit, when it calls urn:service:sos, then the call goes on; the gateway's own does not come back", async () => {
    const { node, far } = await startWithGateway();
    const password = "";
    const pbx = await SipPhone.start({
      number: "2",
      user: "two",
      password,
      server: node.server,
      address: "127.0.0.13",
    });
    cleanup.add(pbx, (one) => one.close());
    await callAndAnswer(pbx, SOS, far);
    const back = await far.call(SOS, { sdp: testSdp(4_000) });
    assert.equal((await back.invite?.final())?.status, 404);
  });

  it("given no place for emergency calls, when urn:service:sos is called, then 404 says so, with Reason and Warning", async () => {
    const node = await start(undefined);
    const alice = await node.phone("1001");
    const refused = await (await alice.call(SOS, { sdp: testSdp(4_000) })).invite?.final();
    assert.equal(refused?.status, 404);
    assert.match(refused.get("warning") ?? "", /^399 tandem "This switch has no place that emergency calls go to"$/);
    assert.match(refused.get("reason") ?? "", /^Q\.850;cause=\d+/);
    assert.equal((await node.settled(1))[0]?.calledNumber, SOS);
  });

  it("given another service, when it is called, then it gets 416", async () => {
    const node = await start("1002");
    const alice = await node.phone("1001");
    const refused = await (await alice.call("urn:service:counseling", { sdp: testSdp(4_000) })).invite?.final();
    assert.equal(refused?.status, 416);
  });
});
