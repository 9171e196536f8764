import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));
const pages = ["README.md", "CHANGELOG.md", ...filesBelow("docs", ".md").map((name) => `docs/${name}`)];
const tests = filesBelow("test", ".test.ts");
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the pages of the documentation", () => {
  for (const page of pages) {
    it(`given ${page}, when its links are followed, then each leads somewhere`, () => {
      for (const [, target = ""] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, file)), `${page}: there is no ${target}`);
        if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${page}: there is no ${target}`);
      }
    });
  }

  it("given the table of RFCs, when its tests are looked for, then each row has some and all are there", () => {
    const rows = [...textOf("docs/sip.md").matchAll(/^\| \d.+\| (.+) \|$/gm)];
    assert.ok(rows.length > 30);
    for (const [row, cell = ""] of rows) {
      const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
      assert.ok(names.length > 0, row);
      for (const name of names) {
        const start = name.startsWith("interop/") ? `conformance/${name}-` : `${name}.test.ts`;
        assert.ok(
          tests.some((file) => file.startsWith(start)),
          `${name} of: ${row}`,
        );
      }
    }
  });

  it("given the promises to applications, when their tests are looked for, then each row has some, and they are there by their titles", () => {
    const page = textOf("docs/cti/promises.md");
    const rows = [...page.matchAll(/^\| (?!Promise)[^|]+ \| (.+) \|$/gm)].map(([, cell = ""]) => cell);
    assert.ok(rows.length > 25);
    for (const cell of rows) assert.match(cell, /`[^`]+`/);
    for (const [, name = "", title] of page.matchAll(/`((?:\w[\w-]*\/)+[\w-]+)`(?:: \*([^*]+)\*)?/g)) {
      const file = title === undefined ? `test/${name}.ts` : `test/${name}.test.ts`;
      assert.ok(existsSync(join(root, file)), `there is no ${file}`);
      if (title === undefined) continue;
      const begins = ['"', "`"].map((quote) => `it(${quote}${title}`);
      assert.ok(
        begins.some((text) => textOf(file).includes(text)),
        `${file}: ${title}`,
      );
    }
  });

  it("given the commands of the README, when they are looked for, then the package has them", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    for (const page of pages) {
      for (const [, name = ""] of textOf(page).matchAll(/npm run (?:--silent )?([a-z:-]+)/g))
        assert.ok(name in scripts, `${page}: npm run ${name}`);
    }
  });
});
