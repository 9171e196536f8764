import assert from "node:assert/strict";
import { partsOf, testFiles } from "../../../scripts/test-parts.ts";
import { SUITES } from "../../../scripts/test-suites.ts";

const FILES = Array.from({ length: 9 }, (_, index) => `test/a/file-${index}.test.ts`);

describe("parts of suites of tests", () => {
  it("given one process, when files are dealt out, then they are one part, in their order", () => {
    assert.deepEqual(partsOf(FILES, { processes: 1 }), [FILES]);
    assert.deepEqual(partsOf([], { processes: 1 }), []);
  });
  it("given files that take long, when files are dealt out, then these come first and alone, and each file is in one part", () => {
    const parts = partsOf(FILES, { processes: 2, longest: ["file-7", "file-2"] });
    assert.deepEqual(parts.slice(0, 2), [[FILES[7]], [FILES[2]]]);
    assert.deepEqual(parts.flat().sort(), FILES);
    assert.deepEqual(
      parts.slice(2).map(({ length }) => length),
      [2, 1, 1, 1, 1, 1],
    );
  });
  it("given fewer files than parts, when they are dealt out, then no part is empty", () => {
    assert.deepEqual(partsOf(FILES.slice(0, 2), { processes: 3 }), [[FILES[0]], [FILES[1]]]);
  });
  it("given a file that is not there, when it is said to take long, then that is an error", () => {
    assert.throws(() => partsOf(FILES, { processes: 2, longest: ["file-9"] }), /there is no file-9/);
    assert.throws(() => partsOf(FILES, { processes: 2, longest: ["ile-2"] }), /there is no ile-2/);
  });
  it("given the suites, when files are said to take long, then they are there, and there are several processes for them", () => {
    const named = SUITES.flatMap(({ run }) => ("folder" in run && run.longest !== undefined ? [run] : []));
    assert.ok(named.length > 0);
    for (const { folder, except, processes = 1, longest = [] } of named) {
      assert.ok(processes > 1, folder);
      const parts = partsOf(testFiles(folder, except), { processes, longest });
      assert.ok(parts.length > longest.length, folder);
    }
  });
});
