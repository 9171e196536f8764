import assert from "node:assert/strict";
import {
  matchesStrongly,
  matchesWeakly,
  readCondition,
  tagOf,
} from "../../../../src/admin/rest/resource/entity-tag.ts";

describe("conditions of requests", () => {
  const read = (text: string) => readCondition("If-Match", text) ?? assert.fail("no condition");

  it("given tags, when compared, then weak ones match weakly alone", () => {
    assert.equal(matchesStrongly(read('"6", "7"'), tagOf(7)), true);
    assert.equal(matchesStrongly(read('W/"7"'), tagOf(7)), false);
    assert.equal(matchesWeakly(read('W/"7"'), tagOf(7)), true);
    assert.equal(matchesWeakly(read('"70"'), tagOf(7)), false);
    assert.equal(matchesStrongly(read(" * "), tagOf(7)), true);
  });

  it("given no header, when read, then there is no condition", () => {
    assert.equal(readCondition("If-Match", undefined), undefined);
  });

  it("given what are no tags, when read, then it is refused", () => {
    for (const text of ["7", "", '"7', '"a"b"', "*, *", Array.from({ length: 101 }, () => '"1"').join()]) {
      assert.throws(() => read(text), { code: "bad-parameter" }, text);
    }
  });
});
