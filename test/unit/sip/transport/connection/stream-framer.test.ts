import assert from "node:assert/strict";
import fc from "fast-check";
import { StreamFramer } from "../../../../../src/sip/transport/connection/stream-framer.ts";

function message(body: string, lengthHeader = `Content-Length: ${body.length}`): string {
  return `MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n${lengthHeader}\r\nSubject: s\r\n\r\n${body}`;
}

/** Pushes pieces; gives what was reported, in order. */
function frame(pieces: readonly string[], maxMessageBytes = 65_535) {
  const seen: string[] = [];
  const framer = new StreamFramer(maxMessageBytes, {
    onMessage: (text) => seen.push(text),
    onPing: () => seen.push("ping"),
    onBadStream: (reason, head) => seen.push(`bad: ${reason}: ${head.length}`),
  });
  for (const piece of pieces) framer.push(piece);
  return { seen, framer };
}

describe("StreamFramer", () => {
  it("given two messages in one piece, when pushed, then both are there in order", () => {
    const [one, two] = [message("abc"), message("")];
    assert.deepEqual(frame([one + two]).seen, [one, two]);
  });
  it("given one octet at a time, when pushed, then the messages are the same", () => {
    const text = `\r\n${message("abc")}\r\n\r\n${message("hello")}`;
    const { seen, framer } = frame([...text]);
    assert.deepEqual(seen, [message("abc"), "ping", message("hello")]);
    assert.equal(framer.hasPartialMessage, false);
  });
  it("given part of a message, when pushed, then it is known that a rest is missing", () => {
    assert.equal(frame(["\r\n"]).framer.hasPartialMessage, false);
    assert.equal(frame(["M"]).framer.hasPartialMessage, true);
    assert.equal(frame([message("abc").slice(0, -1)]).framer.hasPartialMessage, true);
  });
  it("given double CRLFs between messages, when pushed, then each is a ping, and a single one is not", () => {
    assert.deepEqual(frame(["\r\n\r\n", "\r\n", "\r\n", "\r\n"]).seen, ["ping", "ping"]);
    assert.deepEqual(frame([`\r\n${message("")}\r\n`]).seen, [message("")]);
    assert.deepEqual(frame(["\n\n\n\n\r\r\r\r"]).seen, []);
  });
  const lengths: readonly (readonly [given: string, header: string])[] = [
    ["the compact form", "l: 3"],
    ["upper case and white space", "CONTENT-LENGTH \t:\t 3  "],
    ["a folded value", "Content-Length:\r\n 3"],
    ["the same length twice", "Content-Length: 3\r\nl: 3"],
    ["a header that begins the same way", "Content-Lengthy: 9\r\nLabel: 7\r\nContent-Length: 3"],
  ];
  for (const [given, header] of lengths) {
    it(`given ${given}, when pushed, then the body has that length`, () => {
      const text = message("abc", header);
      assert.deepEqual(frame([text + message("")]).seen, [text, message("")]);
    });
  }
  const bad: readonly (readonly [given: string, header: string, reason: string])[] = [
    ["no Content-Length", "X: y", "no Content-Length"],
    ["a negative length", "Content-Length: -3", "bad or contradicting Content-Length"],
    ["no number", "Content-Length: three", "bad or contradicting Content-Length"],
    ["an empty value", "Content-Length:", "bad or contradicting Content-Length"],
    ["a number beyond all bounds", "Content-Length: 99999999999999999999", "bad or contradicting Content-Length"],
    ["two different lengths", "Content-Length: 3\r\nl: 4", "bad or contradicting Content-Length"],
    ["a length above the bound", "Content-Length: 65535", "message too long"],
  ];
  for (const [given, header, reason] of bad) {
    it(`given ${given}, when pushed, then the stream is bad, and nothing more is reported`, () => {
      const text = message("abc", header);
      const { seen, framer } = frame([text, message(""), "\r\n\r\n"]);
      assert.deepEqual(seen, [`bad: ${reason}: ${text.length - 3}`]);
      assert.equal(framer.hasPartialMessage, false);
    });
  }
  it("given a head that does not end, when pushed, then it is refused at the bound and not kept", () => {
    const { seen } = frame(
      Array.from({ length: 100 }, () => "x".repeat(100)),
      1_000,
    );
    assert.deepEqual(seen, ["bad: head too long: 1100"]);
  });
  it("given a head above the bound in one piece, when pushed, then it is refused as one in many pieces is", () => {
    const text = `INVITE sip:a SIP/2.0\r\nSubject: ${"x".repeat(1_000)}\r\nContent-Length: 0\r\n\r\n`;
    assert.match(frame([text], 1_000).seen[0] ?? "", /^bad: head too long/);
    assert.match(frame([...text], 1_000).seen[0] ?? "", /^bad: head too long/);
  });
  it("given a message of exactly the bound, when pushed, then it is taken; one octet more is not", () => {
    const text = message("x".repeat(500));
    assert.deepEqual(frame([text], text.length).seen, [text]);
    assert.match(frame([text], text.length - 1).seen[0] ?? "", /^bad: message too long/);
  });
  it("given 64 KiB an octet at a time, when pushed, then the work does not grow with what is held", () => {
    const text = message("x".repeat(60_000), "Content-Length: 60000\r\nPadding: " + "y".repeat(4_000));
    const startedMs = performance.now();
    assert.deepEqual(frame([...text]).seen, [text]);
    assert.ok(performance.now() - startedMs < 1_500);
  });
  it("given any messages, when cut anywhere, then they come out the same", () => {
    const bodies = fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 30 }), { maxLength: 5 });
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (texts, sizes) => {
        const expected = texts.map((body) => message(body));
        let rest = expected.join("\r\n");
        const pieces: string[] = [];
        while (rest !== "") {
          const size = sizes.next().value as number;
          pieces.push(rest.slice(0, size));
          rest = rest.slice(size);
        }
        assert.deepEqual(frame(pieces).seen, expected);
      }),
    );
  });
  it("given any octets, when pushed, then nothing is thrown and what is held is bounded", () => {
    const octets = fc.string({ unit: fc.constantFrom("\r", "\n", "l", ":", " ", "0", "9", "x", "C") });
    fc.assert(
      fc.property(fc.array(octets), (pieces) => {
        frame(pieces, 50);
      }),
    );
  });
});
