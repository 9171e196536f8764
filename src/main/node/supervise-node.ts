import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { errorMessageOf } from "../../common/index.ts";
import type { SupervisorHello } from "../../admin/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import { BufferedLogger } from "../host/buffered-logger.ts";
import type { FileLog } from "../host/file-logger.ts";
import { adoptService, spawnService, type SpawnOptions } from "../supervisor/service-process.ts";
import { STOP_ORDER } from "../supervisor/stop-services.ts";
import { SupervisorChannel } from "../supervisor/supervisor-channel.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import type { NodeSettings } from "./node-file.ts";
import { packageRoot } from "./package-root.ts";
import type { RunningService } from "./running-services.ts";
import { ServiceOutput } from "./service-output.ts";
import type { StartedNode, StartNodeOptions } from "./start-node-options.ts";

/** What supervising needs beside the options of the start. */
export interface SuperviseNodeOptions extends StartNodeOptions {
  readonly paths: NodePaths;
  readonly version: string;
  /** Running services to take over. */
  readonly adopted: readonly RunningService[];
  readonly onStopped: () => void;
}

/** Start order: phones look for the edge first. */
const START_ORDER = ["edge", "media", "callmanager", "ctimanager", "admin"] as const;

/**
 * Takes over or starts the services of a node and keeps them running.
 * @throws {SwitchError} `service-failed` when one could not be started and none was taken over, `stopping` when it was stopped before it was ready;
 * then nothing runs any more
 */
export async function superviseNode(options: SuperviseNodeOptions): Promise<StartedNode> {
  const { settings, paths, clock, version, onStopped } = options;
  const logger = new BufferedLogger();
  const supervisor = createSupervisor(options, logger);
  const hello = { version, node: settings.name, addresses: addressesOf(settings) };
  const channel = new SupervisorChannel({ path: paths.socket("supervisor"), supervisor, hello, clock, logger });
  let log: Promise<FileLog | undefined> = Promise.resolve(undefined);
  const stopOnce = async (): Promise<void> => {
    await supervisor.stop();
    await channel.close();
    await (await log)?.close();
    onStopped();
  };
  let ended: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (ended = resolve));
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopOnce().finally(ended));

  await channel.listen(stop);
  const kill = (): void => supervisor.kill();
  const starting = supervisor.start();
  options.onSupervised?.({ stop, kill });
  try {
    await starting;
  } catch (error) {
    await stop();
    throw error;
  }
  channel.enter("ready");
  if (existsSync(paths.firstPasswordFile)) {
    options.report(`user admin signs in with the password in ${paths.firstPasswordFile} and has to change it`);
  }
  log = attachLog(logger, options);
  return { paths, stopped, stop, kill };
}

function createSupervisor(options: SuperviseNodeOptions, logger: BufferedLogger): Supervisor {
  const { settings, paths, clock, adopted, report } = options;
  const output = new ServiceOutput(paths.logDir);
  const spawnOptions = spawnOptionsOf(options, output);
  return new Supervisor({
    // A drachtio server is started by whoever runs it.
    startOrder: START_ORDER.filter((name) => name !== "edge" || settings.drachtio === undefined),
    stopOrder: STOP_ORDER,
    socketPath: paths.socket,
    spawn: (name, onExit) =>
      spawnService(name, spawnOptions, (reason, exitCode) => {
        const said = exitCode === 0 ? "" : output.reason(name);
        onExit(said === "" ? reason : `${reason}: ${said}`, exitCode);
      }),
    adopt: (name) => {
      const service = adopted.find((candidate) => candidate.name === name);
      if (service === undefined) return undefined;
      return (onExit) => adoptService(service.pid, service.startMark, clock, onExit);
    },
    report,
    clock,
    logger,
  });
}

/**
 * The log library is loaded when the node is ready: until then the processors are the services'. A supervisor without
 * a log is better than none.
 */
async function attachLog(
  logger: BufferedLogger,
  { settings, paths, report }: SuperviseNodeOptions,
): Promise<FileLog | undefined> {
  const path = join(paths.logDir, "supervisor.log");
  try {
    const { openFileLog } = await import("../host/file-logger.ts");
    const log = openFileLog(path, settings.log, { service: "supervisor" });
    logger.attach(log.logger);
    return log;
  } catch (error) {
    report(`the supervisor has no log: ${path}: ${errorMessageOf(error)}`);
    return undefined;
  }
}

function spawnOptionsOf(
  { serviceScript, environment, paths }: SuperviseNodeOptions,
  output: ServiceOutput,
): SpawnOptions {
  // Built, all programs stand in one folder.
  const own = extname(import.meta.filename) === ".ts" ? join("..", "service.ts") : "service.js";
  return {
    script: serviceScript ?? join(import.meta.dirname, own),
    nodeOptions: process.execArgv.filter((option) => !option.startsWith("--inspect")),
    nodeFile: paths.nodeFile,
    openOutput: (name) => output.open(name),
    environment,
    folder: packageRoot,
  };
}

function addressesOf({ listeners, drachtio, cti, http }: NodeSettings): SupervisorHello["addresses"] {
  const sip = listeners.map(({ protocol, address, port }) => `SIP ${protocol} ${address}:${port}`);
  const external = drachtio === undefined ? [] : [`SIP by the drachtio server at ${drachtio.host}:${drachtio.port}`];
  const ctis = cti.listeners.map(({ transport, address, port }) => `CTI ${transport}://${hostOf(address)}:${port}/cti`);
  return [...sip, ...external, ...ctis, `HTTP http://${http.address}:${http.port}/`];
}

function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
