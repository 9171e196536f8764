// Writes the figures and tables of docs/call-model.md anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callModelPage } from "./reference/call-model-page.ts";

const path = join(import.meta.dirname, "..", "docs", "call-model.md");
writeFileSync(path, callModelPage(readFileSync(path, "utf8")));
