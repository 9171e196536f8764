// Writes the reference in docs/configuration.md anew, from the schemas.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationReference, withReference } from "../src/config/index.ts";

const path = join(import.meta.dirname, "..", "docs", "configuration.md");
writeFileSync(path, withReference(readFileSync(path, "utf8"), configurationReference()));
