import assert from "node:assert/strict";
import fc from "fast-check";
import { bestStatus } from "../../../../src/call/model/best-status.ts";
import { NEW_CALL, type Call } from "../../../../src/call/model/call.ts";
import { causeName, causeOfStatus, refusedOutcome } from "../../../../src/call/model/outcome.ts";
import { isHold, isHoldInAnswer, isSameMedia } from "../../../../src/call/model/hold.ts";
import { restoredCall } from "../../../../src/call/model/restored-call.ts";

const sdp = (...lines: string[]): string => ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", ...lines, ""].join("\r\n");

describe("isHold", () => {
  const cases: readonly [string, readonly string[], boolean][] = [
    ["sendrecv", ["m=audio 1 RTP/AVP 8", "a=sendrecv"], false],
    ["no direction", ["m=audio 1 RTP/AVP 8"], false],
    ["sendonly", ["m=audio 1 RTP/AVP 8", "a=sendonly"], true],
    ["inactive", ["m=audio 1 RTP/AVP 8", "a=inactive"], true],
    ["recvonly", ["m=audio 1 RTP/AVP 8", "a=recvonly"], false],
    ["sendonly for the session", ["a=sendonly", "m=audio 1 RTP/AVP 8"], true],
    ["the medium wins over the session", ["a=sendonly", "m=audio 1 RTP/AVP 8", "a=sendrecv"], false],
    ["only the second medium", ["m=audio 1 RTP/AVP 8", "m=video 2 RTP/AVP 96", "a=inactive"], false],
    ["0.0.0.0 for the session", ["c=IN IP4 0.0.0.0", "m=audio 1 RTP/AVP 8"], true],
    ["0.0.0.0 for the medium", ["c=IN IP4 192.0.2.1", "m=audio 1 RTP/AVP 8", "c=IN IP4 0.0.0.0"], true],
    ["no medium at all", [], false],
  ];
  for (const [name, lines, expected] of cases) {
    it(`given ${name}, when it is asked, then it says ${expected}`, () => {
      assert.equal(isHold(sdp(...lines)), expected);
    });
  }

  it("given any text, when it is asked, then it answers", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof isHold(text) === "boolean"));
  });
});

describe("isHoldInAnswer", () => {
  const described = (direction: string): string => sdp("m=audio 1 RTP/AVP 8", `a=${direction}`);
  const cases: readonly [string, string, boolean, boolean][] = [
    ["sendrecv", "sendonly", false, true],
    ["sendrecv", "sendrecv", true, false],
    ["sendonly", "recvonly", true, false],
    ["sendonly", "inactive", false, true],
    ["inactive", "inactive", false, false],
    ["inactive", "inactive", true, true],
    ["recvonly", "sendonly", false, false],
  ];
  for (const [offer, answer, before, expected] of cases) {
    it(`given ${before ? "a holder" : "no holder"} that answers ${offer} by ${answer}, when it is asked, then it says ${expected}`, () => {
      assert.equal(isHoldInAnswer(described(answer), described(offer), before), expected);
    });
  }
});

describe("isSameMedia", () => {
  it("given descriptions that differ in their origin only, when compared, then they are the same", () => {
    const text = sdp("m=audio 1 RTP/AVP 8");
    assert.equal(isSameMedia(text, text.replace("1 1 IN", "1 2 IN")), true);
    assert.equal(isSameMedia(text, text.replace("audio 1", "audio 2")), false);
    assert.equal(isSameMedia(text, undefined), false);
    assert.equal(isSameMedia(undefined, undefined), true);
  });
});

describe("bestStatus", () => {
  const cases: readonly [readonly number[], number][] = [
    [[], 480],
    [[503, 408], 480],
    [[487], 480],
    [[404, 486, 500], 486],
    [[500, 603, 486], 603],
    [[302], 480],
    [[401], 403],
    [[407, 500], 403],
    [[503, 488], 488],
    [[500, 480], 480],
  ];
  for (const [statuses, expected] of cases) {
    it(`given ${statuses.join(", ") || "nothing"}, when all have refused, then the caller gets ${expected}`, () => {
      assert.equal(bestStatus(statuses), expected);
    });
  }
});

describe("causes", () => {
  it("given a status, when it is mapped, then it has the cause of RFC 3398 and a name", () => {
    assert.deepEqual([404, 480, 486, 487, 503, 603].map(causeOfStatus), [1, 18, 17, 16, 41, 21]);
    assert.equal(causeOfStatus(499), 127);
    assert.equal(causeName(17), "user busy");
    assert.equal(causeName(99), "unknown");
  });

  it("given a refusal, when it is named, then busy, unreachable and rejected are told apart", () => {
    assert.deepEqual(
      [486, 600, 480, 408, 503, 603, 488].map((status) => refusedOutcome(status).reason),
      ["busy", "busy", "unreachable", "unreachable", "unreachable", "rejected", "rejected"],
    );
  });
});

describe("restoredCall", () => {
  const party = { connection: "established", localSdp: "l", remoteSdp: "r", isHolding: false } as const;
  const up: Call = { ...NEW_CALL, state: "established", caller: party, callee: party };

  it("given a settled call, when it is taken up, then it waits for the edge and nobody is bothered", () => {
    const restored = restoredCall(up);
    assert.equal(restored?.suspended, true);
    assert.equal(restored?.needsResync, "no");
  });

  it("given a call whose session was being changed, when it is taken up, then both parties are put on one session", () => {
    const negotiation = {
      kind: "resync",
      step: "media-offer",
      ticket: 1,
      offerOut: undefined,
      answer: undefined,
    } as const;
    assert.equal(restoredCall({ ...up, negotiation })?.needsResync, "always");
  });

  it("given a call that was not up, or never agreed on a session, when it is taken up, then there is nothing to go on with", () => {
    assert.equal(restoredCall({ ...up, state: "alerting" }), undefined);
    assert.equal(restoredCall({ ...up, caller: { ...party, remoteSdp: undefined } }), undefined);
    assert.equal(restoredCall({ ...up, callee: { ...party, remoteSdp: undefined } }), undefined);
    assert.notEqual(restoredCall({ ...up, hasEndpoint: true, callee: { ...party, remoteSdp: undefined } }), undefined);
  });
});
