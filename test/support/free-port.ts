import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const ATTEMPTS = 200;
/** Below the ports of relays, where there is not enough room above those that the system gives. */
const LOW = { first: 2_048, last: 9_999 };
const LEAST_PORTS = 1_000;

/**
 * A port that is free for UDP and TCP on `address`, and stays free for this process as long as it runs: the system gives
 * it to nobody who asks for any port, and other tests of this network namespace do not take it.
 */
export async function freePort(address = "127.0.0.1"): Promise<number> {
  const { first, last } = portsThatAreNotGiven();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(first, last + 1);
    if (!(await isKept(port))) continue;
    if ((await isTcpFree(address, port)) && (await isUdpFree(address, port))) return port;
  }
  throw new Error(`no free port on ${address} in ${ATTEMPTS} attempts`);
}

/** Ports outside of those that a socket gets which is bound to port 0, or connects. */
function portsThatAreNotGiven(): { readonly first: number; readonly last: number } {
  const text = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  const [lowest = 0, highest = 0] = text.trim().split(/\s+/).map(Number);
  if (65_535 - highest >= LEAST_PORTS) return { first: highest + 1, last: 65_535 };
  return { first: LOW.first, last: Math.min(LOW.last, lowest - 1) };
}

/** Takes a name that only one process of a network namespace can have, and that goes with the process. */
function isKept(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const holder = createServer().unref();
    holder.once("error", () => resolve(false));
    holder.listen(`\0tandem-test-port-${port}`, () => resolve(true));
  });
}

function isTcpFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

function isUdpFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, address, () => socket.close(() => resolve(true)));
  });
}
