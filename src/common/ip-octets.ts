import { isIPv4 } from "node:net";

/** The 4 octets of a literal IPv4 address, or the 16 of an IPv6 one, whose zone is left out. */
export function ipOctets(address: string): readonly number[] {
  if (isIPv4(address)) return address.split(".").map(Number);
  const [bare = ""] = address.split("%");
  const [head = "", tail = ""] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split("::");
  const left = groupsOf(head);
  const right = groupsOf(tail);
  const groups = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

function groupsOf(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}
