import { errorCodeOf, SwitchError } from "../../../common/index.ts";
import { check, ConfigError, readYamlSource, type YamlSource } from "../../../config/index.ts";
import { DOCUMENT_VERSION, documentSchema } from "../../../database/index.ts";
import type { ConfigurationClient } from "../../client/configuration-client.ts";
import { RestRefusal } from "../../client/rest-refusal.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliOutput } from "../launcher.ts";
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
  readonly sequence: number;
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
    const result = await send(words, source, { client: rest.client, output: rest.output, stages, interrupted });
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
  readonly output: CliOutput;
  readonly interrupted: AbortSignal;
}

/** The node stops when it is left before this phase, and finishes when it is in it. */
const LAST_PHASE = "apply";

async function send(words: ImportWords, source: YamlSource, sending: Sending): Promise<ImportResult> {
  const { client, stages, interrupted } = sending;
  const before = await newestChange(client);
  if (interrupted.aborted) throw ended("nothing was done");
  const leaving = new Leaving(sending);
  const options = {
    query: { mode: words.mode, dryRun: words.dryRun },
    body: source.value,
    timeoutMs: TIMEOUT_MS,
    interrupted: leaving.signal,
  };
  stages.enter("sending");
  try {
    const result = (await client.rest.stream("POST", "/configuration", options, (line) => {
      leaving.phase = line["phase"];
      stages.report(line);
    })) as ImportResult;
    if (interrupted.aborted && !words.dryRun) throw ended(outcomeOf(before, result.sequence));
    return result;
  } catch (error) {
    if (errorCodeOf(error) === "interrupted" && leaving.signal.aborted) {
      throw await afterLeaving(client, before, words.dryRun);
    }
    if (!(error instanceof RestRefusal) || error.violations.length === 0) throw error;
    throw new ConfigError(problemsOfViolations(error.violations, source, words.file));
  } finally {
    leaving.end();
  }
}

/** Leaves the node at Ctrl-C, unless it is at what it will not stop. */
class Leaving {
  phase: unknown;
  readonly #controller = new AbortController();
  readonly #sending: Sending;
  readonly #leave = (): void => {
    if (this.phase !== LAST_PHASE) this.#controller.abort();
    else this.#sending.output.err("(the change is being made; waiting for its end)");
  };

  constructor(sending: Sending) {
    this.#sending = sending;
    sending.interrupted.addEventListener("abort", this.#leave, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    this.#sending.interrupted.removeEventListener("abort", this.#leave);
  }
}

async function newestChange(client: ConfigurationClient): Promise<number> {
  const answer = await client.rest.request("GET", "/changes", { query: { limit: 1 } });
  const { items } = answer as { readonly items: readonly { readonly sequence: number }[] };
  return items[0]?.sequence ?? 0;
}

/** What became of it: the check of a document of nothing waits for the change that the node may have begun. */
async function afterLeaving(client: ConfigurationClient, before: number, isDryRun: boolean): Promise<SwitchError> {
  if (isDryRun) return ended("nothing was done: it was a dry run");
  try {
    const options = { query: { mode: "merge", dryRun: true }, body: { version: DOCUMENT_VERSION } };
    await client.rest.request("POST", "/configuration", { ...options, timeoutMs: TIMEOUT_MS });
    return ended(outcomeOf(before, await newestChange(client)));
  } catch {
    return ended("the node does not say whether it was done: see `tandem change list`");
  }
}

function outcomeOf(before: number, after: number): string {
  if (after <= before) return "nothing was done";
  return `change ${after} had been made already: \`tandem undo ${after}\` takes it back`;
}

function ended(how: string): SwitchError {
  return new SwitchError("interrupted", `interrupted; ${how}`);
}

function resultText({ file, dryRun }: ImportWords, result: ImportResult): string {
  const { sequence, created, changed, removed, unchanged } = result;
  const counts = `${created} created, ${changed} changed, ${removed} removed, ${unchanged} unchanged`;
  if (dryRun) return `${file} would do: ${counts} (nothing was done)`;
  // Of an import that changed nothing it is the last change before.
  const isChange = created + changed + removed > 0;
  return `${file}: ${counts}${isChange ? ` (change ${sequence})` : ""}`;
}
