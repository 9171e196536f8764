import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { protocolFiles } from "../../../scripts/protocol/protocol-files.ts";

const root = join(import.meta.dirname, "..", "..", "..");

describe("files made from the schemas of the CTI protocol", () => {
  it("given the schemas, when they are made anew, then they are as they are kept", async () => {
    for (const [name, contents] of Object.entries(await protocolFiles()))
      assert.equal(readFileSync(join(root, name), "utf8"), contents, `${name}: run npm run docs:cti`);
  });
});
