import type { NodeSettings } from "../../src/main/node/node-file.ts";
import { freePort } from "./free-port.ts";

/** Settings of a node on free ports of loopback, without phones. */
export async function nodeSettings(dataDir: string, changes: Partial<NodeSettings> = {}): Promise<NodeSettings> {
  const sipPort = await freePort();
  return {
    name: "test",
    dataDir,
    orphanGraceSeconds: 30,
    realm: "tandem.test",
    listeners: [
      { protocol: "udp", address: "127.0.0.1", port: sipPort },
      { protocol: "tcp", address: "127.0.0.1", port: sipPort },
    ],
    dns: { servers: [], failoverSeconds: 4 },
    http: { address: "127.0.0.1", port: await freePort(), hostNames: [] },
    cti: {
      listeners: [{ transport: "ws", address: "127.0.0.1", port: await freePort() }],
      hostNames: [],
      leaseSeconds: 30,
      maxSessions: 100,
      requestsPerSecond: 500,
      requestBurst: 1_000,
      maxPendingRequests: 256,
      maxMessageKilobytes: 256,
      queueEvents: 10_000,
      queueMegabytes: 4,
      logMegabytes: 16,
      allLogsMegabytes: 512,
    },
    media: { address: "127.0.0.1", portRange: { min: 20_000, max: 29_999 }, portRestMs: 1_000, rtpTimeoutSeconds: 60 },
    call: { maxCalls: 100, serialRingSeconds: 20, trunkTrySeconds: 4, endpoints: {} },
    log: { level: "info", maxFileMegabytes: 1, maxFiles: 2 },
    security: {
      malformedPerSecond: 20,
      malformedBurst: 200,
      requestsPerSecond: 200,
      requestBurst: 400,
      banSeconds: 300,
      maxBanSeconds: 3_600,
      neverBan: [],
    },
    trace: { keepMegabytes: 1 },
    profiles: [],
    phones: [],
    peers: [],
    ...changes,
  };
}
