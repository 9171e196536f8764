import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configurationReference, parseConfig, withReference } from "../../../src/config/index.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs", "configuration.md"), "utf8");

describe("docs/configuration.md", () => {
  it("given the schemas, when the reference is made, then the page has it as it stands", () => {
    assert.equal(page, withReference(page, configurationReference()), "run: npm run docs:configuration");
  });

  it("given the reference, when read, then every key has an effect and a default, or is needed", () => {
    const rows = configurationReference()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    assert.ok(rows.length > 50);
    for (const row of rows) {
      const [key = "", value = "", , effect = ""] = row.slice(2).split(" | ");
      assert.ok(key !== "" && value !== "" && effect.length > 10, row);
    }
  });

  it("given the example, when checked, then it is a good configuration", () => {
    const [, example = ""] = /^## An example\n\n```yaml\n(.*?)^```/ms.exec(page) ?? [];
    const { config } = parseConfig("example", example, "/", join(root, "sip-profiles"));
    assert.equal(config.phones.length, 2);
  });

  it("given the profiles that come with Tandem, when listed, then the page has each", () => {
    for (const file of readdirSync(join(root, "sip-profiles"))) {
      assert.ok(page.includes(`| \`${file.replace(".yaml", "")}\` |`), file);
    }
  });
});
