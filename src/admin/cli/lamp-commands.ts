import { InvalidArgumentError, Option, type Command } from "commander";
import { MAX_MESSAGES } from "../../signals/index.ts";
import type { Row } from "../control/node-view.ts";
import { fieldText, type Column } from "../view/columns.ts";
import { EXIT } from "./exit-codes.ts";
import { openNode, withDataDir, type CliContext, type NodeOptions, type Settle } from "./node-options.ts";
import { formatTable } from "./table.ts";

/** The words of `tandem lamp set`. */
interface LampWords extends NodeOptions {
  readonly new: number;
  readonly old: number;
  readonly newUrgent: number;
  readonly oldUrgent: number;
}

const COLUMNS: readonly Column[] = [
  { title: "Line", cell: (row) => fieldText(row, "line") },
  { title: "Lamp", cell: (row) => (row["new"] === 0 ? "off" : "on") },
  { title: "New", cell: (row) => fieldText(row, "new") },
  { title: "Urgent", cell: (row) => fieldText(row, "newUrgent") },
  { title: "Old", cell: (row) => fieldText(row, "old") },
  { title: "Old urgent", cell: (row) => fieldText(row, "oldUrgent") },
];

/** `tandem lamp set`, `clear`, `show`: message waiting lamps of lines. */
export function addLampCommands(program: Command, context: CliContext, settle: Settle): void {
  const lamp = program.command("lamp").description("message waiting lamps of lines");
  const count = (flags: string, description: string): Option => new Option(flags, description).argParser(parseCount);
  withDataDir(lamp.command("set <line>").description("say how many messages wait, such as for 1001 or 1001@internal"))
    .addOption(
      count(
        "--new <count>",
        "messages nobody has listened to; the lamp is on when there are any",
      ).makeOptionMandatory(),
    )
    .addOption(count("--old <count>", "messages somebody has listened to").default(0))
    .addOption(count("--new-urgent <count>", "of the new ones").default(0))
    .addOption(count("--old-urgent <count>", "of the old ones").default(0))
    .option("--json", "print JSON", false)
    .action((line: string, { new: fresh, old, newUrgent, oldUrgent, ...options }: LampWords) =>
      settle(change("set-lamp", { line, new: fresh, old, newUrgent, oldUrgent }, options, context)),
    );
  withDataDir(lamp.command("clear <line>").description("no messages wait: the lamp goes out"))
    .option("--json", "print JSON", false)
    .action((line: string, options: NodeOptions) => settle(change("clear-lamp", { line }, options, context)));
  withDataDir(lamp.command("show [line]").description("show the lamp of a line, or all lines that have messages"))
    .option("--json", "print JSON", false)
    .action((line: string | undefined, options: NodeOptions) => settle(showLamps(line, options, context)));
}

async function change(method: string, params: Row, options: NodeOptions, context: CliContext): Promise<number> {
  const { caller } = await openNode(options, context);
  const row = (await caller.call("callmanager", method, params)) as Row;
  const { output } = context;
  if (options.json === true) output.out(JSON.stringify(row, null, 2));
  else output.out(`${fieldText(row, "line")}: ${shortText(row)}${row["result"] === "unchanged" ? ", as before" : ""}`);
  return EXIT.ok;
}

async function showLamps(line: string | undefined, options: NodeOptions, context: CliContext): Promise<number> {
  const { caller } = await openNode(options, context);
  const { output } = context;
  if (line !== undefined) {
    const row = (await caller.call("callmanager", "lamp", { line })) as Row;
    output.out(options.json === true ? JSON.stringify(row, null, 2) : formatTable([row], COLUMNS));
    return EXIT.ok;
  }
  const rows = (await caller.call("callmanager", "lamps")) as readonly Row[];
  if (options.json === true) output.out(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) output.err("no line has messages");
  else output.out(formatTable(rows, COLUMNS));
  return EXIT.ok;
}

function shortText(row: Row): string {
  return `lamp ${row["new"] === 0 ? "off" : "on"}, ${fieldText(row, "new")} new, ${fieldText(row, "old")} old`;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count > MAX_MESSAGES)
    throw new InvalidArgumentError(`A count is a number from 0 to ${MAX_MESSAGES}.`);
  return count;
}
