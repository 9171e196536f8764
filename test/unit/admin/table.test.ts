import assert from "node:assert/strict";
import { formatTable } from "../../../src/admin/cli/table.ts";
import { fieldText } from "../../../src/admin/view/columns.ts";

const columns = ["name", "state"].map((key) => ({ title: key, cell: (row: object) => fieldText({ ...row }, key) }));

describe("formatTable", () => {
  it("given rows, when formatted, then columns are aligned under their titles and nothing trails", () => {
    const text = formatTable(
      [
        { name: "callmanager", state: "ready" },
        { name: "edge", state: "" },
      ],
      columns,
    );
    assert.equal(text, "NAME         STATE\ncallmanager  ready\nedge");
  });

  it("given control characters from a phone, when formatted, then the terminal never sees them", () => {
    const text = formatTable([{ name: "a\u001b[31mb\nc\u009b", state: "x" }], columns);
    assert.match(text, /a\\u001b\[31mb\\u000ac\\u009b\s+x/);
  });
});
