import assert from "node:assert/strict";
import { SessionTable } from "../../../../src/admin/rest/access/session-table.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("SessionTable", () => {
  it("given more sessions of a user than there may be, when another begins, then the one not used for longest ends", () => {
    const table = new SessionTable(new ManualClock());
    const tokens = Array.from({ length: 50 }, () => table.begin("ada", "h").token);
    table.use(tokens[0] ?? "");
    table.begin("ada", "h");
    assert.equal(table.size, 50);
    assert.ok(table.use(tokens[0] ?? ""));
    assert.equal(table.use(tokens[1] ?? ""), undefined);
  });

  it("given as many sessions as there may be, when another begins, then there are no more", () => {
    const table = new SessionTable(new ManualClock());
    const first = table.begin("user-0", "h").token;
    for (let count = 1; count <= 10_000; count += 1) table.begin(`user-${count}`, "h");
    assert.equal(table.size, 10_000);
    assert.equal(table.use(first), undefined);
  });
});
