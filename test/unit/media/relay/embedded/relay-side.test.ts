import assert from "node:assert/strict";
import { RelaySide } from "../../../../../src/media/relay/embedded/relay-side.ts";

describe("RelaySide", () => {
  it("given telephone events, when they are digits, then each is told, and no more of them than anybody could press", () => {
    const digits: string[] = [];
    const origin = { sessionId: 1, version: 0, digest: "" };
    const start = { tag: "caller", origin, hasBeenHeard: false, offered: undefined };
    const side = new RelaySide(
      start,
      () => undefined,
      (_, digit) => void digits.push(digit),
    );
    for (const [index, event] of [0, 9, 10, 11, 12, 15, 16, 255].entries()) side.handleEvent(event, index * 100);
    assert.equal(digits.join(""), "09*#AD");
    for (let nowMs = 1_000; nowMs < 2_000; nowMs += 1) side.handleEvent(1, nowMs);
    assert.equal(digits.length, 6 + 25);
  });
});
