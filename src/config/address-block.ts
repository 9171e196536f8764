import { isIPv4, isIPv6 } from "node:net";
import { ipOctets } from "../common/index.ts";

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
  const number = ipOctets(address).reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  const size = 1n << BigInt(width - Number(bits ?? width));
  const first = (number / size) * size;
  return { family, first, last: first + size - 1n };
}

/** An IPv6 address as RFC 5952 writes it; others, and one with a zone, as they are. */
export function canonicalAddress(address: string): string {
  return isIPv6(address) && !address.includes("%") ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
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
