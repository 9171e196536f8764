// Writes what the documentation has of the schemas anew.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { REFERENCE_FILES } from "./reference/reference-files.ts";

for (const [name, contents] of Object.entries(REFERENCE_FILES)) {
  const path = join(import.meta.dirname, "..", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents(existsSync(path) ? readFileSync(path, "utf8") : ""));
}
