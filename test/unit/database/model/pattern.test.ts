import assert from "node:assert/strict";
import { SCHEMAS } from "../../../../src/database/index.ts";
import { parsePattern, symbolBit, type Pattern } from "../../../../src/database/model/pattern.ts";

const symbolsOf = (bits: number): string =>
  [..."0123456789*#ABCD+"].filter((symbol) => (symbolBit(symbol) & bits) !== 0).join("");
const patternOf = (text: string): Pattern => {
  const parsed = parsePattern(text);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.reason);
  return parsed.value;
};
/** Each position by its symbols and how often it may stand there. */
const readable = (text: string): string =>
  patternOf(text)
    .positions.map(({ symbols, repeat }) => {
      const mark = { once: "", "one-or-more": "+", "zero-or-more": "*" }[repeat];
      return `${symbolsOf(symbols)}${mark}`;
    })
    .join(" ");

describe("parsePattern", () => {
  for (const [text, positions] of [
    ["1001", "1 0 0 1"],
    ["*#AD", "* # A D"],
    ["1X", "1 0123456789"],
    ["[2-46]", "2346"],
    ["[^2-9]0", "01 0"],
    ["[*#5]", "5*#"],
    ["9.!", "9 0123456789+"],
    ["9+1", "9+ 1"],
    ["91X?#", "9 1 0123456789* #"],
    ["[2-3]+", "23+"],
    ["+49!", "+ 4 9 0123456789+"],
    ["\\+49", "+ 4 9"],
  ] as const) {
    it(`given ${text}, when it is parsed, then its positions are ${positions}`, () => {
      assert.equal(readable(text), positions);
    });
  }

  for (const [text, reason] of [
    ["", "matches nothing"],
    [".", "matches nothing"],
    ["9..1", "more than one dot"],
    ["9!.1", "before the dot"],
    ["9+.1", "before the dot"],
    ["?1", "nothing before it to repeat"],
    ["9.+1", "nothing before it to repeat"],
    ["++", "nothing before it to repeat"],
    ["1??", "repeats a repetition"],
    ["1+?", "repeats a repetition"],
    ["!+", "repeats already"],
    ["[12", "without its ]"],
    ["12]", "cannot be dialed: ]"],
    ["[]", "matches nothing"],
    ["[^0-9]", "matches nothing"],
    ["[5-2]", "from one digit to a higher one"],
    ["[1-]", "from one digit to a higher one"],
    ["[*-#]", "from one digit to a higher one"],
    ["[1+]", "none of 0-9"],
    ["9@", "cannot be dialed: @"],
    ["1x", "cannot be dialed: x"],
    ["1\\+1", "cannot be dialed: \\"],
    ["1".repeat(33), "more than 32 positions"],
  ] as const) {
    it(`given ${text || "nothing"}, when it is parsed, then that is refused: ${reason}`, () => {
      const parsed = parsePattern(text);
      assert.ok(!parsed.ok && parsed.reason.includes(reason), JSON.stringify(parsed));
    });
  }

  it("given a plus and 32 positions, when it is parsed, then that is a pattern", () => {
    assert.equal(patternOf(`+${"X".repeat(32)}`).positions.length, 33);
  });

  it("given a pattern, when it is parsed, then it says how precise it is, how long its numbers are, and where its dot is", () => {
    assert.deepEqual(
      { ...patternOf("9.1[2-3][5]XX"), positions: [] },
      { text: "9.1[2-3][5]XX", positions: [], dotAt: 1, literals: 3, sets: 1, anys: 2, minLength: 6, maxLength: 6 },
    );
    const { minLength, maxLength, dotAt, anys } = patternOf("1X?!");
    assert.deepEqual(
      { minLength, maxLength, dotAt, anys },
      { minLength: 2, maxLength: undefined, dotAt: undefined, anys: 0 },
    );
  });
});

describe("patterns in the configuration", () => {
  it("given no pattern, when an object is checked, then that is refused with the reason", () => {
    const result = SCHEMAS["route-pattern"].safeParse({ pattern: "9.[5-2]", trunk: "gateway" });
    assert.deepEqual(
      result.error?.issues.map(({ path, message }) => [path, message]),
      [[["pattern"], "has a range in [5-2] that does not run from one digit to a higher one"]],
    );
    assert.ok(!SCHEMAS["park-range"].safeParse({ pattern: "7@" }).success);
  });
});
