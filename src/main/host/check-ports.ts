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

/** Why a port cannot be had. */
export interface PortProblem {
  /** `taken` by another process; `unavailable`: no such address, no right, or whatever the system says. */
  readonly kind: "taken" | "unavailable";
  /** A sentence, with who has the port where that can be known. */
  readonly text: string;
}

/**
 * Tries to bind each port and lets it go again.
 * @param ownPids processes that hold ports now and will have let them go
 * @returns a problem for each port that cannot be had
 */
export async function checkPorts(
  wanted: readonly WantedPort[],
  ownPids: readonly number[] = [],
): Promise<PortProblem[]> {
  const problems = await Promise.all(wanted.map((port) => checkPort(port, ownPids)));
  return problems.filter((problem) => problem !== undefined);
}

async function checkPort(wanted: WantedPort, ownPids: readonly number[]): Promise<PortProblem | undefined> {
  const { purpose, transport, address, port } = wanted;
  const error = await (transport === "udp" ? tryUdp(address, port) : tryTcp(address, port));
  if (error === undefined) return undefined;
  const name = `${purpose} ${transport} ${address}${port === 0 ? "" : `:${port}`}`;
  const code = errorCodeOf(error);
  if (code === "EADDRINUSE") {
    const holder = strangerAt(wanted, ownPids);
    return holder === undefined ? undefined : { kind: "taken", text: `${name} is taken by ${holder}` };
  }
  if (code === "EADDRNOTAVAIL") return unavailable(`${name}: this host has no address ${address}`);
  if (code !== "EACCES") return unavailable(`${name}: ${errorMessageOf(error)}`);
  return unavailable(`${name}: ports below 1024 need a privilege (root, or CAP_NET_BIND_SERVICE)`);
}

function unavailable(text: string): PortProblem {
  return { kind: "unavailable", text };
}

/** Who has a port beside processes of ours; `undefined`: nobody. */
function strangerAt({ transport, address, port }: WantedPort, ownPids: readonly number[]): string | undefined {
  const { seen, hasUnseen } = findPortHolders(transport, address, port);
  const other = seen.find(({ pid }) => !ownPids.includes(pid));
  if (other !== undefined) return `process ${other.pid}: ${other.command}`;
  return seen.length > 0 && !hasUnseen ? undefined : "another process (which one cannot be seen)";
}

function tryUdp(address: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
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
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
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
