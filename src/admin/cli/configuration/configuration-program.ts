import { InvalidArgumentError, Option, type Command } from "commander";
import { FORWARDING_KINDS, type ForwardingKind } from "../../../database/index.ts";
import { overRest, withRest, type CliContext, type Settle } from "../node-options.ts";
import { listAudit, listChanges, showChange, undoChange } from "./change-commands.ts";
import { explainDialing } from "./dial-plan-command.ts";
import { exportAll, showSchema } from "./export-command.ts";
import { importFile } from "./import-command.ts";
import { forwardLine } from "./line-commands.ts";
import { addObjectCommands } from "./object-program.ts";
import { listParameters, resetParameter, setParameter, showParameter } from "./parameter-commands.ts";
import type { RestContext, RestWords } from "./rest-context.ts";
import { listDeviceStates, listLineStates, listTollAlarms, listTrunkStates } from "./state-commands.ts";
import { changeDevices, enableCti } from "./user-commands.ts";

type Run = (rest: RestContext, words: readonly string[]) => Promise<number>;

/** Adds everything that works over REST. */
export function addConfigurationCommands(program: Command, context: CliContext, settle: Settle): void {
  /** A command whose arguments are words only. */
  const add = (parent: Command, form: string, description: string, run: Run): Command =>
    withRest(parent.command(form).description(description)).action((...given: readonly unknown[]) => {
      const [options] = given.slice(-2) as [RestWords];
      const words = given.slice(0, -2).flat() as readonly string[];
      return settle(overRest(options, context, (rest) => run(rest, words)));
    });
  const kinds = addObjectCommands(program, context, settle);
  const [line, user] = [kinds.get("directory-number") ?? program, kinds.get("user") ?? program];
  addForward(line, context, settle);
  add(line, "states", "list directory numbers as they are now", listLineStates);
  const device = group(program, "device", "see the devices of all kinds");
  add(device, "states", "list devices as they are now", listDeviceStates);
  add(kinds.get("trunk") ?? program, "states", "list trunks as they are now", listTrunkStates);
  add(
    program,
    "toll-alarms",
    "list calls that guards against toll fraud have refused, the newest first",
    listTollAlarms,
  ).helpGroup("Configuration:");
  addUserCommands(user, add);
  addParameterCommands(group(program, "parameter", "see and change service parameters"), add);
  addWholeCommands(program, context, settle);
  addHistoryCommands(program, context, settle, add);
  const dialPlan = group(program, "dial-plan", "see what numbers lead to");
  add(dialPlan, "explain <from> <digits>", "say what happens when a device or number dials digits", (rest, words) =>
    explainDialing(words[0] ?? "", words[1] ?? "", rest),
  );
}

type Add = (parent: Command, form: string, description: string, run: Run) => Command;

function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).helpGroup("Configuration:");
}

const FORWARD_OPTIONS: Readonly<Record<ForwardingKind, readonly [flag: string, when: string]>> = {
  all: ["--all", "always"],
  busy: ["--busy", "when it is busy"],
  noAnswer: ["--unanswered", "when nobody answers in time"],
  unregistered: ["--unregistered", "when no device of it is registered"],
  onFailure: ["--on-failure", "when the application that had its call has failed"],
};

type ForwardGiven = RestWords & { readonly calls: string; readonly css?: string };

function addForward(line: Command, context: CliContext, settle: Settle): void {
  const command = line
    .command("forward <number>")
    .description(
      "change where its calls go instead; without a target, show it. A target is digits, a SIP URI, voice-mail or none",
    );
  const options = FORWARDING_KINDS.map((kind) => {
    const [flag, when] = FORWARD_OPTIONS[kind];
    return { kind, option: new Option(`${flag} <target>`, when) };
  });
  for (const { option } of options) command.addOption(option);
  withRest(command)
    .option("--calls <whose>", "of all calls, or of those from inside or outside only", "all")
    .option("--css <name>", "the calling search space that targets are looked up in")
    .action((number: string, given: ForwardGiven) => {
      const targets = Object.fromEntries(
        options.flatMap(({ kind, option }) => {
          const target: unknown = command.getOptionValue(option.attributeName());
          return typeof target === "string" ? [[kind, target]] : [];
        }),
      );
      const words = { targets, of: given.calls, ...(given.css === undefined ? {} : { css: given.css }) };
      return settle(overRest(given, context, (rest) => forwardLine(number, words, rest)));
    });
}

function addUserCommands(user: Command, add: Add): void {
  add(
    user,
    "associate <user> <devices...>",
    "let the user's applications control devices",
    (rest, [name = "", ...devices]) => changeDevices(name, devices, "+=", rest),
  );
  add(
    user,
    "dissociate <user> <devices...>",
    "take devices from the user's applications",
    (rest, [name = "", ...devices]) => changeDevices(name, devices, "-=", rest),
  );
  add(user, "enable-cti <user>", "let applications sign in as this user", (rest, [name = ""]) =>
    enableCti(name, true, rest),
  );
  add(user, "disable-cti <user>", "let applications sign in as this user no longer", (rest, [name = ""]) =>
    enableCti(name, false, rest),
  );
}

function addParameterCommands(parameter: Command, add: Add): void {
  add(parameter, "list", "list them with their values, ranges and defaults", listParameters);
  add(parameter, "show <name>", "show one, and when a change takes effect", (rest, [name = ""]) =>
    showParameter(name, rest),
  );
  add(parameter, "set <name> <value>", "change one", (rest, [name = "", value = ""]) =>
    setParameter(name, value, rest),
  );
  add(parameter, "reset <name>", "give one its default again", (rest, [name = ""]) => resetParameter(name, rest));
}

function addWholeCommands(program: Command, context: CliContext, settle: Settle): void {
  withRest(program.command("import <file>").description("make the configuration what a YAML file says, in one change"))
    .helpGroup("Configuration:")
    .addOption(
      new Option("--mode <mode>", "merge leaves what the file does not name, replace removes it")
        .choices(["merge", "replace"])
        .default("merge"),
    )
    .option("--dry-run", "check it and say what would be done", false)
    .action((file: string, given: RestWords & { readonly mode: string; readonly dryRun: boolean }) =>
      settle(
        overRest(given, context, (rest) =>
          importFile({ file, mode: given.mode, dryRun: given.dryRun }, rest, context.launcher.interruption()),
        ),
      ),
    );
  withRest(program.command("export [file]").description("write the whole configuration as YAML, for `import`"))
    .helpGroup("Configuration:")
    .option(
      "--secrets",
      "with hashes and sealed passwords, so that phones and users can sign in after an import",
      false,
    )
    .action((file: string | undefined, given: RestWords & { readonly secrets: boolean }) => {
      const words = { secrets: given.secrets, ...(file === undefined ? {} : { file }) };
      return settle(overRest(given, context, (rest) => exportAll(words, rest)));
    });
  program
    .command("schema")
    .description("print the JSON Schema of that file, for editors")
    .helpGroup("Configuration:")
    .option("--output <file>", "write it there")
    .action(({ output }: { readonly output?: string }) => settle(Promise.resolve(showSchema(output, context.output))));
}

function addHistoryCommands(program: Command, context: CliContext, settle: Settle, add: Add): void {
  const change = group(program, "change", "see what was changed");
  withRest(change.command("list").description("list changes, the newest first"))
    .addOption(new Option("--limit <number>", "so many").argParser(parseNumber).default(20))
    .addOption(new Option("--before <change>", "older than this one").argParser(parseNumber))
    .action((given: RestWords & { readonly limit: number; readonly before?: number }) =>
      settle(overRest(given, context, (rest) => listChanges(given, rest))),
    );
  add(change, "show <number>", "show all of a change", (rest, [number = ""]) => showChange(number, rest));
  add(program, "undo <number>", "take a change back", (rest, [number = ""]) => undoChange(number, rest)).helpGroup(
    "Configuration:",
  );
  withRest(program.command("audit").description("list who did what, the newest first"))
    .helpGroup("Configuration:")
    .addOption(new Option("--limit <number>", "so many").argParser(parseNumber).default(50))
    .action((given: RestWords & { readonly limit: number }) =>
      settle(overRest(given, context, (rest) => listAudit(given, rest))),
    );
}

function parseNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("A whole number is expected.");
  return Number(text);
}
