import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chooseFiles, SRF_FILES } from "./srf-package.ts";

// Runs the tests of the installed drachtio-srf, unmodified, against the embedded edge, without docker:
//   npm run test:srf                              all of them
//   npm run test:srf -- proxy uac [--verbose]     files whose names contain a word; TAP and the edge's log

/** Own network, hosts file and processes: all that is inside ends with its first process, and that with this one. */
const NAMESPACES = ["--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"];

async function main(args: readonly string[]): Promise<number> {
  const verbose = args.includes("--verbose");
  const patterns = args.filter((word) => word !== "--verbose");
  const { files, unknown } = chooseFiles(patterns);
  if (unknown.length > 0) {
    console.error(`No file for ${unknown.join(", ")}. Files: ${SRF_FILES.map(({ name }) => name).join(", ")}.`);
    return 2;
  }
  const env = { ...process.env, PATH: [process.env["PATH"] ?? "", "/usr/sbin", "/sbin"].join(delimiter) };
  const obstacle = whyNot("unshare", [...NAMESPACES, "true"], env) ?? whyNot("sipp", ["-v"], env);
  if (obstacle !== undefined) {
    console.error(`The drachtio-srf suite needs SIPp and user, network, mount and process namespaces. ${obstacle}`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), "srf-"));
  try {
    return await runInside([folder, verbose ? "verbose" : "quiet", ...files.map(({ name }) => name)], env);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function whyNot(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8", env });
  // SIPp ends with 99 when it was only asked for its version.
  if (status === 0 || (program === "sipp" && status === 99)) return undefined;
  return `${program} failed: ${error?.message ?? stderr.trim()}`;
}

function runInside(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const program = join(import.meta.dirname, "run-in-network.ts");
  const words = [...NAMESPACES, process.execPath, "--import", import.meta.resolve("tsx"), program, ...args];
  const child = spawn("unshare", words, { stdio: ["ignore", "inherit", "inherit"], env });
  const end = (): void => void child.kill("SIGKILL");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(`unshare: ${error.message}`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
