import { readFileSync } from "node:fs";
import { ChannelClient, silentLogger, type Clock } from "../../common/index.ts";
import { isServiceName, SERVICE_NAMES, type ServiceHello, type ServiceName } from "../../admin/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import { isOwnProcessWith, isProcessAlive } from "../host/process-info.ts";
import { NODE_FILE_OPTION } from "./node-file.ts";

/** A service process that an earlier supervisor left behind. */
export interface RunningService {
  readonly name: ServiceName;
  readonly pid: number;
  readonly startMark: string;
  /** Absent when it does not answer on its control channel. */
  readonly hello?: ServiceHello;
}

const HELLO_TIMEOUT_MS = 2_000;

/** Finds the services that run in a data-dir: by their pid file, start time and command line, and a
 * handshake on their socket. */
export async function findRunningServices(paths: NodePaths, clock: Clock): Promise<RunningService[]> {
  const found = await Promise.all(
    SERVICE_NAMES.map(async (name): Promise<RunningService | undefined> => {
      const record = readPidFile(paths.pidFile(name));
      if (record === undefined || !isService(record, paths)) return undefined;
      const hello = await greet(paths.socket(name), clock);
      const isSame = hello?.pid === record.pid && isServiceName(hello.service) && hello.service === name;
      return { name, ...record, ...(isSame ? { hello } : {}) };
    }),
  );
  return found.filter((service) => service !== undefined);
}

function isService({ pid, startMark }: Pick<RunningService, "pid" | "startMark">, { nodeFile }: NodePaths): boolean {
  return isProcessAlive(pid, startMark) && isOwnProcessWith(pid, NODE_FILE_OPTION, nodeFile);
}

function readPidFile(path: string): { readonly pid: number; readonly startMark: string } | undefined {
  try {
    const { pid, startMark } = JSON.parse(readFileSync(path, "utf8")) as { pid?: unknown; startMark?: unknown };
    return typeof pid === "number" && typeof startMark === "string" ? { pid, startMark } : undefined;
  } catch {
    return undefined;
  }
}

async function greet(path: string, clock: Clock): Promise<ServiceHello | undefined> {
  const channel = new ChannelClient({ path, clock, logger: silentLogger });
  try {
    await channel.connectOnce();
    return (await channel.request("hello", {}, HELLO_TIMEOUT_MS)) as ServiceHello;
  } catch {
    return undefined;
  } finally {
    channel.close();
  }
}
