import { z } from "zod";
import { hostName, ipAddress, port } from "./scalars.ts";

const listener = z.strictObject({
  transport: z
    .enum(["ws", "wss"])
    .default("ws")
    .describe(
      "`ws` on loopback addresses only; `wss` is over TLS, with the certificate of `sip.tls`. The path is `/cti`, the sub-protocol `tandem.cti.v1`.",
    ),
  address: ipAddress.describe("IPv4 or IPv6 address of this host, or `0.0.0.0` or `::` for all of one kind."),
  port: port.default(2748).describe("TCP port."),
});
export type CtiListener = z.infer<typeof listener>;

/** CTIManager: what it takes from applications. */
export const ctiConfig = z.strictObject({
  listen: z
    .array(listener)
    .max(16)
    .default([{ transport: "ws", address: "127.0.0.1", port: 2748 }])
    .describe("Where applications connect; an empty list: nowhere."),
  hostNames: z
    .array(hostName)
    .max(32)
    .default([])
    .describe(
      "DNS names under which applications reach it. Requests by other names are refused, since DNS rebinding brings those of web pages; addresses and `localhost` need not be named.",
    ),
  leaseSeconds: z
    .int()
    .min(2)
    .max(600)
    .default(30)
    .describe(
      "How long a session is kept after its application fell silent, where the application does not say; at most 600 when it does, and never less than two heartbeats. The heartbeat is the service parameter `CTIApplicationHeartbeatTime`.",
    ),
  maxSessions: z.int().min(1).max(10_000).default(1_000).describe("Sessions at a time; more are refused."),
  requestsPerSecond: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe("Requests that a session may send in the long run; more get `LIMIT_RATE`, with how long to wait."),
  requestBurst: z.int().min(1).max(100_000).default(1_000).describe("Requests of a session at once."),
  maxPendingRequests: z.int().min(1).max(10_000).default(256).describe("Requests of a connection without an answer."),
  maxMessageKilobytes: z.int().min(1).max(16_384).default(256).describe("Length of a request."),
  queueEvents: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(10_000)
    .describe(
      "Events that may wait for an application that reads slowly. From a quarter on states of devices and lines that others have followed are left out, at a half it is told `session.lagging`, beyond all its connection is closed (4008); it may resume.",
    ),
  queueMegabytes: z.int().min(1).max(256).default(4).describe("What those may take."),
  logMegabytes: z
    .int()
    .min(1)
    .max(1_024)
    .default(16)
    .describe(
      "Events kept for an application until it has acknowledged them; who comes back too late takes a snapshot.",
    ),
  allLogsMegabytes: z
    .int()
    .min(1)
    .max(65_536)
    .default(512)
    .describe("The same over all sessions; the longest goes first."),
});
export type CtiConfig = z.infer<typeof ctiConfig>;
