import assert from "node:assert/strict";
import fc from "fast-check";
import { bestRefusal } from "../../../../../src/call/model/session/best-refusal.ts";
import { NEW_SESSION, type Session } from "../../../../../src/call/model/session/session.ts";
import { causeName, causeOfStatus, statusOfCause } from "../../../../../src/call/model/cause.ts";
import { refusedOutcome } from "../../../../../src/call/model/session/outcome.ts";
import { isHold, isHoldInAnswer, isSameMedia } from "../../../../../src/call/model/session/hold.ts";
import { restoredSession } from "../../../../../src/call/model/session/restored-session.ts";

/** RFC 3398 8.2.6.1; 502, 503, 488, 606 as the events of the control API have them. */
const CAUSES: readonly (readonly [status: number, cause: number])[] = [
  [400, 41],
  [401, 21],
  [402, 21],
  [403, 21],
  [404, 1],
  [405, 63],
  [406, 79],
  [407, 21],
  [408, 102],
  [410, 22],
  [413, 127],
  [414, 127],
  [415, 79],
  [416, 127],
  [420, 127],
  [421, 127],
  [423, 127],
  [480, 18],
  [481, 41],
  [482, 25],
  [483, 25],
  [484, 28],
  [485, 1],
  [486, 17],
  [488, 88],
  [500, 41],
  [501, 79],
  [502, 27],
  [503, 42],
  [504, 102],
  [505, 127],
  [513, 127],
  [600, 17],
  [603, 21],
  [604, 1],
  [606, 88],
];

/** RFC 3398 7.2.4.1; 21 and 88 as the events of the control API have them. */
const STATUSES: readonly (readonly [cause: number, status: number])[] = [
  [1, 404],
  [2, 404],
  [3, 404],
  [17, 486],
  [18, 408],
  [19, 480],
  [20, 480],
  [21, 603],
  [22, 410],
  [23, 410],
  [26, 404],
  [27, 502],
  [28, 484],
  [29, 501],
  [31, 480],
  [34, 503],
  [38, 503],
  [41, 503],
  [42, 503],
  [47, 503],
  [55, 403],
  [57, 403],
  [58, 503],
  [65, 488],
  [70, 488],
  [79, 501],
  [87, 403],
  [88, 488],
  [102, 504],
  [111, 500],
  [127, 500],
];

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

describe("bestRefusal", () => {
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
    [[420], 500],
    [[421, 503], 500],
  ];
  for (const [statuses, expected] of cases) {
    it(`given ${statuses.join(", ") || "nothing"}, when all have refused, then the caller gets ${expected}`, () => {
      assert.equal(bestRefusal(statuses.map((status) => ({ status }))).status, expected);
    });
  }
});

describe("what the branches say", () => {
  const busy = { status: 486, told: { text: "Q.850;cause=34", cause: 34 } };

  it("given refusals with reasons, when the best is chosen, then its own reason goes with it", () => {
    const other = { status: 404, told: { text: "Q.850;cause=3", cause: 3 } };
    const chosen = bestRefusal([other, busy]);
    assert.deepEqual([chosen.status, chosen.cause, chosen.told], [486, 34, "Q.850;cause=34"]);
    const plain = bestRefusal([other, { status: 486 }]);
    assert.deepEqual([plain.status, plain.cause, plain.told], [486, 17, undefined]);
  });

  it("given places that could not be reached, when nothing else is known, then they are out of order, or congested", () => {
    const causeOf = (...statuses: number[]): number => bestRefusal(statuses.map((status) => ({ status }))).cause;
    assert.deepEqual([causeOf(430), causeOf(408, 503), causeOf(503), causeOf()], [27, 27, 42, 18]);
    const told = bestRefusal([{ status: 408 }, { status: 503, told: { text: "Q.850;cause=38", cause: 38 } }]);
    assert.deepEqual([told.status, told.cause], [480, 38]);
  });
});

describe("causes", () => {
  it("given a status, when it is mapped, then it has the cause of RFC 3398 and a name", () => {
    for (const [status, cause] of CAUSES) assert.equal(causeOfStatus(status), cause, String(status));
    assert.equal(causeOfStatus(499), 127);
    assert.equal(causeName(17), "user busy");
    assert.equal(causeName(43), "resource unavailable");
    assert.equal(causeName(200), "unknown");
  });

  it("given a cause, when it is mapped, then it has the status of RFC 3398, or of what it comes from", () => {
    for (const [cause, status] of STATUSES) assert.equal(statusOfCause(cause), status, String(cause));
    assert.equal(statusOfCause(99), 500);
  });

  it("given the causes of the events of the control API, when mapped both ways, then they agree", () => {
    for (const [cause, status] of [
      [17, 486],
      [21, 603],
      [1, 404],
      [27, 502],
      [42, 503],
      [88, 488],
    ] as const) {
      assert.deepEqual([causeOfStatus(status), statusOfCause(cause)], [cause, status]);
    }
    assert.deepEqual([19, 20].map(statusOfCause), [480, 480]);
  });

  it("given a refusal, when it is named, then busy, unreachable and rejected are told apart", () => {
    assert.deepEqual(
      [486, 600, 480, 408, 503, 603, 488].map((status) => refusedOutcome({ status }).reason),
      ["busy", "busy", "unreachable", "unreachable", "unreachable", "rejected", "rejected"],
    );
  });
});

describe("restoredSession", () => {
  const party = { connection: "established", localSdp: "l", remoteSdp: "r", isHolding: false } as const;
  const up: Session = { ...NEW_SESSION, state: "established", caller: party, callee: party };

  it("given a settled call, when it is taken up, then it waits for the edge and nobody is bothered", () => {
    const restored = restoredSession(up);
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
    assert.equal(restoredSession({ ...up, negotiation })?.needsResync, "always");
  });

  it("given a call that was not up, or never agreed on a session, when it is taken up, then there is nothing to go on with", () => {
    assert.equal(restoredSession({ ...up, state: "alerting" }), undefined);
    assert.equal(restoredSession({ ...up, caller: { ...party, remoteSdp: undefined } }), undefined);
    assert.equal(restoredSession({ ...up, callee: { ...party, remoteSdp: undefined } }), undefined);
    assert.notEqual(
      restoredSession({ ...up, hasEndpoint: true, callee: { ...party, remoteSdp: undefined } }),
      undefined,
    );
  });
});
