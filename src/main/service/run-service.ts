import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import {
  ChannelServer,
  errorCodeOf,
  errorMessageOf,
  RandomIds,
  SwitchError,
  SystemClock,
  type Logger,
  type MetricSample,
} from "../../common/index.ts";
import { nodePaths, type NodePaths } from "../../config/node-paths.ts";
import type { ServiceHello } from "../../admin/index.ts";
import { openFileLog, type FileLog } from "../host/file-logger.ts";
import { readProcessInfo } from "../host/process-info.ts";
import { readNodeFile, type NodeFile } from "../node/node-file.ts";
import { EXIT } from "../../admin/cli/exit-codes.ts";
import type { CreatePart, ServicePart, StopPurpose } from "./service-part.ts";
import { refuseSecond } from "./refuse-second.ts";
import { SupervisorWatch } from "./supervisor-watch.ts";

/** A service that could not be started at all is not retried in silence: its code tells the supervisor why. */
const UNAVAILABLE_CODES = [
  "address-in-use",
  "listen-failed",
  "bad-address",
  "bad-certificate",
  "EADDRINUSE",
  "EADDRNOTAVAIL",
  "EACCES",
  "already-running",
];
const CLOSE_DEADLINE_MS = 6_000;
/** Orphans end in this order, so that calls are ended while the edge and the relay are still there. */
const ORPHAN_DELAY_MS: Readonly<Record<string, number>> = { edge: 400, media: 800 };

/** Runs one service in this process until it is stopped; the process then exits. */
export async function runService(name: string, nodeFile: string, createPart: () => Promise<CreatePart>): Promise<void> {
  const node = readNodeFile(nodeFile);
  const paths = nodePaths(node.dataDir);
  await refuseSecond(name, paths);
  const log = openFileLog(`${paths.logDir}/${name}.log`, node.log, { service: name, node: node.name });
  recordProcess(paths.pidFile(name), log.logger);
  const host = new ServiceHost(name, node, paths, log);
  await host.run(await createPart());
}

/** On a full disk a service runs all the same; only the next supervisor could not take it over. */
function recordProcess(pidFile: string, logger: Logger): void {
  const { pid } = process;
  try {
    writeFileSync(pidFile, JSON.stringify({ pid, startMark: readProcessInfo(pid)?.startMark ?? "" }), { mode: 0o600 });
  } catch (error) {
    logger.warn("process id cannot be recorded", { error: errorMessageOf(error) });
  }
}

class ServiceHost {
  readonly #name: string;
  readonly #node: NodeFile;
  readonly #paths: NodePaths;
  readonly #log: FileLog;
  readonly #logger: Logger;
  readonly #channel: ChannelServer;
  readonly #watch: SupervisorWatch;
  /** The host's own timers are not those that `tandem_timers` counts. */
  readonly #hostClock = new SystemClock();
  readonly #partClock = new SystemClock();
  readonly #startedAtMs = Math.round(performance.timeOrigin);
  #state: ServiceHello["state"] = "starting";
  #part: ServicePart | undefined;
  #stopping = false;

  constructor(name: string, node: NodeFile, paths: NodePaths, log: FileLog) {
    this.#name = name;
    this.#node = node;
    this.#paths = paths;
    this.#log = log;
    this.#logger = log.logger;
    this.#channel = new ChannelServer({ path: paths.socket(name), logger: this.#logger });
    this.#watch = new SupervisorWatch({
      socketPath: paths.socket("supervisor"),
      graceMs: node.orphanGraceSeconds * 1_000 + (ORPHAN_DELAY_MS[name] ?? 0),
      clock: this.#hostClock,
      logger: this.#logger,
      onOrphaned: () => {
        this.#logger.warn("no supervisor came back: stopping");
        void this.#stop("shutdown");
      },
    });
  }

  async run(createPart: CreatePart): Promise<void> {
    process.on("uncaughtException", (error) => this.#die(error, EXIT.failed));
    process.on("SIGTERM", () => void this.#stop("restart"));
    process.on("SIGINT", () => void this.#stop("restart"));
    process.on("SIGHUP", () => undefined);
    this.#addMethods();
    // What a part waits for while it is made may be a timer alone, and those keep no process alive.
    const alive = setInterval(() => undefined, 60_000);
    try {
      this.#part = await createPart({
        node: this.#node,
        paths: this.#paths,
        clock: this.#partClock,
        ids: new RandomIds(),
        logger: this.#logger,
        channel: this.#channel,
      });
      this.#watch.start();
      await this.#part.start();
      if (this.#stopping) return;
      // Not before: whoever connects finds a service that is ready, with all of its methods.
      this.#state = "ready";
      await this.#channel.listen();
      clearInterval(alive);
    } catch (error) {
      return this.#die(error, UNAVAILABLE_CODES.includes(errorCodeOf(error) ?? "") ? EXIT.unavailable : EXIT.failed);
    }
    this.#logger.info("service ready", { pid: process.pid, version: this.#node.version });
  }

  #addMethods(): void {
    this.#channel.handle("hello", () => this.#hello());
    this.#channel.handle("status", () => ({ ...this.#hello(), details: this.#part?.status() ?? {} }));
    this.#channel.handle("metrics", () => this.#metrics());
    this.#channel.handle("stop", (params) => {
      const purpose = (params as { purpose?: unknown } | null)?.purpose ?? "shutdown";
      if (purpose !== "restart" && purpose !== "shutdown") throw new SwitchError("bad-params", "unknown purpose");
      // The answer goes first.
      setImmediate(() => void this.#stop(purpose));
      return this.#hello();
    });
  }

  #hello(): ServiceHello {
    const { version, configId } = this.#node;
    const { pid } = process;
    return { service: this.#name, pid, startedAtMs: this.#startedAtMs, version, configId, state: this.#state };
  }

  async #metrics(): Promise<readonly MetricSample[]> {
    const labels = { service: this.#name };
    const { user, system } = process.cpuUsage();
    const gauge = (name: string, help: string, value: number): MetricSample => {
      return { name, type: "gauge", help, labels, value };
    };
    return [
      ...((await this.#part?.metrics()) ?? []),
      gauge("tandem_timers", "Timers that are started and have not fired", this.#partClock.activeTimers),
      gauge("tandem_process_resident_bytes", "Resident memory of the process", process.memoryUsage.rss()),
      gauge("tandem_process_heap_bytes", "Memory that JavaScript values of the process take", heapBytes()),
      gauge("tandem_process_start_seconds", "When the process started, Unix time", this.#startedAtMs / 1_000),
      {
        ...gauge("tandem_log_lines_dropped_total", "Log lines that could not be written", this.#log.dropped),
        type: "counter",
      },
      {
        ...gauge("tandem_process_cpu_seconds_total", "Processor time of the process", (user + system) / 1e6),
        type: "counter",
      },
    ];
  }

  async #stop(purpose: StopPurpose): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#state = "draining";
    this.#logger.info("service stops", { purpose });
    // What hangs does not keep the node from stopping.
    setTimeout(() => this.#die(new Error("did not stop in time"), EXIT.failed), CLOSE_DEADLINE_MS).unref();
    try {
      await this.#part?.close(purpose);
      this.#watch.close();
      await this.#channel.close();
      this.#logger.info("service stopped");
      await this.#log.close();
      process.exit(EXIT.ok);
    } catch (error) {
      this.#die(error, EXIT.failed);
    }
  }

  #die(error: unknown, exitCode: number): void {
    const stack = error instanceof Error ? error.stack : undefined;
    process.stderr.write(`${this.#name}: ${errorMessageOf(error)}\n`);
    try {
      this.#log.writeLast("service died", { code: errorCodeOf(error), error: errorMessageOf(error), stack, exitCode });
    } finally {
      process.exit(exitCode);
    }
  }
}

function heapBytes(): number {
  return getHeapStatistics().used_heap_size;
}
