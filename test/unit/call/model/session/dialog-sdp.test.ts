import assert from "node:assert/strict";
import fc from "fast-check";
import {
  answerAlone,
  continueOrigin,
  placeOffer,
  standingAnswer,
  unplaceAnswer,
} from "../../../../../src/call/model/session/dialog-sdp.ts";

interface Origin {
  readonly id?: number;
  readonly version?: number;
}

/** Lines such as `audio 4000` or `video 0`. */
function sdp(lines: readonly string[], { id = 1, version = 1 }: Origin = {}): string {
  const media = lines.map((line) => {
    const [type, port] = line.split(" ");
    return `m=${type} ${port} RTP/AVP 8\r\nc=IN IP4 192.0.2.1\r\n${port === "0" ? "" : "a=sendrecv\r\n"}`;
  });
  return `v=0\r\no=- ${id} ${version} IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n${media.join("")}`;
}

function linesOf(text: string): string[] {
  return [...text.matchAll(/^m=(\S+ \d+)/gm)].map(([, line = ""]) => line);
}

function originOf(text: string): string | undefined {
  return /^o=.*(?=\r$)/m.exec(text)?.[0];
}

describe("lines of a dialog", () => {
  for (const [what, before, offer, lines, answer, unplaced] of [
    [
      "one line, then audio and video",
      ["audio 1"],
      ["audio 2", "video 4"],
      ["audio 2", "video 4"],
      ["audio 6", "video 0"],
      ["audio 6", "video 0"],
    ],
    [
      "audio and video, then audio",
      ["audio 1", "video 3"],
      ["audio 2"],
      ["audio 2", "video 0"],
      ["audio 6", "video 0"],
      ["audio 6"],
    ],
    [
      "video and audio, then audio",
      ["video 3", "audio 1"],
      ["audio 2"],
      ["video 0", "audio 2"],
      ["video 0", "audio 6"],
      ["audio 6"],
    ],
    [
      "video and audio, then audio and video",
      ["video 3", "audio 1"],
      ["audio 2", "video 4"],
      ["video 4", "audio 2"],
      ["video 8", "audio 6"],
      ["audio 6", "video 8"],
    ],
    [
      "three lines, then two",
      ["audio 1", "video 3", "application 0"],
      ["audio 2", "video 4"],
      ["audio 2", "video 4", "application 0"],
      ["audio 6", "video 8", "application 0"],
      ["audio 6", "video 8"],
    ],
    ["fax, then audio", ["image 1"], ["audio 2"], ["image 0", "audio 2"], ["image 0", "audio 6"], ["audio 6"]],
    [
      "audio, then video that is refused and audio",
      ["audio 1"],
      ["video 0", "audio 2"],
      ["audio 2"],
      ["audio 6"],
      ["video 0", "audio 6"],
    ],
    [
      "a refused and a used audio line, then one",
      ["audio 0", "audio 1", "video 0"],
      ["audio 2"],
      ["audio 0", "audio 2", "video 0"],
      ["audio 0", "audio 6", "video 0"],
      ["audio 6"],
    ],
  ] as const) {
    it(`given ${what}, when an offer is placed and its answer taken back, then each line is where its party has it`, () => {
      const placed = placeOffer(sdp(before), sdp(offer, { version: 2 }));
      assert.deepEqual(linesOf(placed.sdp), lines);
      assert.deepEqual(linesOf(unplaceAnswer(placed.placement, sdp(answer))), unplaced);
    });
  }

  it("given lines that are where they were, when an offer is placed, then it is not touched", () => {
    const offer = sdp(["audio 2", "video 0"], { version: 2 });
    assert.deepEqual(placeOffer(sdp(["audio 1", "video 3"]), offer), { sdp: offer });
    assert.deepEqual(placeOffer(undefined, offer), { sdp: offer });
  });

  it("given any lines, when an offer is placed, then none goes, none changes its type, and none of the offer is lost", () => {
    const lines = fc.array(
      fc
        .tuple(fc.constantFrom("audio", "video", "image"), fc.integer({ min: 0, max: 9 }))
        .map(([type, port]) => `${type} ${port}`),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(lines, lines, (before, offer) => {
        const placed = placeOffer(sdp(before), sdp(offer, { version: 2 }));
        const now = linesOf(placed.sdp);
        assert.ok(now.length >= before.length);
        before.forEach((line, index) => assert.equal(now[index]?.split(" ")[0], line.split(" ")[0]));
        assert.deepEqual(linesOf(unplaceAnswer(placed.placement, placed.sdp)), offer);
        const used = (all: readonly string[]): string[] => all.filter((line) => !line.endsWith(" 0")).sort();
        assert.deepEqual(used(now), used(offer));
        // What is said again is where it was.
        assert.deepEqual(linesOf(placeOffer(placed.sdp, sdp(offer, { version: 3 })).sdp), now);
      }),
    );
  });

  it("given what a party said before, when it stands for an answer to an offer with other lines, then it has the lines of the offer", () => {
    const answer = standingAnswer(sdp(["audio 2"]), sdp(["video 3", "audio 1"]), sdp(["video 7", "audio 5"]));
    assert.deepEqual(linesOf(answer), ["audio 5"]);
  });
});

describe("origin in a dialog", () => {
  const before = sdp(["audio 1"], { id: 7, version: 5 });
  for (const [what, now, origin] of [
    ["a later version", sdp(["audio 2"], { id: 7, version: 9 }), "o=- 7 9 IN IP4 192.0.2.1"],
    ["another session and content", sdp(["audio 2"], { id: 8, version: 1 }), "o=- 7 6 IN IP4 192.0.2.1"],
    ["another session and the same content", sdp(["audio 1"], { id: 8, version: 1 }), "o=- 7 5 IN IP4 192.0.2.1"],
    ["other content of the same version", sdp(["audio 2"], { id: 7, version: 5 }), "o=- 7 6 IN IP4 192.0.2.1"],
    ["an older version", sdp(["audio 2"], { id: 7, version: 2 }), "o=- 7 6 IN IP4 192.0.2.1"],
    ["the same", before, "o=- 7 5 IN IP4 192.0.2.1"],
  ] as const) {
    it(`given ${what}, when it follows in the dialog, then the session stays and the version grows with what is said`, () => {
      assert.equal(originOf(continueOrigin(before, now)), origin);
    });
  }

  it("given text that is no session description, when it follows, then it is as it was", () => {
    assert.equal(continueOrigin("", "nothing"), "nothing");
    assert.equal(continueOrigin(undefined, before), before);
  });
});

describe("an answer that nobody gives", () => {
  it("given the lines of before, when an offer is answered alone, then what was said stands", () => {
    const local = sdp(["audio 1", "video 0"], { id: 7 });
    assert.equal(answerAlone(sdp(["audio 2", "video 4"]), local), local);
  });

  it("given other lines, or none before, when an offer is answered alone, then nothing of it is taken", () => {
    const answer = answerAlone(sdp(["audio 2", "video 4"], { id: 99 }), sdp(["audio 1"], { id: 7, version: 3 }));
    assert.deepEqual(linesOf(answer), ["audio 0", "video 0"]);
    assert.equal(originOf(answer), "o=- 7 4 IN IP4 192.0.2.1");
    assert.deepEqual(linesOf(answerAlone(sdp(["audio 2"]), undefined)), ["audio 0"]);
  });
});
