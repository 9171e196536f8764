import { spawn } from "node:child_process";
import { join } from "node:path";
import { addHost, scenariosFolder, takeAddress, TESTBED_FOLDER } from "./network-names.ts";

// Stands for `docker` in the package's tests: `docker run --rm --net N [--name N] -v from:to drachtio/sipp sipp ...`
// becomes Debian's SIPp at an address of its own.

/** Flags of `docker run` that these tests use; all with a value but `--rm`. */
const VALUE_FLAGS = new Set(["--net", "--name", "-v"]);
const MOUNTED = "/tmp/scenarios/";

function run(args: readonly string[], folder: string): void {
  const { name, image, command } = readArguments(args);
  if (image !== "drachtio/sipp" || command[0] !== "sipp") throw new Error(`cannot run ${args.join(" ")}`);
  const address = takeAddress(folder);
  if (name !== undefined) addHost(folder, address, name);
  const sippArgs = command
    .slice(1)
    .map((word) => (word.startsWith(MOUNTED) ? join(scenariosFolder(folder), word.slice(MOUNTED.length)) : word));
  // The tests know a UAC by what it prints, so SIPp has this process's own output.
  const sipp = spawn("sipp", ["-i", address, "-mi", address, "-p", "5060", ...sippArgs], {
    cwd: folder,
    stdio: "inherit",
  });
  sipp.once("error", (error) => {
    console.error(`sipp could not be started: ${error.message}`);
    process.exitCode = 127;
  });
  sipp.once("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

interface DockerRun {
  readonly name: string | undefined;
  readonly image: string | undefined;
  readonly command: readonly string[];
}

function readArguments([verb, ...args]: readonly string[]): DockerRun {
  if (verb !== "run") throw new Error(`cannot do docker ${verb ?? ""}`);
  let name: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    if (word === "--rm") continue;
    if (!word.startsWith("-")) return { name, image: word, command: args.slice(index + 1) };
    if (!VALUE_FLAGS.has(word)) throw new Error(`cannot do docker run ${word}`);
    index += 1;
    if (word === "--name") name = args[index];
  }
  return { name, image: undefined, command: [] };
}

const folder = process.env[TESTBED_FOLDER];
if (folder === undefined) throw new Error(`${TESTBED_FOLDER} is not set`);
run(process.argv.slice(2), folder);
