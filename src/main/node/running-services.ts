import { readFileSync } from "node:fs";
import { ChannelClient, silentLogger, type Clock } from "../../common/index.ts";
import {
  isServiceName,
  SERVICE_NAMES,
  type ServiceHello,
  type ServiceName,
} from "../../admin/control/control-types.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import { isOwnProcessWith, isProcessAlive, readProcessInfo } from "../host/process-info.ts";
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

/** Finds the services that run in a data-dir: by a handshake on their socket, and by their pid file,
 * start time and command line. */
export async function findRunningServices(paths: NodePaths, clock: Clock): Promise<RunningService[]> {
  const found = await Promise.all(
    SERVICE_NAMES.map(async (name): Promise<RunningService | undefined> => {
      const hello = await greet(paths.socket(name), clock);
      // One that was started on a full disk has no pid file.
      const records = [readPidFile(paths.pidFile(name)), processOf(hello)];
      const record = records.find((candidate) => candidate !== undefined && isService(candidate, paths));
      if (record === undefined) return undefined;
      const isSame = hello?.pid === record.pid && isServiceName(hello.service) && hello.service === name;
      return { name, pid: record.pid, startMark: record.startMark, ...(isSame ? { hello } : {}) };
    }),
  );
  return found.filter((service) => service !== undefined);
}

type ProcessRecord = Pick<RunningService, "pid" | "startMark">;

function isService({ pid, startMark }: ProcessRecord, { nodeFile }: NodePaths): boolean {
  return isProcessAlive(pid, startMark) && isOwnProcessWith(pid, NODE_FILE_OPTION, nodeFile);
}

function processOf(hello: ServiceHello | undefined): ProcessRecord | undefined {
  return typeof hello?.pid === "number" ? readProcessInfo(hello.pid) : undefined;
}

function readPidFile(path: string): ProcessRecord | undefined {
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
