import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MADE_FOLDERS, protocolFiles } from "../../../scripts/protocol/protocol-files.ts";
import { PROTOCOL_SCHEMA } from "../../../src/protocol/schema/protocol-schema.ts";
import { createSchemaCompiler } from "../../support/json-schema-compiler.ts";

const root = join(import.meta.dirname, "..", "..", "..");

describe("files made from the schemas of the CTI protocol", () => {
  it("given the schemas, when they are made anew, then they are as they are kept, and there are no others", async () => {
    const files = await protocolFiles();
    for (const [name, contents] of Object.entries(files))
      assert.ok(readFileSync(join(root, name), "utf8") === contents, `${name} is not current: run npm run docs:cti`);
    for (const folder of MADE_FOLDERS)
      for (const name of readdirSync(join(root, folder))) assert.ok(`${folder}/${name}` in files, `${folder}/${name}`);
  });
  it("given the schema for programs, when another validator compiles it, then it is sound, and every part can be used", () => {
    const text = readFileSync(join(root, "docs/cti/protocol.schema.json"), "utf8");
    const document = JSON.parse(text) as { readonly $defs: Readonly<Record<string, object>> };
    const compiler = createSchemaCompiler();
    compiler.addVocabulary(["x-version", "x-methods", "x-events", "x-errors"]);
    compiler.addSchema(document, "cti");
    for (const name of Object.keys(document.$defs)) compiler.compile({ $ref: `cti#/$defs/${name}` });
    const isEvent = compiler.compile({ $ref: "cti#/$defs/CtiEvent" });
    assert.equal(isEvent({ seq: 1, type: "digits", callId: "c1", device: "desk", digits: "1" }), true);
    assert.equal(isEvent({ seq: 1, type: "digits", callId: "c1", device: "desk" }), false);
  });
  it("given every field of every schema, when its description is looked for, then there is one, or it is that of its kind", () => {
    const { definitions, methods } = PROTOCOL_SCHEMA;
    const fields = [
      ...Object.values(definitions),
      ...methods.flatMap(({ params, result }) => [params, result]),
    ].flatMap(({ properties = {}, oneOf = [] }) => [properties, ...oneOf.map((one) => one.properties ?? {})]);
    for (const of of fields)
      for (const [name, field] of Object.entries(of)) {
        const isSaid = field.description ?? definitions[field.$ref?.slice("#/$defs/".length) ?? ""]?.description;
        assert.ok(isSaid !== undefined || field.const !== undefined, `${name} is not described`);
      }
  });
});
