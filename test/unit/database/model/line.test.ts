import assert from "node:assert/strict";
import { SCHEMAS } from "../../../../src/database/index.ts";

describe("the language of a line's names", () => {
  const isTaken = (locale: string): boolean =>
    SCHEMAS["directory-number"].safeParse({ number: "1001", locale }).success;

  for (const [locale, expected] of [
    ["de", true],
    ["de-CH", true],
    ["zh-Hant-TW", true],
    ["gsw-CH-1901", true],
    ["german", false],
    ["de_CH", false],
    ["DE", false],
    ["de-", false],
    ["de-CH; q=1", false],
    ["", false],
  ] as const) {
    it(`given ${locale || "nothing"}, when checked, then it is ${expected ? "taken" : "refused"}`, () => {
      assert.equal(isTaken(locale), expected);
    });
  }
});
