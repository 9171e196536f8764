import { spawn, spawnSync } from "node:child_process";

const MARK = "TANDEM_BENCH_NETWORK";
const PREFIX = ["unshare", "-rn", "sh", "-c", 'PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up && exec "$@"', "sh"];

/**
 * Runs this program again in a network namespace of its own, so that addresses and ports are free and nothing leaves
 * the machine.
 * @returns its exit code; `undefined` when this process is the one that measures: it is in the namespace, or the
 * system allows none
 */
export async function runInOwnNetwork(): Promise<number | undefined> {
  if (process.env[MARK] !== undefined) return undefined;
  const [command = "", ...args] = PREFIX;
  if (spawnSync(command, [...args, "true"], { stdio: "ignore" }).status !== 0) {
    process.stderr.write("no network namespace can be made here: measuring on the loopback that everybody uses\n");
    return undefined;
  }
  const child = spawn(command, [...args, process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [MARK]: "own" },
    // A terminal sends Ctrl-C to all processes of its group: nodes and generators would die of it at once. The one
    // that measures is told here, ends what it started in order, and this one waits for it.
    detached: true,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}
