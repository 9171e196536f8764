import { InvalidArgumentError, Option, type Command } from "commander";
import { SwitchError } from "../../common/index.ts";
import { allRecords, momentOf, readCall, readRecords, type RecordFilter } from "../control/call-record-reader.ts";
import { createNodeView, type Row } from "../control/node-view.ts";
import { csvHeader, csvLines } from "../view/call-csv.ts";
import { callText } from "../view/call-text.ts";
import { callColumns, endedCallColumns } from "../view/lists.ts";
import { EXIT } from "./exit-codes.ts";
import { formatTable } from "./table.ts";
import type { ViewContext } from "./view-commands.ts";

/** Runs a command that looks at a node. */
export type RunView = (
  view: (context: ViewContext) => Promise<number>,
  options: { readonly dataDir?: string; readonly json?: boolean },
) => Promise<void>;

interface FilterOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly from?: number;
  readonly to?: number;
  readonly number?: string;
  readonly device?: string;
}
interface ListOptions extends FilterOptions {
  readonly live?: boolean;
  readonly past?: boolean;
  readonly limit: number;
}

interface ExportOptions extends FilterOptions {
  readonly format: "csv" | "json";
}

const MAX_LISTED = 10_000;

/** Adds `list`, `show` and `export` to `tandem calls`. */
export function addCallsCommands(calls: Command, withDataDir: (command: Command) => Command, run: RunView): void {
  // `tandem calls` has `--data-dir` and `--json` too, and takes them for its own wherever they stand.
  withFilter(withDataDir(calls.command("list").description("list calls: those that go on, ended ones, or both")))
    .option("--live", "only calls that go on", false)
    .option("--past", "only calls that have ended", false)
    .addOption(new Option("--limit <count>", "so many ended calls").argParser(parseLimit).default(50))
    .option("--json", "print JSON", false)
    .action((_options: ListOptions, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return run((context) => listCalls(context, options), options);
    });
  withDataDir(calls.command("show <id>").description("show everything of one call: legs, attempts, causes, quality"))
    .option("--json", "print JSON", false)
    .action((id: string, _options: FilterOptions, command: Command) =>
      run((context) => showCall(context, id), command.optsWithGlobals<FilterOptions>()),
    );
  withFilter(withDataDir(calls.command("export").description("print the records of ended calls, to be put in a file")))
    .addOption(
      new Option("--format <format>", "a leg a line, or a record a line").choices(["csv", "json"]).default("csv"),
    )
    .action((_options: ExportOptions, command: Command) => {
      const options = command.optsWithGlobals<ExportOptions>();
      return run((context) => exportCalls(context, options, options.format), options);
    });
}

function withFilter(command: Command): Command {
  return command
    .addOption(
      new Option("--from <time>", "calls that began then or later, such as 2026-01-31T12:00Z").argParser(parseTime),
    )
    .addOption(new Option("--to <time>", "calls that began before then").argParser(parseTime))
    .option("--number <number>", "calls from, to or by way of a number")
    .option("--device <name>", "calls of a phone or trunk");
}

async function listCalls(context: ViewContext, options: ListOptions): Promise<number> {
  const { live = false, past = false, limit } = options;
  if (live && past) throw new SwitchError("bad-usage", "either --live or --past, or neither for both");
  const { node, clock, output, json } = context;
  const filter = filterOf(options);
  const liveCalls = past ? [] : (await createNodeView(node.caller).calls()).filter((call) => isWanted(call, filter));
  const ended = live ? undefined : await readRecords(node.caller, filter, limit);
  if (json) {
    output.out(JSON.stringify({ live: liveCalls, past: ended?.items ?? [], total: ended?.total ?? 0 }, null, 2));
    return EXIT.ok;
  }
  if (liveCalls.length > 0) output.out(formatTable(liveCalls, callColumns(clock.wallMs())));
  if (liveCalls.length > 0 && (ended?.items.length ?? 0) > 0) output.out("");
  if (ended !== undefined && ended.items.length > 0) output.out(formatTable(ended.items, endedCallColumns));
  const shown = liveCalls.length + (ended?.items.length ?? 0);
  if (shown === 0) output.err("no calls");
  if (ended !== undefined && ended.next !== null) {
    output.err(`(the last ${ended.items.length} of ${ended.total}${ended.total >= MAX_LISTED ? " or more" : ""})`);
  }
  return EXIT.ok;
}

async function showCall({ node, output, json }: ViewContext, id: string): Promise<number> {
  const report = await readCall(node.caller, id);
  output.out(json ? JSON.stringify(report, null, 2) : callText(report));
  return EXIT.ok;
}

async function exportCalls({ node, output }: ViewContext, options: FilterOptions, format: string): Promise<number> {
  if (format === "csv") output.out(csvHeader());
  for await (const calls of allRecords(node.caller, filterOf(options))) {
    const lines = format === "csv" ? calls.flatMap(csvLines) : calls.map((call) => JSON.stringify(call));
    if (lines.length > 0) output.out(lines.join("\n"));
  }
  return EXIT.ok;
}

function filterOf({ from, to, number, device }: FilterOptions): RecordFilter {
  return {
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
    ...(number === undefined ? {} : { number }),
    ...(device === undefined ? {} : { device }),
  };
}

/** The same for calls that go on, which the node has no table of. */
function isWanted(call: Row, { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, number, device }: RecordFilter): boolean {
  const startedAtMs = Number(call["startedAtMs"]);
  const parties = [call["caller"], call["callee"]] as readonly Row[];
  const numbers = [call["calledNumber"], ...parties.map((party) => party["number"])];
  return (
    startedAtMs >= fromMs &&
    startedAtMs < toMs &&
    (number === undefined || numbers.includes(number)) &&
    (device === undefined || parties.some((party) => party["device"] === device))
  );
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,5}$/.test(text) && limit >= 1 && limit <= MAX_LISTED) return limit;
  throw new InvalidArgumentError(`Expected a number from 1 to ${MAX_LISTED}.`);
}

function parseTime(text: string): number {
  try {
    return momentOf(text);
  } catch {
    throw new InvalidArgumentError("Expected a time such as 2026-01-31T12:00:00Z.");
  }
}
