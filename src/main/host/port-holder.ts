import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import { ipOctets } from "../../common/index.ts";
import { commandLineOf } from "./process-info.ts";

/** A process that has a port. */
export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/** Who has a port. */
export interface PortHolders {
  readonly seen: readonly PortHolder[];
  /** True when somebody has it who cannot be seen: processes of other users, to an ordinary user. */
  readonly hasUnseen: boolean;
}

/**
 * Finds who keeps others from an address and port of this host: the sockets' inodes in `/proc/net`, then whose
 * descriptors they are. Without `/proc` nobody is found.
 */
export function findPortHolders(transport: "udp" | "tcp", address: string, port: number): PortHolders {
  const wanted = { address, port, listening: transport === "tcp" };
  const v4 = address.includes(":") ? [] : inodesOf(`/proc/net/${transport}`, wanted);
  // A socket for both families is looked for last: it cannot have the port when one of IPv4 has it.
  const inodes = new Set(v4.length > 0 ? v4 : inodesOf(`/proc/net/${transport}6`, wanted));
  const unseen = new Set(inodes);
  const seen: PortHolder[] = [];
  for (const pid of inodes.size === 0 ? [] : list("/proc").filter((name) => /^\d+$/.test(name))) {
    const held = socketsOf(pid).filter((inode) => inodes.has(inode));
    for (const inode of held) unseen.delete(inode);
    if (held.length > 0) seen.push({ pid: Number(pid), command: commandLineOf(Number(pid)) });
  }
  return { seen, hasUnseen: unseen.size > 0 };
}

interface WantedSocket {
  readonly address: string;
  readonly port: number;
  readonly listening: boolean;
}

/** TCP state of a listening socket in `/proc/net/tcp`. */
const TCP_LISTEN = "0A";
const ALL_V4 = "00000000";
const ALL_V6 = ALL_V4.repeat(4);

/** Inodes of the sockets that collide with the wanted one: on its address, or one of both on all addresses. */
function inodesOf(table: string, { address, port, listening }: WantedSocket): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const colliding = collidingHexes(address);
  return read(table)
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const [localAddress = "", localPort] = local.split(":");
      if (localPort !== hexPort || (listening && state !== TCP_LISTEN)) return [];
      return colliding === undefined || colliding.includes(localAddress) ? [inode] : [];
    });
}

/** The addresses in `/proc/net` that keep others from an address; `undefined`: all. */
function collidingHexes(address: string): readonly string[] | undefined {
  if (address === "0.0.0.0" || address === "::") return undefined;
  if (address.includes(":")) return [hexOfV6(address), ALL_V6];
  const hex = hexOf(address);
  return [hex, `${ALL_V4.repeat(2)}${hexOf("0.0.255.255")}${hex}`, ALL_V4, ALL_V6];
}

/** An IPv6 address as `/proc/net` has it: four numbers in the processor's order. */
function hexOfV6(address: string): string {
  const octets = ipOctets(address);
  return [0, 4, 8, 12].map((at) => hexOf(octets.slice(at, at + 4).join("."))).join("");
}

/** An IPv4 address as `/proc/net` has it: a number in the processor's order. */
function hexOf(address: string): string {
  const bytes = address.split(".").map(Number);
  if (endianness() === "LE") bytes.reverse();
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join("");
}

/** Inodes of the sockets that a process has open. */
function socketsOf(pid: string): string[] {
  return list(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
    } catch {
      return [];
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
