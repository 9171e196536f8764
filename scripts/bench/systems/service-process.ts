import { join } from "node:path";
import { nodeSettings } from "../../../test/support/node-settings.ts";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { ChannelClient, RandomIds, silentLogger, SystemClock } from "../../../src/common/index.ts";
import { nodePaths } from "../../../src/config/node-paths.ts";
import { keptSecret, prepareDataDir } from "../../../src/main/node/data-dir.ts";
import { writeNodeFile, type NodeSettings } from "../../../src/main/node/node-file.ts";
import type { BenchContext } from "../bench.ts";

const SERVICE = join(import.meta.dirname, "..", "..", "..", "dist", "main", "service.js");
/** It has no supervisor, and would end after this. */
const ORPHAN_GRACE_SECONDS = 86_400;
const START_TIMEOUT_MS = 10_000;

/** One service of a node as its own process from dist, without the others. */
export interface ServiceProcess {
  readonly pid: number;
  readonly sip: string;
  readonly wire: { readonly port: number; readonly secret: string };
  /** Of its control channel. */
  readonly socket: string;
  close(): Promise<void>;
}

export async function startService(
  { cleanup }: BenchContext,
  name: "edge" | "media",
  changes: Partial<NodeSettings> = {},
  nodeOptions: readonly string[] = [],
): Promise<ServiceProcess> {
  const directory = cleanup.add(new TemporaryDirectory("tandem"), (folder) => folder.close());
  const paths = nodePaths(directory.join("data"));
  prepareDataDir(paths);
  const settings = await nodeSettings(paths.dataDir, { orphanGraceSeconds: ORPHAN_GRACE_SECONDS, ...changes });
  const wire = { host: "127.0.0.1", port: await freePort() };
  writeNodeFile(paths.nodeFile, { ...settings, version: "bench", configId: "bench", wire });
  const secret = keptSecret(paths.wireSecretFile, new RandomIds());
  const service = cleanup.add(
    new ManagedProcess({
      command: process.execPath,
      args: [...nodeOptions, SERVICE, name, "--node-file", paths.nodeFile],
    }),
    (running) => running.stop().then(() => undefined),
  );
  const socket = paths.socket(name);
  await eventually(() => assertReady(socket), { timeoutMs: START_TIMEOUT_MS }).catch((cause: unknown) => {
    throw new Error(`${name} does not start:\n${service.output}`, { cause });
  });
  const [listener] = settings.listeners;
  return {
    pid: service.pid,
    sip: `${listener?.address}:${listener?.port}`,
    wire: { port: wire.port, secret },
    socket,
    close: async () => {
      await service.stop();
      directory.close();
    },
  };
}

async function assertReady(path: string): Promise<void> {
  const client = new ChannelClient({ path, clock: new SystemClock(), logger: silentLogger });
  try {
    await client.connectOnce();
  } finally {
    client.close();
  }
}
