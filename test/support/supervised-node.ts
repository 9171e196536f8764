import { readFileSync, writeFileSync } from "node:fs";
import { SystemClock } from "../../src/common/index.ts";
import { nodePaths } from "../../src/config/index.ts";
import { SERVICE_NAMES, singleServiceCaller, type SupervisedService } from "../../src/admin/index.ts";
import { isProcessAlive } from "../../src/main/host/process-info.ts";
import type { NodeSettings } from "../../src/main/node/node-file.ts";
import { ManagedProcess } from "./managed-process.ts";

/** A supervisor in a process of its own over services that do nothing, and what can be known of them from outside. */
export class SupervisedNode {
  readonly dataDir: string;
  readonly supervisor: ManagedProcess;

  /** @param program where the compiled `trivial-node` is */
  constructor(settings: NodeSettings, program: string) {
    this.dataDir = settings.dataDir;
    const file = `${settings.dataDir}.json`;
    writeFileSync(file, JSON.stringify(settings));
    this.supervisor = new ManagedProcess({
      command: process.execPath,
      args: [program, file],
    });
  }

  /** Resolves when all services are ready. */
  async ready(): Promise<void> {
    await this.supervisor.outputMatching(/^ready$/m, 30_000);
  }

  call(service: string, method: string, params: unknown = {}, timeoutMs = 20_000): Promise<unknown> {
    return singleServiceCaller(nodePaths(this.dataDir), new SystemClock()).call(service, method, params, timeoutMs);
  }

  async services(): Promise<readonly SupervisedService[]> {
    return (await this.call("supervisor", "services")) as readonly SupervisedService[];
  }

  /** Service processes that run now, by name, from their pid files. */
  livingPids(): Map<string, number> {
    const living = new Map<string, number>();
    for (const name of SERVICE_NAMES) {
      const record = readPid(nodePaths(this.dataDir).pidFile(name));
      if (record !== undefined && isProcessAlive(record.pid, record.startMark)) living.set(name, record.pid);
    }
    return living;
  }

  /** Ends whatever is left of it. */
  async close(): Promise<void> {
    await this.supervisor.kill();
    for (const pid of this.livingPids().values()) process.kill(pid, "SIGKILL");
  }
}

function readPid(path: string): { pid: number; startMark: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as { pid: number; startMark: string };
  } catch {
    return undefined;
  }
}
