import assert from "node:assert/strict";
import { parseCommandLine } from "../../../../scripts/bench/command-line.ts";

const KNOWN = ["edge", "b2bua", "parser"];

describe("command line of npm run bench", () => {
  it("given names in any order, when parsed, then they run in the order of the benches", () => {
    const { names, isJson, options } = parseCommandLine(["parser", "edge"], KNOWN);
    assert.deepEqual(names, ["edge", "parser"]);
    assert.equal(isJson, false);
    assert.deepEqual(options, { seconds: 4, runs: 3, rate: undefined });
  });

  it("given all and every option, when parsed, then all benches run with them", () => {
    const { names, isJson, options } = parseCommandLine(
      ["all", "--json", "--seconds", "2", "--runs", "1", "--rate", "500"],
      KNOWN,
    );
    assert.deepEqual(names, KNOWN);
    assert.equal(isJson, true);
    assert.deepEqual(options, { seconds: 2, runs: 1, rate: 500 });
  });

  for (const [args, problem] of [
    [[], /name a bench/],
    [["speed"], /no bench speed/],
    [["edge", "--seconds", "0"], /--seconds/],
    [["edge", "--runs", "1.5"], /--runs/],
    [["edge", "--rate", "-3"], /--rate/],
    [["edge", "--fast"], /--fast/],
  ] as const) {
    it(`given "${args.join(" ")}", when parsed, then it is refused with ${String(problem)}`, () => {
      assert.throws(() => parseCommandLine(args, KNOWN), problem);
    });
  }
});
