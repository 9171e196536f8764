// Whether applications that were made for the protocol as it was last accepted work with it as it is now: ends with 1 if not.
// With --accept, what is compatible, or has another major version, becomes what later ones are compared with.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROTOCOL_SCHEMA } from "../src/protocol/schema/protocol-schema.ts";
import { acceptedText, BASELINE, parsedDocument } from "./protocol/baseline.ts";
import { incompatibilities } from "./protocol/compatibility.ts";
import { schemaDocument } from "./protocol/schema-document.ts";

const path = join(import.meta.dirname, "..", BASELINE);
const now = schemaDocument(PROTOCOL_SCHEMA);
const before = existsSync(path) ? parsedDocument(readFileSync(path, "utf8")) : undefined;
const major = (version: string): string => version.split(".")[0] ?? "";
const isSame = before !== undefined && major(before["x-version"]) === major(now["x-version"]);
const problems = isSame ? incompatibilities(before, now) : [];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else if (process.argv.includes("--accept")) writeFileSync(path, acceptedText(now));
