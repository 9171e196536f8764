import assert from "node:assert/strict";
import fc from "fast-check";
import { formatNameAddr, parseNameAddr } from "../../../../../src/sip/message/header/name-addr.ts";
import { tagOf } from "../../../../../src/sip/message/header/tag-of.ts";
import { grammarSoup, nameAddr } from "../arbitraries.ts";

describe("tagOf", () => {
  for (const [value, tag] of [
    ["<sip:a@b>;tag=1", "1"],
    ["sip:a@b;tag=1", "1"],
    ["sip:a@b ;   TAG    = 1918181833n", "1918181833n"],
    ["<sip:a@b;tag=inner>;x;tag=outer", "outer"],
    ["<sip:a@b;tag=inner>", undefined],
    ['"x;tag=no <sip:n>" <sip:a@b>;tag=yes', "yes"],
    ['<sip:a@b>;x=";tag=no";tag=yes', "yes"],
    ['sip:a@b;x="<sip:c>;tag=no";tag=yes', "yes"],
    ["<sip:a@b>;nottag=1;tagx=2", undefined],
    ["<sip:a@b>;tag", undefined],
    ["<sip:a@b>;tag=", undefined],
    ["<sip:a@b", undefined],
    ['"never closed <sip:a@b>;tag=1', undefined],
    ["sip:a@b", undefined],
    [";tag=1", undefined],
    ["", undefined],
  ] as const) {
    it(`given ${JSON.stringify(value)}, when its tag is asked for, then it is ${tag ?? "absent"}`, () => {
      assert.equal(tagOf(value), tag);
    });
  }
  it("given any address, when its tag is asked for, then it is what the full parse gives", () => {
    const withTag = fc.tuple(nameAddr(fc.constant("sip:a@b;tag=x")), fc.option(fc.stringMatching(/^[a-z0-9]{1,9}$/)));
    fc.assert(
      fc.property(withTag, ([address, tag]) => {
        const params = tag === null ? address.params : new Map([...address.params, ["tag", tag]]);
        const value = formatNameAddr({ ...address, params });
        assert.equal(tagOf(value), params.get("tag"));
      }),
    );
  });
  it("given anything that parses, when its tag is asked for, then it is what the full parse gives", () => {
    fc.assert(
      fc.property(grammarSoup, (text) => {
        const value = `sip:a@b${text}`;
        const parsed = parseNameAddr(value);
        const tag = tagOf(value);
        if (parsed.ok) assert.equal(tag, parsed.value.params.get("tag"));
      }),
      { numRuns: 2_000 },
    );
  });
});
