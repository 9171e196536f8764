import assert from "node:assert/strict";
import { nearWord } from "../../../src/config/near-word.ts";

describe("nearWord", () => {
  const known = ["transports", "name", "sip"];

  it("given a word with a wrong, missing, extra or swapped letter, when asked, then the meant one is found", () => {
    for (const word of ["transportz", "transorts", "transsports", "trasnports", "Transport"]) {
      assert.equal(nearWord(word, known), "transports");
    }
    assert.equal(nearWord("nam", known), "name");
  });

  it("given a word unlike all, when asked, then nothing is found", () => {
    assert.equal(nearWord("http", known), undefined);
    assert.equal(nearWord("xyz", known), undefined);
  });
});
