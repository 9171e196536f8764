import assert from "node:assert/strict";
import { parseSoakOptions } from "../../../../scripts/soak/command-line.ts";

describe("command line of npm run soak", () => {
  it("given nothing, when parsed, then it takes ten minutes at half of the maximum", () => {
    assert.deepEqual(parseSoakOptions([]), { seconds: 600, rate: undefined, isJson: false });
  });

  it("given every option, when parsed, then each counts", () => {
    const options = parseSoakOptions(["--minutes", "0.5", "--rate", "40", "--json"]);
    assert.deepEqual(options, { seconds: 30, rate: 40, isJson: true });
  });

  for (const [args, problem] of [
    [["--minutes", "0"], /--minutes/],
    [["--minutes", "long"], /--minutes/],
    [["--rate", "1e9"], /--rate/],
    [["--rate", "4"], /--rate/],
    [["--fast"], /--fast/],
    [["more"], /more/],
  ] as [string[], RegExp][]) {
    it(`given ${args.join(" ")}, when parsed, then it says what is wrong`, () => {
      assert.throws(() => parseSoakOptions(args), problem);
    });
  }
});
