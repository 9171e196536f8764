import { ipOctets } from "../../common/index.ts";

const MAPPED_PREFIX = "0,0,0,0,0,0,0,0,0,0,255,255";
const V4_IN_V6 = 12;

/** True for `::ffff:192.0.2.1` and the like, which is an IPv4 address (RFC 4291 2.5.5.2). */
export function isMapped(address: string): boolean {
  return address.includes(":") && ipOctets(address).slice(0, V4_IN_V6).join() === MAPPED_PREFIX;
}

/**
 * A checked address or CIDR block in the one spelling that all spellings of it share: without host bits, in small letters,
 * a single address without its length.
 */
export function canonicalBlock(text: string): string {
  const [address = "", length] = text.split("/");
  const octets = isMapped(address) ? ipOctets(address).slice(V4_IN_V6) : ipOctets(address);
  const bits = Number(length ?? octets.length * 8);
  const kept = octets.map((octet, index) => {
    const hostBits = 8 - Math.min(8, Math.max(0, bits - index * 8));
    return (octet >> hostBits) << hostBits;
  });
  const spelled =
    kept.length === 4
      ? kept.join(".")
      : (Buffer.from(kept).toString("hex").match(/.{4}/g) ?? [])
          .map((group) => parseInt(group, 16).toString(16))
          .join(":");
  return bits === octets.length * 8 ? spelled : `${spelled}/${bits}`;
}
