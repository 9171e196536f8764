import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import { ConfigError, formatProblem } from "../../config/index.ts";
import { RestRefusal } from "../client/rest-refusal.ts";
import { ctiFailureLines, exitCodeOfCti, isCtiError } from "./cti/cti-failure.ts";
import { addCtiCommands } from "./cti/cti-program.ts";
import { addConfigurationCommands } from "./configuration/configuration-program.ts";
import { addCallCommands } from "./call-commands.ts";
import { addCallsCommands } from "./calls-commands.ts";
import { restartService, stopNode } from "./control-commands.ts";
import { printable } from "../view/printable.ts";
import { EXIT } from "./exit-codes.ts";
import { showConfigCheck, showDoctor } from "./host-commands.ts";
import type { CliOutput, DemoCommand, Launcher, PrintableOutput } from "./launcher.ts";
import { addTokenCommands } from "./cti/token-program.ts";
import { addLampCommands } from "./lamp-commands.ts";
import { openNode, withDataDir, type CliContext, type NodeOptions, type Settle } from "./node-options.ts";
import { listBans, removeBan } from "./security-commands.ts";
import { styledLine } from "./styled-line.ts";
import { traceMessages, type TraceOptions } from "./trace-command.ts";
import {
  listCalls,
  listEndedCalls,
  listRegistrations,
  listServices,
  showStatus,
  type ViewContext,
} from "./view-commands.ts";

type View = (context: ViewContext) => Promise<number>;

/** What the command line is run with. */
export type RunContext = Omit<CliContext, "output"> & { readonly output: CliOutput };

/** Runs one command; resolves to the exit code of the process. `words` are those after `tandem`. */
export async function runCli(words: readonly string[], context: RunContext): Promise<number> {
  const run: CommandRun = { exitCode: EXIT.ok };
  const output = printableOutput(context.output);
  try {
    await createProgram({ ...context, output }, run).parseAsync(words, { from: "user" });
    return run.exitCode;
  } catch (error) {
    return exitCodeOf(error, output);
  }
}

/** What services, phones and other processes say of themselves is printed too. */
function printableOutput(output: CliOutput): PrintableOutput {
  return {
    styled: (parts) => output.out(styledLine(parts, output.hasColors ?? false)),
    out: (text) => output.out(printable(text)),
    err: (text) => output.err(printable(text)),
    ...(output.columns === undefined ? {} : { columns: output.columns }),
    ...(output.openProgress === undefined ? {} : { openProgress: output.openProgress }),
  };
}

interface CommandRun {
  exitCode: number;
}

function createProgram(context: CliContext, run: CommandRun): Command {
  const { launcher, output } = context;
  const program = new Command("tandem")
    .description("A SIP/RTP softswitch")
    .version(launcher.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", EXIT_CODE_HELP)
    .configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.err(text.trimEnd()) })
    .showHelpAfterError("(`tandem help` lists the commands)")
    .exitOverride();
  const settle = async (exitCode: Promise<number>): Promise<void> => {
    run.exitCode = await exitCode;
  };
  addStartCommands(program, launcher, settle);
  addViewCommands(program, context, settle);
  addLampCommands(program, context, settle);
  addCallCommands(program, context, settle);
  addTraceCommand(program, context, settle);
  addCtiCommands(program, context, settle);
  addSecurityCommands(program, context, settle);
  addControlCommands(program, context, settle);
  addHostCommands(program, context, settle);
  addConfigurationCommands(program, { ...context, output }, settle);
  addTokenCommands(program, { ...context, output }, settle);
  return program;
}

function addStartCommands(program: Command, launcher: Launcher, settle: Settle): void {
  program
    .command("demo")
    .description("run a node on loopback with ten phones, and say how to call through it")
    .addOption(new Option("--sip-port <port>", "SIP port, UDP and TCP").argParser(parsePort).default(5060))
    .addOption(
      new Option("--tls-port <port>", "port of SIP over TLS (default: the one after the SIP port)").argParser(
        parsePort,
      ),
    )
    .addOption(
      new Option("--http-port <port>", "HTTP port of status page and metrics").argParser(parsePort).default(8080),
    )
    .addOption(new Option("--cti-port <port>", "port of CTI applications").argParser(parsePort).default(2748))
    .option(
      "--bind <address>",
      "IPv4 address for SIP and RTP; elsewhere than loopback passwords are random",
      "127.0.0.1",
    )
    .option("--data-dir <folder>", `the node's folder (default: ${launcher.defaultDataDirs[1]})`)
    .action((options: DemoCommand) => settle(launcher.demo(options)));
  program
    .command("start")
    .description("run a node until Ctrl-C or `tandem stop`; running services are taken over")
    .requiredOption("--config <file>", "the node's configuration, YAML")
    .option("--data-dir <folder>", `the node's folder (default: node.dataDir, or ${launcher.defaultDataDirs[0]})`)
    .option("--detach", "return when the node is ready; it runs on in the background", false)
    .action(({ config, dataDir, detach }: { config: string; dataDir?: string; detach: boolean }) =>
      settle(launcher.start({ configFile: config, detach, ...(dataDir === undefined ? {} : { dataDir }) })),
    );
}

function addViewCommands(program: Command, context: CliContext, settle: Settle): void {
  const add = (parent: Command, name: string, description: string, view: View): void => {
    withDataDir(parent.command(name).description(description))
      .option("--json", "print JSON", false)
      .action((options: NodeOptions) => settle(showView(view, options, context)));
  };
  add(program, "status", "show whether the node and its services are ready", showStatus);
  const calls = withDataDir(program.command("calls").description("list the calls that are up or being set up"))
    .option("--ended", "list the calls that ended last", false)
    .option("--json", "print JSON", false)
    .action(({ ended, ...options }: NodeOptions & { ended: boolean }) =>
      settle(showView(ended ? listEndedCalls : listCalls, options, context)),
    );
  addCallsCommands(calls, withDataDir, (view, options) => settle(showView(view, options, context)));
  add(program, "registrations", "list the phones that are registered", listRegistrations);
  const service = program.command("service").description("list or restart the services of a node");
  add(service, "list", "list the services", listServices);
  withDataDir(service.command("restart <name>").description("restart one service; calls that are up go on")).action(
    (name: string, options: NodeOptions) =>
      settle(openNode(options, context).then((node) => restartService(node, name, context.output))),
  );
}

function addTraceCommand(program: Command, context: CliContext, settle: Settle): void {
  const { launcher, output } = context;
  withDataDir(program.command("trace").description("show the SIP messages of a call, a device or all, as they pass"))
    .option("--call <id>", "a call that goes on or ended lately, as `tandem calls` names it: from its first message on")
    .option("--device <name>", "a phone or peer: its calls, its registrations, and what else its address sends")
    .option("--all", "everything that passes", false)
    .option("--ladder", "draw the call as a ladder", false)
    .option("--svg <file>", "write the call's ladder as a picture")
    .option("--pcap <file>", "write what is kept as packets, for tshark or Wireshark")
    .option("--full", "print whole messages; what proves a password is masked", false)
    .option("--json", "print JSON", false)
    .action((options: TraceOptions & NodeOptions) =>
      settle(
        openNode(options, context).then((node) =>
          traceMessages(options, { node, output, interrupted: launcher.interruption(true) }),
        ),
      ),
    );
}

function addSecurityCommands(program: Command, context: CliContext, settle: Settle): void {
  const bans = program
    .command("security")
    .description("see and change who is kept out")
    .command("bans")
    .description("source addresses that nothing is taken from for a while");
  withDataDir(bans.command("list", { isDefault: true }).description("list them"))
    .option("--json", "print JSON", false)
    .action((options: NodeOptions) => settle(showView(listBans, options, context)));
  withDataDir(bans.command("remove <address>").description("end a ban, and forget what it was for")).action(
    (address: string, options: NodeOptions) =>
      settle(openNode(options, context).then((node) => removeBan(node, address, context.output))),
  );
}

function addControlCommands(program: Command, context: CliContext, settle: Settle): void {
  withDataDir(program.command("stop").description("end all calls and stop the node")).action((options: NodeOptions) =>
    settle(openNode(options, context).then((node) => stopNode(node, context.launcher, context))),
  );
}

function addHostCommands(program: Command, { launcher, output }: CliContext, settle: Settle): void {
  program
    .command("doctor")
    .description("show what this host has of what Tandem and its tests use")
    .option("--json", "print JSON", false)
    .action(({ json }: { json: boolean }) => settle(showDoctor(launcher, output, json)));
  program
    .command("config")
    .description("work with configuration files")
    .command("check <file>")
    .description("check a configuration file, and say everything that is wrong with it")
    .option("--json", "print JSON", false)
    .action((file: string, { json }: { json: boolean }) => settle(showConfigCheck(launcher, file, output, json)));
}

async function showView(view: View, options: NodeOptions, context: CliContext): Promise<number> {
  const { clock, output } = context;
  return view({ node: await openNode(options, context), clock, output, json: options.json ?? false });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("A port is a number from 1 to 65535.");
  }
  return port;
}

const UNAVAILABLE_CODES = [
  "no-node",
  "no-admin",
  "no-cti",
  "rest-unreachable",
  "rest-broken-off",
  "not-connected",
  "timed-out",
  "ports-taken",
  "ports-unavailable",
];

function exitCodeOf(error: unknown, output: CliOutput): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError) {
    for (const problem of error.problems) output.err(formatProblem(problem));
    return EXIT.badConfig;
  }
  if (error instanceof RestRefusal) {
    for (const line of refusalLines(error)) output.err(`tandem: ${line}`);
    return EXIT.failed;
  }
  if (isCtiError(error)) {
    for (const line of ctiFailureLines(error)) output.err(`tandem: ${line}`);
    return exitCodeOfCti(error);
  }
  output.err(`tandem: ${errorMessageOf(error)}`);
  const code = errorCodeOf(error);
  if (code === "interrupted") return EXIT.interrupted;
  if (code === "bad-usage") return EXIT.usage;
  if (code === "service-failed") return exitCodeOfService(error);
  return code !== undefined && UNAVAILABLE_CODES.includes(code) ? EXIT.unavailable : EXIT.failed;
}

/** What the server found wrong, a sentence each, with the code. */
function refusalLines({ code, message, violations }: RestRefusal): string[] {
  if (violations.length === 0) return [`${message} (${code})`];
  return violations.map(({ kind, id, path, message: reason }) => {
    const place = [kind, id, path.join(".")].filter((part) => part !== "").join(" ");
    return place === "" ? `${reason} (${code})` : `${place}: ${reason} (${code})`;
  });
}

/** A service that could not be started ended with a code that says why. */
function exitCodeOfService(error: unknown): number {
  const exitCode = error instanceof SwitchError ? error.details["exitCode"] : undefined;
  return exitCode === EXIT.unavailable || exitCode === EXIT.badConfig ? exitCode : EXIT.failed;
}

const EXIT_CODE_HELP = `
Exit codes: 0 done; 1 failed, or \`status\` found a service that is not ready; 64 wrong command line;
69 no node runs there, or an address or port cannot be had; 78 the configuration is wrong; 130 ended by Ctrl-C.`;
