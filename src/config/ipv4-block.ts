/** IPv4 addresses from `first` to `last` as numbers. */
export interface Ipv4Block {
  readonly first: number;
  readonly last: number;
}

/** Reads a checked address or CIDR block. */
export function ipv4Block(text: string): Ipv4Block {
  const [address = "", bits = "32"] = text.split("/");
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(number / size) * size;
  return { first, last: first + size - 1 };
}

/** True for 127.0.0.0/8. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.");
}

/** True when a socket on one address takes the port of the other's: the same, or either is `0.0.0.0`. */
export function addressesCollide(a: string, b: string): boolean {
  return a === b || a === "0.0.0.0" || b === "0.0.0.0";
}
