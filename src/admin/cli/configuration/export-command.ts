import { chmodSync, writeFileSync } from "node:fs";
import { errorMessageOf, SwitchError } from "../../../common/index.ts";
import { documentJsonSchema, KINDS, yamlKeyOf } from "../../../database/index.ts";
import { stringify } from "yaml";
import type { CliOutput } from "../launcher.ts";
import { EXIT } from "../exit-codes.ts";
import type { RestContext } from "./rest-context.ts";

/** The words of `tandem export`. */
export interface ExportWords {
  /** Absent: standard output. */
  readonly file?: string;
  readonly secrets: boolean;
}

const TIMEOUT_MS = 5 * 60_000;

/** `tandem export [FILE]`: what `tandem import` takes; a file is for its owner's eyes. */
export async function exportAll({ file, secrets }: ExportWords, rest: RestContext): Promise<number> {
  const { client, output, json } = rest;
  const query = secrets ? { secrets } : {};
  const given = await client.rest.request("GET", "/configuration", { query, timeoutMs: TIMEOUT_MS });
  const document = ordered(given as Readonly<Record<string, unknown>>);
  const text = json ? JSON.stringify(document, null, 2) : stringify(document, { lineWidth: 0 }).trimEnd();
  if (file === undefined) output.out(text);
  else {
    writeOwn(file, `${text}\n`);
    const count = Object.values(document).reduce<number>(
      (sum, list) => sum + (Array.isArray(list) ? list.length : 0),
      0,
    );
    output.err(`${count} objects written to ${file}${secrets ? "; who has it has the passwords" : ""}`);
  }
  return EXIT.ok;
}

/** `tandem schema [--output FILE]`: the JSON Schema of what `import` takes, for editors. */
export function showSchema(file: string | undefined, output: CliOutput): number {
  const text = JSON.stringify(documentJsonSchema(), null, 2);
  if (file === undefined) output.out(text);
  else {
    writeOwn(file, `${text}\n`);
    output.err(`written to ${file}; begin a file with: # yaml-language-server: $schema=${file}`);
  }
  return EXIT.ok;
}

/** Kinds in the order of the model: what others refer to comes first. */
function ordered(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = KINDS.map(yamlKeyOf);
  const others = Object.keys(document).filter((key) => !keys.includes(key));
  return Object.fromEntries(
    [...others, ...keys].flatMap((key) => (document[key] === undefined ? [] : [[key, document[key]]])),
  );
}

function writeOwn(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
    // A file that was there keeps its mode otherwise.
    chmodSync(path, 0o600);
  } catch (error) {
    throw new SwitchError("not-written", `${path} cannot be written: ${errorMessageOf(error)}`, { path });
  }
}
