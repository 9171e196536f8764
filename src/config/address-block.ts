import { isIPv4, isIPv6 } from "node:net";

/** IP addresses of one family from `first` to `last` as numbers. */
export interface AddressBlock {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads a checked address or CIDR block. */
export function addressBlock(text: string): AddressBlock {
  const [address = "", bits] = text.split("/");
  const family = isIPv4(address) ? 4 : 6;
  const width = family === 4 ? 32 : 128;
  const number = family === 4 ? numberOf(address.split("."), 10, 8n) : numberOf(groupsOf(address), 16, 16n);
  const size = 1n << BigInt(width - Number(bits ?? width));
  const first = (number / size) * size;
  return { family, first, last: first + size - 1n };
}

/** An IPv6 address as RFC 5952 writes it; others as they are. */
export function canonicalAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.") || canonicalAddress(address) === "::1";
}

/** True for the addresses that stand for all of their family. */
export function isWildcardAddress(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/** True when a socket on one address takes the port of the other's: the same, or one of both is all of the family. */
export function addressesCollide(a: string, b: string): boolean {
  if (a === b) return true;
  return isIPv4(a) === isIPv4(b) && (isWildcardAddress(a) || isWildcardAddress(b));
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly string[] {
  const [head = "", tail] = canonicalAddress(address).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  return [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
}

function numberOf(parts: readonly string[], radix: number, bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(parseInt(part, radix)), 0n);
}
