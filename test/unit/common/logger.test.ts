import assert from "node:assert/strict";
import { silentLogger } from "../../../src/common/index.ts";

describe("silentLogger", () => {
  it("given any level, when a line is logged, then nothing happens and children are silent too", () => {
    for (const level of ["debug", "info", "warn", "error"] as const)
      assert.equal(silentLogger[level]("x", { a: 1 }), undefined);
    assert.equal(silentLogger.child({ call: 1 }), silentLogger);
    assert.equal(silentLogger.debugEnabled, false);
  });
});
