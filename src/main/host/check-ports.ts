import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { errorCodeOf, errorMessageOf } from "../../common/index.ts";
import { findPortHolders } from "./port-holder.ts";

/** A port that the node is about to take. */
export interface WantedPort {
  /** What for, such as `SIP`. */
  readonly purpose: string;
  readonly transport: "udp" | "tcp";
  readonly address: string;
  /** 0: any port. */
  readonly port: number;
}

/**
 * Tries to bind each port and lets it go again.
 * @param ownPids processes that hold ports now and will have let them go
 * @returns a sentence for each port that cannot be had, with who has it where that can be known
 */
export async function checkPorts(wanted: readonly WantedPort[], ownPids: readonly number[] = []): Promise<string[]> {
  const problems = await Promise.all(wanted.map((port) => checkPort(port, ownPids)));
  return problems.filter((problem) => problem !== undefined);
}

async function checkPort(wanted: WantedPort, ownPids: readonly number[]): Promise<string | undefined> {
  const { purpose, transport, address, port } = wanted;
  const error = await (transport === "udp" ? tryUdp(address, port) : tryTcp(address, port));
  if (error === undefined) return undefined;
  const host = address.includes(":") ? `[${address}]` : address;
  const name = `${purpose} ${transport} ${host}${port === 0 ? "" : `:${port}`}`;
  const code = errorCodeOf(error);
  if (code === "EADDRINUSE") {
    const { seen, hasUnseen } = findPortHolders(transport, address, port);
    const other = seen.find(({ pid }) => !ownPids.includes(pid));
    if (other !== undefined) return `${name} is taken by process ${other.pid}: ${other.command}`;
    if (seen.length > 0 && !hasUnseen) return undefined;
    return `${name} is taken by another process (which one cannot be seen)`;
  }
  if (code === "EADDRNOTAVAIL") return `${name}: this host has no address ${address}`;
  if (code === "EACCES") return `${name}: ports below 1024 need a privilege (root, or CAP_NET_BIND_SERVICE)`;
  return `${name}: ${errorMessageOf(error)}`;
}

function tryUdp(address: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const isV6 = address.includes(":");
    const socket = createSocket({ type: isV6 ? "udp6" : "udp4", ipv6Only: isV6 });
    socket.once("error", (error) => {
      socket.close();
      resolve(error);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}

function tryTcp(address: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });
}

/** A TCP port of 127.0.0.1 that is free now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
