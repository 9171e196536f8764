import assert from "node:assert/strict";
import {
  answerTo,
  canReceive,
  canSend,
  directionOf,
  effectiveDirection,
  type Direction,
} from "../../../../src/media/sdp/direction.ts";

const ALL: readonly Direction[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

describe("direction", () => {
  it("given each direction, when taken apart and put together, then it is the same", () => {
    for (const direction of ALL) assert.equal(directionOf(canSend(direction), canReceive(direction)), direction);
  });

  it("given an offer, when answered, then sending and receiving change places", () => {
    assert.deepEqual(ALL.map(answerTo), ["sendrecv", "recvonly", "sendonly", "inactive"]);
  });

  it("given c=0.0.0.0 in an offer, when judged, then the side sends at most", () => {
    const held = ALL.map((direction) => effectiveDirection({ direction, isHeldByAddress: true }));
    assert.deepEqual(held, ["sendonly", "sendonly", "inactive", "inactive"]);
  });

  it("given c=0.0.0.0 in an answer, when the offer does not receive, then the side is inactive", () => {
    const side = { direction: "sendrecv", isHeldByAddress: true } as const;
    assert.equal(effectiveDirection(side, "sendonly"), "inactive");
    assert.equal(effectiveDirection(side, "sendrecv"), "sendonly");
  });

  it("given an ordinary address in an offer, when judged, then the attribute counts", () => {
    for (const direction of ALL) assert.equal(effectiveDirection({ direction, isHeldByAddress: false }), direction);
  });

  it("given an answer that says more than its offer leaves, when judged, then only that counts", () => {
    const answered = (direction: Direction, offered: Direction): Direction =>
      effectiveDirection({ direction, isHeldByAddress: false }, offered);
    assert.deepEqual(
      ALL.map((offered) => answered("sendrecv", offered)),
      ALL.map(answerTo),
    );
    assert.deepEqual(
      ALL.map((direction) => answered(direction, "sendonly")),
      ["recvonly", "inactive", "recvonly", "inactive"],
    );
  });
});
