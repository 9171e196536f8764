import { errorCodeOf, SwitchError } from "../../../common/index.ts";
import { check, ConfigError, readYamlSource, type YamlSource } from "../../../config/index.ts";
import { documentSchema } from "../../../database/index.ts";
import type { ConfigurationClient } from "../../client/configuration-client.ts";
import { RestRefusal } from "../../client/rest-refusal.ts";
import { EXIT } from "../exit-codes.ts";
import { openStages, type Stages } from "./stages.ts";
import { problemsOfViolations } from "./import-problems.ts";
import { badUsage, print, type RestContext } from "./rest-context.ts";

/** The words of `tandem import`. */
export interface ImportWords {
  readonly file: string;
  /** `merge` leaves what the file does not name, `replace` removes it. */
  readonly mode: string;
  /** Checks only. */
  readonly dryRun: boolean;
}

/** What the server says when it is done. */
interface ImportResult {
  readonly sequence?: number | null;
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

const TIMEOUT_MS = 10 * 60_000;

/**
 * `tandem import FILE`: one change, all of it or nothing.
 * @throws {ConfigError} every problem with its line; {SwitchError} `interrupted`, saying whether anything was done
 */
export async function importFile(words: ImportWords, rest: RestContext, interrupted: AbortSignal): Promise<number> {
  if (words.mode !== "merge" && words.mode !== "replace")
    throw badUsage(`--mode is merge or replace, not ${words.mode}`);
  const stages = await openStages(`reading ${words.file}`, rest.output);
  try {
    const source = readDocument(words.file);
    const result = await send(words, source, { client: rest.client, stages, interrupted });
    stages.end();
    print(rest, { file: words.file, mode: words.mode, dryRun: words.dryRun, ...result }, resultText(words, result));
    return EXIT.ok;
  } finally {
    stages.end();
  }
}

/** Reads the file and checks it by the schema, before anything is sent. @throws {ConfigError} */
export function readDocument(file: string): YamlSource {
  const source = readYamlSource(file);
  if (!source.ok) throw new ConfigError(source.problems);
  const checked = check(documentSchema(), source.value);
  if (!checked.ok) throw new ConfigError(checked.problems);
  return source.value;
}

interface Sending {
  readonly client: ConfigurationClient;
  readonly stages: Stages;
  readonly interrupted: AbortSignal;
}

async function send({ file, mode, dryRun }: ImportWords, source: YamlSource, sending: Sending): Promise<ImportResult> {
  const { client, stages, interrupted } = sending;
  const before = await newestChange(client);
  if (interrupted.aborted) throw ended("nothing was done");
  const options = { query: { mode, dryRun }, body: source.value ?? {}, timeoutMs: TIMEOUT_MS, interrupted };
  stages.enter("sending");
  try {
    const onLine = (line: Readonly<Record<string, unknown>>): void => stages.report(line);
    return (await client.rest.stream("POST", "/configuration", options, onLine)) as ImportResult;
  } catch (error) {
    if (errorCodeOf(error) === "interrupted") throw await afterInterruption(client, before, dryRun);
    if (!(error instanceof RestRefusal) || error.violations.length === 0) throw error;
    throw new ConfigError(problemsOfViolations(error.violations, source, file));
  }
}

async function newestChange(client: ConfigurationClient): Promise<number> {
  const answer = await client.rest.request("GET", "/changes", { query: { limit: 1 } });
  const { items } = answer as { readonly items: readonly { readonly sequence: number }[] };
  return items[0]?.sequence ?? 0;
}

/** The server may have been done already when it was left. */
async function afterInterruption(client: ConfigurationClient, before: number, isDryRun: boolean): Promise<SwitchError> {
  if (isDryRun) return ended("nothing was done: it was a dry run");
  const after = await newestChange(client).catch(() => undefined);
  if (after === undefined) return ended("the node does not say whether it was done: see `tandem change list`");
  if (after === before) return ended("nothing was done");
  return ended(`change ${after} has been made in the meantime: see \`tandem change show ${after}\``);
}

function ended(how: string): SwitchError {
  return new SwitchError("interrupted", `interrupted; ${how}`);
}

function resultText({ file, dryRun }: ImportWords, result: ImportResult): string {
  const { sequence, created, changed, removed, unchanged } = result;
  const counts = `${created} created, ${changed} changed, ${removed} removed, ${unchanged} unchanged`;
  if (dryRun) return `${file} would do: ${counts} (nothing was done)`;
  return `${file}: ${counts}${typeof sequence === "number" ? ` (change ${sequence})` : ""}`;
}
