import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../../src/admin/index.ts";
import { yamlKeyOf, type Kind } from "../../../src/database/index.ts";
import { ConfiguredCli } from "../configured-cli.ts";
import { FULL_DOCUMENT } from "./full-document.ts";
import { placedYaml } from "./placed-yaml.ts";
import type { Path } from "./schema-rules.ts";

type Json = Record<string, unknown>;

/** A problem that an import of a document has to tell. */
export interface Expected {
  /** Where: of a key that is there, or of a value. */
  readonly path: Path;
  readonly isKey?: boolean;
  readonly reason: RegExp;
}

/** Imports documents that are bad, by command and over REST, and says what is wrong with what they tell. */
export class BadFileDesk {
  readonly cli: ConfiguredCli;
  readonly #file: string;

  private constructor(cli: ConfiguredCli) {
    this.cli = cli;
    this.#file = join(cli.rest.paths.dataDir, "bad.yaml");
  }

  static async open(): Promise<BadFileDesk> {
    return new BadFileDesk(await ConfiguredCli.start());
  }

  /** What of the problems that `tandem import` prints is not as expected; undefined: nothing. */
  async faultOf(
    document: unknown,
    expected: Expected,
    mode: "merge" | "replace" = "merge",
  ): Promise<string | undefined> {
    const yaml = placedYaml(document);
    writeFileSync(this.#file, yaml.text);
    const { exitCode, out, err } = await this.cli.run(["import", this.#file, "--mode", mode]);
    if (exitCode !== EXIT.badConfig || out !== "") return `ended with ${exitCode}: ${out}${err}`;
    const { line, column } = expected.isKey === true ? yaml.placeOfKey(expected.path) : yaml.placeOf(expected.path);
    const start = `${this.#file}:${line}:${column}: ${expected.path.length === 0 ? "" : `${textOf(expected.path)}: `}`;
    const told = err.split("\n").filter((each) => each.startsWith(this.#file));
    const isTold = told.some((each) => each.startsWith(start) && expected.reason.test(each.slice(start.length)));
    return isTold ? undefined : `no ${start}${String(expected.reason)} in\n${told.join("\n")}`;
  }

  /** What of the answer of REST to the same document is not as expected; undefined: nothing. */
  async answerFaultOf(document: unknown, path: Path): Promise<string | undefined> {
    const { status, body, text } = await this.cli.rest.post("/configuration?dryRun=true", document);
    if (status !== 422) return `answered with ${status}: ${text}`;
    const isTold = body.violations.some((each) => each.path === path.join("."));
    return isTold ? undefined : `no ${path.join(".")} in ${text}`;
  }

  close(): Promise<void> {
    return this.cli.close();
  }
}

/** The full document, changed at a place below an object. */
export function changedDocument(path: Path, change: (parent: Json, key: string) => void): unknown {
  const document = JSON.parse(JSON.stringify(FULL_DOCUMENT)) as Json;
  if (path.length === 0) {
    const frame: Json = { document };
    change(frame, "document");
    return frame["document"];
  }
  const parents = path.slice(0, -1);
  let parent: unknown = document;
  for (const part of parents) parent = (parent as Json | undefined)?.[part];
  if (typeof parent !== "object" || parent === null) throw new Error(`the full document has no ${parents.join(".")}`);
  change(parent as Json, String(path.at(-1)));
  return document;
}

/** The place of the first object of a kind. */
export function firstOf(kind: Kind): Path {
  return [yamlKeyOf(kind), 0];
}

function textOf(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}
