import assert from "node:assert/strict";
import { fieldValueText, tableColumns } from "../../../../src/admin/cli/configuration/field-text.ts";

describe("a field in a table", () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["nothing", undefined, ""],
    ["null", null, ""],
    ["a flag", true, "yes"],
    ["a flag that is off", false, "no"],
    ["a number", 0, "0"],
    [
      "lines",
      [{ directoryNumber: "1001@internal", label: "Ann" }, { directoryNumber: "1002@internal" }],
      "1001@internal 1002@internal",
    ],
    ["seven entries", ["a", "b", "c", "d", "e", "f", "g"], "a b c d e f … (7)"],
    [
      "forwarding",
      { busy: { internal: "1002", external: "1002" }, all: { internal: "1", external: "2" } },
      "busy:1002 all:1/2",
    ],
    ["entries without a name", [{ a: "x", b: 1 }], "x"],
  ];
  for (const [what, value, text] of cases) {
    it(`given ${what}, when shown, then it reads "${text}"`, () => {
      assert.equal(fieldValueText(value), text);
    });
  }

  it("given a path, when a column is made of it, then it shows what is there, and nothing where it ends early", () => {
    const [column] = tableColumns([["User", "registration.user"]]);
    assert.equal(column?.cell({ registration: { user: "u" } }), "u");
    assert.equal(column?.cell({ registration: "u" }), "");
  });
});
