import assert from "node:assert/strict";
import { scanHead, startOfValue } from "../../../../src/sip/message/head.ts";
import { DEFAULT_MESSAGE_LIMITS } from "../../../../src/sip/message/message-limits.ts";

const scan = (text: string, changed = {}) => scanHead(text, 0, { ...DEFAULT_MESSAGE_LIMITS, ...changed });

describe("scanHead", () => {
  it("given two headers and a body, when scanned, then lines, names and the body's start are found", () => {
    const text = "To: a\r\nX : b\r\n\r\nbody";
    const head = scan(text);
    assert.deepEqual(head, { lines: [0, 2, 5, 7, 8, 12], bodyStart: 16, problem: undefined });
    assert.equal(text.slice(startOfValue(text, 8), 12), "b");
  });
  it("given a folded header, when scanned, then it is one header up to its last fold", () => {
    const head = scan("To:\r\n a\r\n\t b\r\n\r\n");
    assert.deepEqual([head.lines, head.problem], [[0, 2, 12], undefined]);
  });
  it("given no headers, when scanned, then the body begins behind the empty line", () => {
    assert.deepEqual(scan("\r\nx"), { lines: [], bodyStart: 2, problem: undefined });
  });
  for (const [text, problem] of [
    ["To: a\r\n", "head without an end"],
    ["To: a", "head without an end"],
    ["To: a\n\r\n", "line ended by a lone CR or LF"],
    ["To: a\rVia: b\r\n\r\n", "line ended by a lone CR or LF"],
    ["\nTo: a\r\n\r\n", "line ended by a lone CR or LF"],
    [" To: a\r\n\r\n", "first header line begins with white space"],
    ["To a\r\n\r\n", "header line without a name and a colon"],
    [": a\r\n\r\n", "header line without a name and a colon"],
    ["T\0: a\r\n\r\n", "header line without a name and a colon"],
  ] as const) {
    it(`given ${JSON.stringify(text)}, when scanned, then the problem is: ${problem}`, () => {
      assert.equal(scan(text).problem, problem);
    });
  }
  it("given a bad line between good ones, when scanned, then the good ones are found all the same", () => {
    const head = scan("To: a\r\nbad\r\nX: b\r\n\r\n");
    assert.deepEqual([head.lines, head.problem], [[0, 2, 5, 12, 13, 16], "header line without a name and a colon"]);
  });
  it("given a folded bad line, when scanned, then its fold is not one of the header before it", () => {
    assert.deepEqual(scan("To: a\r\nbad\r\n fold\r\n\r\n").lines, [0, 2, 5]);
  });
  it("given two problems, when scanned, then the first is told", () => {
    assert.equal(scan("bad\r\nTo: a").problem, "header line without a name and a colon");
  });
  it("given as many headers as allowed, when scanned, then they are taken; one more is a problem", () => {
    assert.equal(scan("a:1\r\nb:2\r\n\r\n", { maxHeaders: 2 }).problem, undefined);
    assert.equal(scan("a:1\r\nb:2\r\n\r\n", { maxHeaders: 1 }).problem, "too many headers");
  });
  it("given a line above the limit, by itself or with its folds, when scanned, then it is a problem", () => {
    assert.equal(scan("a:12\r\n\r\n", { maxHeaderLineBytes: 4 }).problem, undefined);
    assert.equal(scan("a:123\r\n\r\n", { maxHeaderLineBytes: 4 }).problem, "header line too long");
    assert.equal(scan("a:1\r\n 2\r\n\r\n", { maxHeaderLineBytes: 7 }).problem, undefined);
    assert.equal(scan("a:1\r\n 2\r\n\r\n", { maxHeaderLineBytes: 6 }).problem, "header line too long");
  });
});
