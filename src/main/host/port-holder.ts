import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { commandLineOf } from "./process-info.ts";

/** A process that has a port. */
export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/**
 * Finds who has a port open on this host: the socket's inode in `/proc/net`, then whose descriptor it is. Processes of
 * other users cannot be seen by an ordinary user; then, and without `/proc`, nobody is found.
 */
export function findPortHolder(transport: "udp" | "tcp", port: number): PortHolder | undefined {
  const inodes = new Set([...inodesOf(`/proc/net/${transport}`, port), ...inodesOf(`/proc/net/${transport}6`, port)]);
  if (inodes.size === 0) return undefined;
  for (const pid of list("/proc")) {
    if (/^\d+$/.test(pid) && hasSocket(pid, inodes)) {
      return { pid: Number(pid), command: commandLineOf(Number(pid)) };
    }
  }
  return undefined;
}

/** TCP state of a listening socket in `/proc/net/tcp`. */
const TCP_LISTEN = "0A";

function inodesOf(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const isTcp = table.includes("tcp");
  return read(table)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hexPort}`) === true && (!isTcp || state === TCP_LISTEN))
    .flatMap((fields) => fields[9] ?? []);
}

function hasSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return list(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    } catch {
      return false;
    }
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
