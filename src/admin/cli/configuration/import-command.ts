import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf, SwitchError } from "../../../common/index.ts";
import { check, ConfigError, readYamlSource, type YamlSource } from "../../../config/index.ts";
import { documentSchema } from "../../../database/index.ts";
import type { ConfigurationClient } from "../../client/configuration-client.ts";
import { RestRefusal } from "../../client/rest-refusal.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliOutput } from "../launcher.ts";
import { importOutcome, outcomeText } from "./import-outcome.ts";
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
 * @throws {ConfigError} every problem with its line; {SwitchError} `interrupted` and `rest-broken-off`, saying whether
 * anything was done
 */
export async function importFile(words: ImportWords, rest: RestContext, interrupted: AbortSignal): Promise<number> {
  if (words.mode !== "merge" && words.mode !== "replace")
    throw badUsage(`--mode is merge or replace, not ${words.mode}`);
  const stages = await openStages(`reading ${words.file}`, rest.output);
  try {
    const source = await readDocument(words.file, stages);
    // Ctrl-C may have been pressed meanwhile.
    await drawingTurn();
    const summary = `import of ${basename(words.file).slice(0, 100)} (${words.mode}) ${rest.ids.token(4)}`;
    const result = await send(words, source, { ...rest, stages, interrupted, summary });
    stages.end();
    print(rest, { file: words.file, mode: words.mode, dryRun: words.dryRun, ...result }, resultText(words, result));
    return EXIT.ok;
  } finally {
    stages.end();
  }
}

/** Reads the file and checks it by the schema, before anything is sent. @throws {ConfigError} */
async function readDocument(file: string, stages: Stages): Promise<YamlSource> {
  const source = readYamlSource(file);
  if (!source.ok) throw new ConfigError(source.problems);
  stages.enter("checking");
  await drawingTurn();
  const checked = check(documentSchema(), source.value);
  if (!checked.ok) throw new ConfigError(checked.problems);
  return source.value;
}

/** Lets what is due on the terminal be drawn: that goes by timers, too. */
function drawingTurn(): Promise<void> {
  return delay(1);
}

interface Sending {
  readonly client: ConfigurationClient;
  readonly stages: Stages;
  readonly output: CliOutput;
  readonly interrupted: AbortSignal;
  /** Of the change; no other change has it. */
  readonly summary: string;
}

/** The node stops when it is left before this phase, and finishes when it is in it. */
const LAST_PHASE = "apply";

async function send(words: ImportWords, source: YamlSource, sending: Sending): Promise<ImportResult> {
  const { client, stages, interrupted, summary } = sending;
  if (interrupted.aborted) throw ended("nothing was done");
  const leaving = new Leaving(sending);
  const options = {
    query: { mode: words.mode, dryRun: words.dryRun, summary },
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
    if (interrupted.aborted && !words.dryRun) {
      throw ended(outcomeText(isChange(result) ? result.sequence : undefined));
    }
    return result;
  } catch (error) {
    if (!(error instanceof RestRefusal)) throw await explained(error, words, sending);
    if (error.violations.length === 0) throw error;
    throw new ConfigError(problemsOfViolations(error.violations, source, words.file));
  } finally {
    leaving.end();
  }
}

/** The same with what became of the import, when its answer has not come. */
async function explained(error: unknown, words: ImportWords, { client, stages, summary }: Sending): Promise<unknown> {
  const code = errorCodeOf(error);
  const isOpen = code === "interrupted" && !(error instanceof Ended);
  if (!isOpen && code !== "rest-broken-off") return error;
  if (code === "rest-broken-off") stages.enter("the node went away; waiting for it");
  const outcome = words.dryRun ? "nothing was done: it was a dry run" : await importOutcome(client, summary);
  if (isOpen) return ended(outcome);
  return new SwitchError("rest-broken-off", `the node went away during the import; ${outcome}`, {}, { cause: error });
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

/** `interrupted`, with what became of it. */
class Ended extends SwitchError<"interrupted"> {}

function ended(how: string): Ended {
  return new Ended("interrupted", `interrupted; ${how}`);
}

function isChange({ created, changed, removed }: ImportResult): boolean {
  return created + changed + removed > 0;
}

function resultText({ file, dryRun }: ImportWords, result: ImportResult): string {
  const { sequence, created, changed, removed, unchanged } = result;
  const counts = `${created} created, ${changed} changed, ${removed} removed, ${unchanged} unchanged`;
  if (dryRun) return `${file} would do: ${counts} (nothing was done)`;
  // Of an import that changed nothing it is the last change before.
  return `${file}: ${counts}${isChange(result) ? ` (change ${sequence})` : ""}`;
}
