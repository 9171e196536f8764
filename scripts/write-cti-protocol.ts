// Writes all that is made from the schemas of the CTI protocol anew; a test keeps it current.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { protocolFiles } from "./protocol/protocol-files.ts";

for (const [name, contents] of Object.entries(await protocolFiles())) {
  const path = join(import.meta.dirname, "..", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
