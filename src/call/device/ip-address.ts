import { isIP, isIPv4, isIPv6 } from "node:net";

/** A literal IP address as a number; IPv4-mapped IPv6 addresses count as IPv4. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const MAPPED_PREFIX = 0xffffn;
const LOOPBACK_V4_FIRST_BYTE = 127n;

/** Reads a literal IPv4 or IPv6 address, also with brackets or a zone; anything else gives `undefined`. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, value: valueOfV4(text) };
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (!isIPv6(bare)) return undefined;
  const value = valueOfV6(bare.split("%", 1)[0] ?? bare);
  return value >> 32n === MAPPED_PREFIX ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value };
}

/** True when both are literal addresses and the same, whatever their spelling. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other) return isIP(one) !== 0;
  if (isIPv4(one) && isIPv4(other)) return false;
  const left = parseIpAddress(one);
  const right = parseIpAddress(other);
  return left !== undefined && left.family === right?.family && left.value === right.value;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return false;
  return parsed.family === 4 ? parsed.value >> 24n === LOOPBACK_V4_FIRST_BYTE : parsed.value === 1n;
}

function valueOfV4(text: string): bigint {
  return text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function valueOfV6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<bigint>(tail === undefined ? 0 : 8 - left.length - right.length).fill(0n);
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

function groupsOf(text: string): bigint[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [BigInt(`0x${part}`)];
    const embedded = valueOfV4(part);
    return [embedded >> 16n, embedded & 0xffffn];
  });
}
