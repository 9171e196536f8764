import { readFileSync } from "node:fs";

/** UDP datagrams sent in this network namespace so far. */
export function datagramsSent(): number {
  return datagramsSentIn(readFileSync("/proc/net/snmp", "latin1"));
}

/** `OutDatagrams` of the `Udp:` lines of /proc/net/snmp: one line of names, one of values. */
export function datagramsSentIn(text: string): number {
  const [names = [], values = []] = text
    .split("\n")
    .filter((line) => line.startsWith("Udp:"))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf("OutDatagrams")]);
}
