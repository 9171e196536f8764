import assert from "node:assert/strict";
import type { PeerSource, PhoneSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const ALLOW = "INVITE, ACK, BYE, CANCEL, UPDATE";
const TWO_LINES: readonly Partial<PhoneSource>[] = [{}, { name: "phone-1001", user: "1001" }];
const TRUNK: PeerSource = {
  name: "trunk",
  addresses: ["127.0.0.8"],
  uri: "sip:127.0.0.8:5999",
  prefixes: ["0"],
  profile: { ...TEST_PROFILE, name: "trunk", kind: "trunk" },
  maxCalls: 2,
  transit: false,
};

describe("live state", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());
  const start = async (phones: readonly Partial<PhoneSource>[] = []): Promise<SwitchFixture> =>
    cleanup.add(await SwitchFixture.start({ phones, peers: [TRUNK] }), (node) => node.stop());
  const lineStates = ({ manager }: SwitchFixture, ...numbers: readonly string[]): string[] =>
    numbers.map((number) => manager.views.lineNow(`${number}@internal`).state);

  it("given a device with two lines, when they register one after the other, then it is unregistered, partly there, and there", async () => {
    const node = await start(TWO_LINES);
    const stateNow = () => node.manager.views.deviceNow("phone-1001")?.state;
    assert.equal(stateNow(), "unregistered");
    const first = await node.phone("1001");
    assert.equal(stateNow(), "partly");
    await node.phone("1002", { authUser: "1001" });
    assert.equal(stateNow(), "registered");
    assert.equal((await first.register([["Expires", "0"]])).status, 200);
    assert.equal(stateNow(), "partly");
    assert.deepEqual(lineStates(node, "1001", "1002", "1003"), ["unregistered", "idle", "unregistered"]);
  });

  it("given a phone that registers, when it is looked at, then its contact is told, since when it is there, and until when", async () => {
    const node = await start();
    const phone = await node.phone("1003", { registered: false });
    const beforeMs = Date.now();
    await phone.register([
      ["Expires", "600"],
      ["User-Agent", "test/1"],
    ]);
    const contactNow = () => node.manager.views.deviceNow("phone-1003")?.contacts[0];
    const contact = contactNow();
    const { sinceMs = 0, expiresAtMs = 0, ...rest } = contact ?? {};
    assert.deepEqual(rest, {
      line: "1003@internal",
      uri: phone.contact.slice(1, -1),
      transport: "udp",
      source: `127.0.0.1:${phone.port}`,
      userAgent: "test/1",
    });
    assert.ok(sinceMs >= beforeMs - 1 && sinceMs <= Date.now());
    assert.ok(expiresAtMs - sinceMs >= 599_000 && expiresAtMs - sinceMs <= 601_000);
    await phone.register([["Expires", "900"]]);
    assert.equal(contactNow()?.sinceMs, sinceMs, "a refresh is no break");
    assert.ok((contactNow()?.expiresAtMs ?? 0) > expiresAtMs);
  });

  it("given devices of other kinds, when they are looked at, then a trunk is in service and one without credentials says so", async () => {
    const node = await start([{ user: "", secret: { ha1: { MD5: "0".repeat(32) } } }]);
    assert.deepEqual(node.manager.views.deviceNow("trunk"), { state: "in-service", contacts: [], calls: 0 });
    assert.equal(node.manager.views.deviceNow("phone-1001")?.state, "no-credentials");
    assert.equal(node.manager.views.deviceNow("nobody"), undefined);
    assert.deepEqual(node.manager.views.lineNow("9@internal"), { state: "unregistered", devices: [], calls: 0 });
  });

  it("given a call, when it rings, is answered, held and ended, then its lines say so", async () => {
    const node = await start();
    const [caller, callee] = [await node.phone("1001"), await node.phone("1002")];
    const ringing = await caller.call("1002", { sdp: testSdp(4_000), headers: [["Allow", ALLOW]] });
    const offered = await callee.offered();
    assert.deepEqual(lineStates(node, "1001", "1002"), ["in-use", "ringing"]);
    assert.equal(node.manager.views.deviceNow("phone-1002")?.calls, 1);
    const acked = offered.answer({ sdp: testSdp(5_000), headers: [["Allow", ALLOW]] });
    await ringing.established();
    await acked;
    assert.deepEqual(lineStates(node, "1001", "1002"), ["in-use", "in-use"]);
    const hold = ringing.send("UPDATE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    const asked = await offered.request("UPDATE");
    offered.respond(asked, 200, { sdp: testSdp(5_000, ["a=recvonly"], 2) });
    assert.equal((await hold.final()).status, 200);
    assert.deepEqual(lineStates(node, "1001", "1002"), ["held", "in-use"]);
    await hangUp(ringing, offered);
    await node.settled(1);
    assert.deepEqual(lineStates(node, "1001", "1002"), ["idle", "idle"]);
    assert.equal(node.manager.views.deviceNow("phone-1002")?.calls, 0);
  });

  describe("phones that do not fit to their profile", () => {
    const hintOf = ({ manager }: SwitchFixture): string | undefined => manager.views.deviceNow("phone-1001")?.hint;

    it("given a transport that the profile does not allow, when it registers, then 403 says so, and so does the state", async () => {
      const node = await start([{ profile: { ...TEST_PROFILE, transports: ["tls", "tcp"] } }]);
      const phone = await node.phone("1001", { registered: false });
      const refused = await phone.register();
      assert.equal(refused.status, 403);
      const text = "SIP profile standard-phone does not allow udp, only tls, tcp";
      assert.equal(refused.get("warning"), `399 tandem "${text}"`);
      assert.equal(hintOf(node), text);
    });

    it("given too short an expiry, when it registers, then 423 says what is wanted; one that fits takes the hint away", async () => {
      const node = await start();
      const phone = await node.phone("1001", { registered: false });
      const refused = await phone.register([["Expires", "20"]]);
      assert.equal(refused.status, 423);
      assert.equal(refused.get("min-expires"), "60");
      assert.match(refused.get("warning") ?? "", /^399 tandem "SIP profile standard-phone wants .* 60 s at least"$/);
      assert.match(hintOf(node) ?? "", /60 s at least/);
      assert.equal((await phone.register()).status, 200);
      assert.equal(hintOf(node), undefined);
    });

    it("given wrong credentials, when the transport is wrong too, then nothing of the profile is told", async () => {
      const node = await start([{ profile: { ...TEST_PROFILE, transports: ["tcp"] }, secret: { password: "other" } }]);
      const refused = await (await node.phone("1001", { registered: false })).register();
      assert.equal(refused.get("warning"), undefined);
      assert.equal(hintOf(node), undefined);
    });
  });

  it("given a call between two lines of others, when a third is looked at, then it is idle", async () => {
    const node = await start();
    const call = await establish(await node.phone("1001"), await node.phone("1002"));
    await node.phone("1003");
    assert.deepEqual(lineStates(node, "1003"), ["idle"]);
    await hangUp(call.near, call.far);
  });
});
