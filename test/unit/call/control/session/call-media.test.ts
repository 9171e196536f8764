import assert from "node:assert/strict";
import { silentLogger } from "../../../../../src/common/index.ts";
import { CallMedia } from "../../../../../src/call/control/session/call-media.ts";
import { FakeRelay } from "../../../../support/fake-relay.ts";
import { testSdp } from "../../../../support/test-sdp.ts";

const OPTIONS = { signalingAddress: "192.0.2.1", latch: "candidates" } as const;

describe("what parties hear instead of each other", () => {
  let relay: FakeRelay;
  let media: CallMedia;
  beforeEach(() => {
    relay = new FakeRelay();
    media = new CallMedia({ callId: "call", relay, endpoint: undefined, logger: silentLogger });
  });

  async function agree(): Promise<void> {
    assert.equal(
      (await media.run({ kind: "offer", offerer: "caller", sdp: testSdp(4_000) }, OPTIONS, undefined)).ok,
      true,
    );
    assert.equal(
      (await media.run({ kind: "answer", offerer: "caller", sdp: testSdp(5_000) }, OPTIONS, undefined)).ok,
      true,
    );
  }

  const playing = (): [string, string][] => [...(relay.sessions.get("call")?.playing ?? [])];

  it("given a session that could not be joined, when it has begun anew, then what was to be heard is", async () => {
    media.begin(() => Promise.reject(new Error("gone")));
    media.play("callee", "music");
    await agree();
    assert.deepEqual(playing(), [["callee", "music"]]);
  });

  it("given a relay that has lost the session, when it is there again, then what was heard is heard again, and nothing that had ended", async () => {
    await agree();
    media.play("callee", "music");
    media.play("caller", "silence");
    media.play("caller", undefined);
    await agree();
    relay.sessions.clear();
    media.lose();
    await agree();
    assert.deepEqual(playing(), [["callee", "music"]]);
  });

  it("given parties that change their session, when nothing was lost, then what is heard is not begun anew", async () => {
    await agree();
    media.play("callee", "music");
    await agree();
    const { operations = [] } = relay.sessions.get("call") ?? {};
    assert.equal(operations.filter((one) => one.startsWith("play")).length, 1);
  });

  it("given a service that has offered, when it offers again after the answer, then its session and its ports stay", async () => {
    for (const kind of ["endpoint-offer", "answer", "endpoint-offer"] as const) {
      const operation = kind === "answer" ? { kind, offerer: "callee" as const, sdp: testSdp(4_000) } : { kind };
      assert.equal((await media.run(operation, OPTIONS, undefined)).ok, true);
    }
    assert.deepEqual(relay.released, []);
    assert.deepEqual(relay.sessions.get("call")?.operations, ["offer callee", "answer callee", "offer callee"]);
  });

  it("given a session of two phones, when a service takes the place of one, then it gets a session of its own", async () => {
    await agree();
    assert.equal((await media.run({ kind: "endpoint-answer", sdp: testSdp(4_000) }, OPTIONS, undefined)).ok, true);
    assert.deepEqual(relay.released, ["call"]);
  });
});
