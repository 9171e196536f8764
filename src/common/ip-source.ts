import { isIPv4 } from "node:net";

/** One of these addresses is all that a host has there: link-local addresses, and the loopback address. */
const SINGLE = /^(?:fe[89ab][0-9a-f]:|::1$)/i;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const PREFIX_GROUPS = 4;

/**
 * Whom an address stands for when sources are judged: an IPv4 address for itself, one of IPv6 for its /64, of which a
 * single subscriber has all addresses (RFC 7934 6.5). Whatever is no address stands for itself.
 * @returns for example `192.0.2.1` or `2001:db8:0:1::/64`
 */
export function sourceOf(address: string): string {
  if (!address.includes(":") || SINGLE.test(address)) return address;
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  const [head = "", tail = ""] = (address.split("%", 1)[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = Math.max(0, 8 - left.length - right.length - (tail.includes(".") ? 1 : 0));
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, PREFIX_GROUPS);
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
