import { Option, type Command } from "commander";
import type { Clock } from "../../common/index.ts";
import type { LocalNode } from "../client/find-access.ts";
import type { ServiceCaller } from "../control/service-caller.ts";
import { openRest, type RestContext, type RestWords } from "./configuration/rest-context.ts";
import { findNode, type FoundNode } from "./find-node.ts";
import type { CliInput, Launcher, PrintableOutput } from "./launcher.ts";

/** What the command line works with. */
export interface CliContext {
  readonly launcher: Launcher;
  readonly output: PrintableOutput;
  readonly input: CliInput;
  readonly clock: Clock;
}

/** Takes the exit code of the command that ran. */
export type Settle = (exitCode: Promise<number>) => Promise<void>;

/** Options of commands on a node of this host. */
export interface NodeOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
}

export function withDataDir(command: Command): Command {
  return command.option(
    "--data-dir <folder>",
    "the node's folder (default: the first of the usual ones where one runs)",
  );
}

/** Options of commands over REST. */
export function withRest(command: Command): Command {
  return withDataDir(command)
    .option("--url <url>", "another node, such as http://192.0.2.10:8080; with --user")
    .addOption(new Option("--user <name>", "sign in as this user; the password is asked for, or TANDEM_PASSWORD"))
    .option("--json", "print JSON", false);
}

export async function openNode({ dataDir }: NodeOptions, context: CliContext): Promise<FoundNode> {
  const { launcher, output, clock } = context;
  const node = await findNode(dataDir, launcher.defaultDataDirs, { clock, output });
  if (dataDir === undefined) output.err(`(the node in ${node.dataDir})`);
  return node;
}

/** Runs a command over REST. */
export async function overRest(
  words: RestWords,
  context: CliContext,
  run: (rest: RestContext) => Promise<number>,
): Promise<number> {
  const { output, input } = context;
  const find = async (): Promise<LocalNode> => {
    const { dataDir, caller } = await openNode(words, context);
    const listening = await listeningOf(caller);
    return { dataDir, ...(listening === undefined ? {} : { listening }) };
  };
  return run(await openRest(words, { output, input, findNode: find }));
}

/** It may listen elsewhere than its settings say: on loopback alone before its first password is changed. */
async function listeningOf(caller: ServiceCaller): Promise<string | undefined> {
  try {
    const { details } = (await caller.call("admin", "status")) as { readonly details?: { readonly http?: unknown } };
    return typeof details?.http === "string" ? details.http : undefined;
  } catch {
    // It is tried where the settings say, and what is wrong there is said then.
    return undefined;
  }
}
