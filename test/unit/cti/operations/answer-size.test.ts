import assert from "node:assert/strict";
import type { CallView } from "../../../../src/signals/index.ts";
import { CtiError } from "../../../../src/cti/cti-error.ts";
import { checkAnswer, MAX_ANSWER_CHARACTERS } from "../../../../src/cti/operations/answer-size.ts";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
];

describe("answers that would be too long", () => {
  it("given more calls than an answer has room for, when all is subscribed to, then that is refused, nothing is subscribed to, and a part can be", async () => {
    const fixture = await ControlFixture.start({ devices: DEVICES, maxAnswerCharacters: 6_000 });
    try {
      const operator = fixture.open();
      const calls = Array.from({ length: 20 }, () => fixture.callControl.calls.start("1001", "1002"));
      await settled();
      const topics = [{ kind: "all" }];
      assert.equal(await operator.refusal("events.subscribe", { topics }), "protocol-too-big");
      assert.equal(await operator.refusal("device.open", { device: "phone-1001" }), "protocol-too-big");
      const { subscriptions, openDevices } = await operator.call<Record<string, unknown[]>>("provider.topics", {});
      assert.deepEqual([subscriptions, openDevices], [[], []]);
      const before = operator.events.length;
      fixture.callControl.calls.start("1002", "1001");
      await settled();
      assert.equal(operator.events.length, before, "nothing is told to who was refused");

      const part = await operator.call<{ calls: CallView[] }>("events.subscribe", {
        topics: [{ kind: "call", callId: calls[0] }],
      });
      assert.equal(part.calls.length, 1);
      const listed = await operator.call<{ calls: CallView[]; next?: string }>("call.list", { limit: 5 });
      assert.deepEqual([listed.calls.length, typeof listed.next], [5, "string"]);
    } finally {
      fixture.close();
    }
  });

  it("given the bound of a node, when calls have much data, then the error says what the bound is and what it would be", () => {
    const view = (): object => ({ userData: { text: "x".repeat(4_000) } });
    checkAnswer({ calls: Array.from({ length: 8_000 }, view) }, MAX_ANSWER_CHARACTERS);
    assert.throws(
      () => checkAnswer({ calls: Array.from({ length: 8_400 }, view), devices: [] }, MAX_ANSWER_CHARACTERS),
      (error: unknown) => {
        assert.ok(error instanceof CtiError);
        assert.equal(error.code, "protocol-too-big");
        const { limit } = error.facts;
        assert.equal(limit?.value, MAX_ANSWER_CHARACTERS);
        assert.ok((limit?.used ?? 0) > MAX_ANSWER_CHARACTERS);
        return true;
      },
    );
  });
});
