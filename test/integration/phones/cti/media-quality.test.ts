import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Call, MediaQuality, Provider, TerminalConnection } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { APPLICATION } from "../../../support/cti-objects.ts";
import { answers, CtiStage, refused } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { establish, type Talk, type TalkingPhone } from "../../../support/talking-phone.ts";
import { doneOn, tandemOn } from "../../../support/tandem-shell.ts";

const PORT = { kind: "cti-port", name: "port", number: "6000" } as const;
const [ALICE, BOB] = ["phone-1001", "phone-1002"];

describe("media quality of calls of a node, as applications and people ask for it", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let stage: CtiStage;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let cti: Provider;

  before(async () => {
    stage = await CtiStage.start(cleanup, [PORT]);
    [alice, bob] = [await stage.phone(cleanup, "1001"), await stage.phone(cleanup, "1002")];
    cti = await stage.application(cleanup);
    await cti.watch([{ kind: "line", name: "1001@internal" }]);
  });
  after(() => cleanup.run());
  afterEach(async () => {
    await perTest.run();
    await stage.node.zero(["tandem_calls"], 5_000);
  });

  /** The two talk, and hear each other; they hang up when the test is over. */
  async function talking(): Promise<readonly [Call, Talk, Talk]> {
    const near = await alice.dial("1002");
    const far = await answers(bob);
    await establish(near);
    perTest.add(near, async (one) => {
      if (one.hasHungUp) return;
      await one.hangUp();
      await far.ended();
    });
    await Promise.all([near.untilHears(far.toneHz), far.untilHears(near.toneHz)]);
    const call = await eventually(() => cti.calls[0] ?? assert.fail("no call is told of"), { timeoutMs: 2_000 });
    return [call, near, far];
  }

  function bothGood({ sides, atMs }: MediaQuality): void {
    assert.deepEqual(
      sides.map(({ device, codec }) => [device, codec]),
      [
        [ALICE, "PCMA/8000"],
        [BOB, "PCMA/8000"],
      ],
    );
    for (const {
      packetsReceived,
      packetsLost,
      packetsOutOfOrder,
      lastPacketMs = 0,
      packetsSent = 0,
      mos = 0,
    } of sides) {
      assert.ok(packetsReceived > 0 && packetsSent > 0 && mos > 4, JSON.stringify(sides));
      assert.deepEqual([packetsLost, packetsOutOfOrder], [0, 0]);
      assert.ok(atMs - lastPacketMs < 1_000, `${atMs - lastPacketMs} ms`);
    }
  }

  it("given two phones that talk, when an application asks twice, then the figures go on, until the call has ended", async () => {
    const [call, near, far] = await talking();
    const first = await call.mediaQuality();
    bothGood(first);
    await eventually(
      async () => {
        const { atMs, sides } = await call.mediaQuality({ device: BOB });
        assert.deepEqual(
          sides.map(({ device }) => device),
          [BOB],
        );
        assert.ok(atMs > first.atMs && (sides[0]?.packetsReceived ?? 0) > (first.sides[1]?.packetsReceived ?? 0));
      },
      { timeoutMs: 2_000 },
    );
    await refused(call.mediaQuality({ device: "port" }), "CALL_NOT_ON_LINE");
    await near.hangUp();
    await far.ended();
    await call.until(({ isEnded }) => isEnded, { timeoutMs: 2_000 });
    await refused(call.mediaQuality(), "CALL_ENDED");
    await refused(cti.request("call.mediaQuality", { callId: "no-such-call" }), "NOT_FOUND_CALL");
  });

  it("given a call, when people ask for it, then there is a table, or JSON, and what is wrong is said", async () => {
    const [call, near] = await talking();
    const text = await doneOn(stage.node, ["cti", "quality", call.id]);
    assert.match(text, /^Device +Codec +Packets +Lost +Disordered +Jitter +Round trip +Sent +It lost +Last +MOS/i);
    for (const device of [ALICE, BOB]) {
      assert.match(
        text,
        new RegExp(`^${device} +PCMA/8000 +\\d+ +0 \\(0 %\\) +0 +[\\d.]+ ms +\\d+ +0 s ago +4\\.\\d+$`, "m"),
      );
    }
    const json = JSON.parse(await doneOn(stage.node, ["cti", "quality", call.id, "--json"])) as MediaQuality;
    bothGood(json);
    const one = await doneOn(stage.node, ["cti", "quality", call.id, "--device", ALICE]);
    assert.doesNotMatch(one, new RegExp(BOB));
    await near.hangUp();
    await call.until(({ isEnded }) => isEnded, { timeoutMs: 2_000 });
    const ended = await tandemOn(stage.node, ["cti", "quality", call.id]);
    assert.deepEqual([ended.exitCode, ended.out], [1, ""]);
    assert.match(ended.err, /has ended: its record says how its media was \(CALL_ENDED\)/);
  });

  it("given tokens for other devices, or for watching, when they ask, then the one has no such call, the other its figures", async () => {
    const [call] = await talking();
    const limited = async (name: string, limits: object): Promise<Provider> => {
      const token = `${name}.of-${name}-and-nobody-else`;
      const tokenHash = createHash("sha256").update(token).digest("hex");
      const body = { name, user: APPLICATION.user, tokenHash, ...limits };
      await stage.change({ type: "create", kind: "cti-token", body });
      return stage.application(perTest, { token });
    };
    const asked = { callId: call.id };
    const other = await limited("other", { devices: ["phone-1003"] });
    await refused(other.request("call.mediaQuality", asked), "NOT_FOUND_CALL");
    await refused(other.request("call.mediaQuality", { ...asked, device: ALICE }), "ACCESS_DEVICE");
    const verbs = await limited("verbs", { methods: ["provider.*", "events.*", "call.get"] });
    await refused(verbs.request("call.mediaQuality", asked), "ACCESS_FEATURE");
    const watcher = await limited("watcher", { devices: [ALICE], monitorOnly: true });
    bothGood(await watcher.request("call.mediaQuality", asked));
  });

  it("given a port whose media ends in the switch, when a caller hears it, then both have a side, and the caller alone before the answer", async () => {
    await using port = await cti.openMediaTerminal("port", { mode: "switch", prompt: "tone" });
    const offered = new Promise<TerminalConnection>((resolve) => void port.onOffer(resolve));
    const near = await alice.dial("6000");
    const leg = await offered;
    const before = await leg.call.mediaQuality();
    assert.deepEqual(
      before.sides.map(({ device, packetsReceived, mos }) => [device, packetsReceived, mos]),
      [[ALICE, 0, undefined]],
    );
    await leg.answer();
    await establish(near);
    await near.untilHears(440);
    const { sides } = await leg.call.mediaQuality();
    assert.deepEqual(
      sides.map(({ device, packetsReceived, mos = 0 }) => [device, packetsReceived > 0, mos > 4]),
      [
        [ALICE, true, true],
        ["port", true, true],
      ],
    );
    await near.hangUp();
  });

  it("given a media service that does not answer, or was killed, when it is asked for, then that is said, and counted anew", async () => {
    const [call, near, far] = await talking();
    const { pid } = await stage.node.hello("media");
    process.kill(pid, "SIGSTOP");
    try {
      const { envelope } = await refused(call.mediaQuality(), "NODE_UNAVAILABLE");
      assert.deepEqual([envelope.retry, envelope.retryAfterMs], ["after", 500]);
      assert.equal((await tandemOn(stage.node, ["cti", "quality", call.id])).exitCode, 69);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await near.untilHears(far.toneHz);
    assert.equal((await call.mediaQuality()).sides.length, 2);
    await stage.node.killService("media");
    await stage.node.serviceAgain("media", pid, 10_000);
    await near.untilHears(far.toneHz);
    const { sides } = await eventually(() => call.mediaQuality(), { timeoutMs: 5_000 });
    assert.deepEqual(
      sides.map(({ isPartial }) => isPartial),
      [true, true],
    );
  });
});
