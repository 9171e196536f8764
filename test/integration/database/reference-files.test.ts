import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REFERENCE_FILES } from "../../../scripts/reference/reference-files.ts";
import { documentJsonSchema, KINDS, SERVICE_PARAMETERS, yamlKeyOf } from "../../../src/database/index.ts";

const root = join(import.meta.dirname, "../../..");
const textOf = (name: string): string => readFileSync(join(root, name), "utf8");

interface Tree {
  readonly properties?: Readonly<Record<string, Tree>>;
  readonly items?: Tree;
  readonly description?: string;
  readonly writeOnly?: boolean;
  readonly default?: unknown;
}

describe("what the documentation has of the schemas", () => {
  for (const [name, contents] of Object.entries(REFERENCE_FILES)) {
    it(`given ${name}, when it is made anew, then it is as it stands`, () => {
      const now = textOf(name);
      assert.ok(now === contents(now), "run: npm run docs:configuration");
    });
  }

  it("given the page of the model, when read, then each kind has a section and each key an effect", () => {
    const page = textOf("docs/configuration-model.md");
    for (const kind of KINDS) assert.ok(page.includes(`\n## ${kind}\n`), kind);
    const rows = page.split("\n").filter((line) => /^\| `[^`]+` \| .* \| .* \|/.test(line));
    assert.ok(rows.length > 200, String(rows.length));
    for (const line of rows) assert.match(line, /\| [^|]{5,} \|$/);
  });

  it("given the page of service parameters, when read, then each is there once", () => {
    const page = textOf("docs/service-parameters.md");
    for (const { name } of SERVICE_PARAMETERS) assert.equal(page.split(`| \`${name}\` |`).length, 2, name);
  });

  it("given the JSON Schema, when read, then it is of draft 2020-12, has each kind, and describes every key", () => {
    const schema = documentJsonSchema() as Tree & { readonly $schema?: unknown };
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    const keys = Object.keys(schema.properties ?? {});
    assert.deepEqual(keys, ["version", ...KINDS.map(yamlKeyOf)]);
    const visit = (tree: Tree, path: string): void => {
      for (const [key, inner] of Object.entries(tree.properties ?? {})) {
        assert.ok(inner.description !== undefined, `${path}${key}`);
        visit(inner, `${path}${key}.`);
      }
      if (tree.items !== undefined) visit(tree.items, path);
    };
    visit(schema, "");
  });

  it("given the JSON Schema, when secrets are looked for, then they are for writing only, and defaults are told", () => {
    const { properties = {} } = documentJsonSchema() as Tree;
    const phone = properties["phones"]?.items?.properties ?? {};
    const user = properties["users"]?.items?.properties ?? {};
    const trunk = properties["trunks"]?.items?.properties ?? {};
    const { password, ha1 } = phone["credentials"]?.properties ?? {};
    const secrets = [password, ha1, user["password"], user["passwordHash"], user["pin"], user["pinHash"]];
    for (const tree of [...secrets, trunk["password"], trunk["sealedPassword"]]) assert.equal(tree?.writeOnly, true);
    assert.equal(phone["name"]?.writeOnly, undefined);
    assert.equal(phone["maxCalls"]?.default, 4);
    assert.ok(!JSON.stringify(properties).includes("isSecret"));
  });
});
