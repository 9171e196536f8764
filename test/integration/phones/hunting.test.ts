import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { rootMeanSquare, sine, tonePower } from "../../support/goertzel.ts";
import { Linphone } from "../../support/linphone.ts";
import { assertHears, callAndAnswer, hangUp } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { writeWav } from "../../support/wav.ts";

const HZ = { "1001": 440, "1002": 660, "1003": 880, "1004": 1_100 } as const;
const WELCOME_HZ = 700;
const SOON = { timeoutMs: 5_000, intervalMs: 50 };

describe("hunting with real phones", () => {
  const cleanup = new Cleanup();
  const phones = new Cleanup();
  let node: TandemNode;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    const welcome = { sampleRateHz: 8_000, samples: sine(WELCOME_HZ, 2) };
    writeFileSync(join(node.dataDir, "welcome.wav"), writeWav(welcome));
    await send("POST", "/music-sources", { name: "welcome", file: "welcome.wav" });
    const members = ["1002@internal", "1003@internal"];
    await send("POST", "/line-groups", { name: "in-turn", members, ringSeconds: 2 });
    await send("POST", "/line-groups", { name: "all", members, distribution: "broadcast" });
    await send("POST", "/line-groups", { name: "one", members: ["1002@internal"] });
    await send("POST", "/hunt-pilots", { pattern: "5000", lineGroups: ["in-turn"] });
    await send("POST", "/hunt-pilots", { pattern: "5001", lineGroups: ["all"] });
    await send("POST", "/hunt-pilots", { pattern: "5002", lineGroups: ["one"], queue: { announcement: "welcome" } });
    await send("PATCH", "/directory-numbers/1002@internal", { maxCalls: 1, busyTrigger: 1 });
  });
  after(async () => {
    await cleanup.run();
  });
  afterEach(async () => {
    await phones.run();
  });

  async function send(method: string, path: string, body: unknown): Promise<void> {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const response = await fetch(`${node.http}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": "*" },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.text()}`);
  }

  async function registered(number: keyof typeof HZ): Promise<Baresip> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), transport: "udp" });
    return phones.add(phone, (one) => one.close());
  }

  it("given top-down, when the first member does not answer, then the second one has the call, and both hear each other", async () => {
    const [alice, bob, carol] = [await registered("1001"), await registered("1002"), await registered("1003")];
    await alice.dial("5000");
    await bob.event("CALL_INCOMING");
    await carol.event("CALL_INCOMING");
    await bob.event("CALL_CLOSED");
    await carol.accept();
    await alice.event("CALL_ESTABLISHED");
    await Promise.all([assertHears(alice, HZ["1003"]), assertHears(carol, HZ["1001"])]);
    await hangUp(carol, alice);
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given broadcast to phones of two makers, when one answers, then the other one stops ringing", async () => {
    const [alice, carol] = [await registered("1001"), await registered("1003")];
    const bob = phones.add(await Linphone.start({ user: "1002", toneHz: HZ["1002"] }), (one) => one.close());
    await bob.register("1002", node.sip, "demo-1002");
    await alice.dial("5001");
    await carol.event("CALL_INCOMING");
    await eventually(() => assert.match(bob.output, /incoming call/i), SOON);
    await carol.accept();
    await alice.event("CALL_ESTABLISHED");
    await eventually(() => assert.match(bob.output, /Call \d+ .*(ended|terminated)/i), SOON);
    await Promise.all([assertHears(alice, HZ["1003"]), assertHears(carol, HZ["1001"])]);
    await hangUp(alice, carol);
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given a queue, when the member is in a call, then the caller hears the announcement, music, and then the member", async () => {
    const [alice, bob, dave] = [await registered("1001"), await registered("1002"), await registered("1004")];
    await callAndAnswer(dave, "1002", bob);
    await alice.dial("5002");
    await alice.event("CALL_ESTABLISHED");
    await assertHears(alice, WELCOME_HZ);
    const heard = await musicAt(alice);
    assert.ok(heard.level > 100 && heard.welcome < 0.2, JSON.stringify(heard));
    assert.equal(bob.hasEvent("CALL_INCOMING"), false);
    await hangUp(dave, bob);
    await bob.event("CALL_INCOMING");
    await bob.accept();
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    await hangUp(alice, bob);
    await node.zero(CALL_GAUGES, 5_000);
  });

  /** What it hears when the announcement is over. */
  async function musicAt(phone: Baresip): Promise<{ readonly level: number; readonly welcome: number }> {
    await phone.hears(2_000);
    const samples = await phone.hears(1_000);
    return { level: rootMeanSquare(samples), welcome: tonePower(samples, 8_000, WELCOME_HZ) };
  }
});
