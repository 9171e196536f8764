import { InvalidArgumentError, Option, type Command } from "commander";
import { withDataDir, type CliContext, type NodeOptions, type Settle } from "../node-options.ts";
import { CALL_COMMANDS, type CallCommand, type CommandWords } from "./call-command-table.ts";
import { closeSession, listDevices, listSessions, showAudit, type AuditWords } from "./list-commands.ts";
import { withCti, type CtiWords } from "./open-cti.ts";
import { showQuality, type QualityWords } from "./quality-command.ts";
import { runCallCommand, type HowWords } from "./run-call-command.ts";
import { isEventType, watchEvents, type WatchWords } from "./watch-command.ts";

/** As long as a phone may ring, and be waited for. */
const DEFAULT_SECONDS = 120;

/** `tandem cti`: what CTI applications see and do, and what they have done. */
export function addCtiCommands(program: Command, context: CliContext, settle: Settle): void {
  const cti = program
    .command("cti")
    .description("watch and control calls as CTI applications do, and see what they do")
    .addHelpText("after", EXAMPLES);
  addWatch(cti, context, settle);
  for (const command of CALL_COMMANDS) addCallCommand(cti, command, context, settle);
  withCti(cti.command("devices").description("list the devices that may be seen, with lines and state")).action(
    (words: CtiWords) => settle(listDevices(words, context)),
  );
  withCti(cti.command("quality <call>").description("show loss, jitter and score of the media of a call that goes on"))
    .option("--device <name>", "only what this device sends")
    .action((callId: string, words: QualityWords) => settle(showQuality(callId, words, context)));
  addSessions(cti, context, settle);
  addAudit(cti, context, settle);
}

function addWatch(cti: Command, context: CliContext, settle: Settle): void {
  withCti(cti.command("watch").description("print events of calls and devices as they come, until Ctrl-C"))
    .option("--device <name>", "only those of a device; may be given several times", collect, [])
    .option("--line <line>", "only those of a line, such as 1001 or 1001@internal; several times", collect, [])
    .option("--call <id>", "only those of a call; several times. One alone ends the command with it", collect, [])
    .option(
      "--type <type>",
      "only of a type such as call.state, or a kind such as call; several times",
      collectType,
      [],
    )
    .action((words: WatchWords) => settle(watchEvents(words, context)));
}

function addCallCommand(
  cti: Command,
  { line, description, ofCall, options, request }: CallCommand,
  context: CliContext,
  settle: Settle,
): void {
  const command = withCti(cti.command(line).description(description));
  if (ofCall === true) command.option("--call <id>", "the call, where the device has several");
  for (const option of options ?? []) command.addOption(option);
  command
    .addOption(
      new Option("--timeout <seconds>", "how long to wait for the result")
        .argParser(parseSeconds)
        .default(DEFAULT_SECONDS),
    )
    .option("--if-state <state>", "only if the device in the call is in this state, such as ringing")
    .option("--traceparent <context>", "trace context (W3C) that its events, the audit and the log show")
    .option("--dry-run", "only say whether it could be done", false)
    .action((...given: readonly unknown[]) => {
      const names = command.registeredArguments.map((argument) => argument.name());
      const args = Object.fromEntries(names.map((name, index) => [name, given[index]])) as CommandWords;
      const words = command.opts<HowWords & Readonly<Record<string, string>>>();
      return settle(Promise.resolve().then(() => runCallCommand(request(args, words as CommandWords), words, context)));
    });
}

function addSessions(cti: Command, context: CliContext, settle: Settle): void {
  withDataDir(cti.command("sessions").description("list applications that are connected, or may come back"))
    .option("--json", "print JSON", false)
    .action((options: NodeOptions) => settle(listSessions(options, context)));
  withDataDir(
    cti.command("close-session <id>").description("end the session of an application; its devices are closed"),
  )
    .option("--json", "print JSON", false)
    .action((id: string, options: NodeOptions) => settle(closeSession(id, options, context)));
}

function addAudit(cti: Command, context: CliContext, settle: Settle): void {
  withDataDir(cti.command("audit").description("show who has signed in and commanded what, and what came of it"))
    .option("--user <name>", "only of a user")
    .option("--session <id>", "only of a session")
    .option("--method <method>", "only of a method, such as call.redirect")
    .option("--call <id>", "only about a call")
    .option("--device <name>", "only about a device")
    .addOption(new Option("--from <time>", "only from then on, such as 2026-11-27T08:00:00Z").argParser(parseTime))
    .addOption(new Option("--to <time>", "only until then").argParser(parseTime))
    .option("--failed", "only what was refused or failed", false)
    .addOption(new Option("--limit <count>", "the latest so many").argParser(parseLimit).default(100))
    .option("--json", "print JSON", false)
    .action((words: AuditWords) => settle(showAudit(words, context)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function collectType(value: string, before: readonly string[]): readonly string[] {
  if (!isEventType(value)) throw new InvalidArgumentError("There are no events of such a type.");
  return [...before, value];
}

/** As the audit writes times. */
function parseTime(text: string): string {
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError("A time is a date, or such as 2026-11-27T08:00:00Z.");
  return new Date(atMs).toISOString();
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,4}$/.test(text) || seconds < 1)
    throw new InvalidArgumentError("A time is a number of seconds from 1 to 9999.");
  return seconds;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,5}$/.test(text) || limit < 1 || limit > 10_000)
    throw new InvalidArgumentError("A count is a number from 1 to 10000.");
  return limit;
}

const EXAMPLES = `
A device is named by its name, or by a number that only it has.

  tandem cti watch --line 1001              what happens at 1001
  tandem cti call demo-1001 1002            ring 1001, then 1002
  tandem cti redirect demo-1001 1003        send the call of 1001 to 1003
  tandem cti quality "$CALL"                loss and jitter of a call, by its id
  tandem cti watch --type call --json       all events of calls, for programs`;
