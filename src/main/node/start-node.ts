import { SwitchError } from "../../common/index.ts";
import { nodePaths, type NodePaths } from "../../config/node-paths.ts";
import { applyDeclared } from "../configuration/apply-declared.ts";
import { openConfiguration, withoutSecrets } from "../configuration/open-configuration.ts";
import { checkPorts, findFreePort, type WantedPort } from "../host/check-ports.ts";
import { NodeSecretKeeper } from "../secrets/secret-keeper.ts";
import { stopServices } from "../supervisor/stop-services.ts";
import { takeSupervisorLock } from "../supervisor/supervisor-lock.ts";
import { ABSENT_WITH_DRACHTIO } from "./absent-with-drachtio.ts";
import { keptSecret, prepareDataDir } from "./data-dir.ts";
import {
  configIdOf,
  readNodeFile,
  serviceSettings,
  writeNodeFile,
  type NodeFile,
  type NodeSettings,
} from "./node-file.ts";
import { prepareTls } from "./tls-certificate.ts";
import { readVersion } from "./package-root.ts";
import { findRunningServices, type RunningService } from "./running-services.ts";
import { superviseNode } from "./supervise-node.ts";
import type { StartedNode, StartNodeOptions } from "./start-node-options.ts";

/**
 * Starts a node in this process, which becomes its supervisor. Everything is checked before any service starts.
 * @throws {SwitchError} `already-running`, `bad-data-dir`, `bad-certificate`, `ports-taken` by other processes, `ports-unavailable` for another reason, `service-failed`, `stopping`
 */
export async function startNode(options: StartNodeOptions): Promise<StartedNode> {
  const { settings, clock, ids, report } = options;
  const paths = nodePaths(settings.dataDir);
  prepareDataDir(paths);
  const lock = takeSupervisorLock(paths.supervisorLock, settings.dataDir);
  try {
    const before = readFormerNodeFile(paths);
    const running = await findRunningServices(paths, clock);
    const version = readVersion();
    const configId = configIdOf(settings);
    const isSame = ({ hello }: RunningService): boolean => hello?.version === version && hello.configId === configId;
    // One that is ending, its grace being over, goes to its end.
    const adopted = running.filter((service) => isSame(service) && service.hello?.state === "ready");
    const strangers = running.filter((service) => !adopted.includes(service));
    await checkWantedPorts(settings, adopted, running);
    await prepareTls(settings, paths, clock, report);
    await declare(options, paths);
    const hasChanged = running.some((service) => service.hello !== undefined && !isSame(service));
    await stopStrangers(strangers, hasChanged, paths, options);
    const wire = await chooseWire(before, adopted);
    if (settings.drachtio !== undefined) {
      const { host, port } = settings.drachtio;
      report(
        `a drachtio server at ${host}:${port} is the SIP edge; absent with it: ${ABSENT_WITH_DRACHTIO.join("; ")}`,
      );
    }
    writeNodeFile(paths.nodeFile, { ...serviceSettings(settings), version, configId, wire });
    keptSecret(paths.wireSecretFile, ids);
    if (adopted.length > 0) report(`taking over running services: ${adopted.map(({ name }) => name).join(", ")}`);
    return await superviseNode({ ...options, paths, adopted, version, onStopped: () => lock.release() });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function declare({ settings, clock, report, configure }: StartNodeOptions, paths: NodePaths): Promise<void> {
  const { realm, profiles } = settings;
  const keeper = configure === undefined ? withoutSecrets(realm) : new NodeSecretKeeper(realm, paths.secretKey);
  const store = openConfiguration(paths, clock, keeper, profiles);
  try {
    await applyDeclared(store, settings, paths, report);
    await configure?.(store);
  } finally {
    store.close();
  }
}

async function checkWantedPorts(
  settings: NodeSettings,
  adopted: readonly RunningService[],
  running: readonly RunningService[],
): Promise<void> {
  const isAdopted = (name: string): boolean => adopted.some((service) => service.name === name);
  const sip = settings.listeners.map(({ protocol, address, port }): WantedPort => ({
    purpose: protocol === "udp" || protocol === "tcp" ? "SIP" : `SIP over ${protocol.toUpperCase()},`,
    transport: protocol === "udp" ? "udp" : "tcp",
    address,
    port,
  }));
  const rtp: WantedPort = { purpose: "RTP", transport: "udp", address: settings.media.address, port: 0 };
  const cti = settings.cti.listeners.map(({ transport, address, port }): WantedPort => {
    return { purpose: `CTI over ${transport.toUpperCase()},`, transport: "tcp", address, port };
  });
  const { address, port } = settings.http;
  const http: WantedPort = { purpose: "HTTP", transport: "tcp", address, port };
  const wanted = [
    ...(isAdopted("edge") ? [] : sip),
    ...(isAdopted("media") ? [] : [rtp]),
    ...(isAdopted("ctimanager") ? [] : cti),
    ...(isAdopted("admin") ? [] : [http]),
  ];
  const problems = await checkPorts(
    wanted,
    running.map(({ pid }) => pid),
  );
  if (problems.length === 0) return;
  const code = problems.some(({ kind }) => kind === "taken") ? "ports-taken" : "ports-unavailable";
  throw new SwitchError(code, problems.map(({ text }) => text).join("\n"), { problems });
}

async function stopStrangers(
  strangers: readonly RunningService[],
  hasChanged: boolean,
  paths: NodePaths,
  { clock, report }: StartNodeOptions,
): Promise<void> {
  if (strangers.length === 0) return;
  const names = strangers.map(({ name }) => name).join(", ");
  const why = hasChanged ? "the configuration or version changed" : "they cannot be taken over";
  report(`restarting services that run without a supervisor, since ${why}: ${names}`);
  await stopServices(strangers, "restart", paths, clock);
}

/** A restarted edge listens where call control looks for it, so the port is kept from start to start. */
async function chooseWire(before: NodeFile | undefined, adopted: readonly RunningService[]): Promise<NodeFile["wire"]> {
  if (before !== undefined) {
    if (adopted.length > 0) return before.wire;
    const { host: address, port } = before.wire;
    const problems = await checkPorts([{ purpose: "wire protocol", transport: "tcp", address, port }]);
    if (problems.length === 0) return before.wire;
  }
  return { host: "127.0.0.1", port: await findFreePort() };
}

function readFormerNodeFile(paths: NodePaths): NodeFile | undefined {
  try {
    return readNodeFile(paths.nodeFile);
  } catch {
    return undefined;
  }
}
