import { isIP } from "node:net";
import type { NaptrRecord, SrvRecord } from "node:dns";
import { defaultPort, type Target, type TransportProtocol } from "../transport/index.ts";
import type { AddressRecord, DnsAnswer } from "./dns-queries.ts";
import type { DnsTable } from "./dns-table.ts";
import type { HostsFile } from "./hosts-file.ts";
import { protocolsOf, type NextHop } from "./next-hop.ts";
import { orderServices, shuffled } from "./order-services.ts";

/** What targets are looked for with. */
export interface Finder {
  readonly dns: DnsTable;
  readonly hosts: HostsFile;
  /** True when a listener of ours speaks that protocol in the family of an address. */
  readonly canReach: (protocol: TransportProtocol, address: string) => boolean;
  readonly random: () => number;
}

/** Targets in the order to try them; without any, what is wrong, in words for people. */
export interface FoundTargets {
  readonly targets: readonly Target[];
  readonly problem: string;
}

/** A host to look up the addresses of. */
interface Place {
  readonly protocol: TransportProtocol;
  readonly host: string;
  readonly port: number;
}

type Services = DnsAnswer<SrvRecord>;
type Addresses = { readonly addresses: readonly string[]; readonly problem: string };

/** Targets of one name. */
export const MAX_TARGETS = 16;
/** SRV names that NAPTR records may lead to. */
const MAX_POINTERS = 8;

const SRV_PREFIX: Readonly<Partial<Record<TransportProtocol, string>>> = {
  udp: "_sip._udp.",
  tcp: "_sip._tcp.",
  tls: "_sips._tcp.",
};
const NAPTR_SERVICES: ReadonlyMap<string, TransportProtocol> = new Map([
  ["SIP+D2U", "udp"],
  ["SIP+D2T", "tcp"],
  ["SIPS+D2T", "tls"],
]);
/** No host has them: name servers that block names answer with 0.0.0.0, and a mapped address leads past our listeners. */
const NO_HOST = /^(?:(?:0|22[4-9]|2[3-5]\d)\.|::$|ff[0-9a-f]{2}:|::ffff:)/i;
/** Documentation addresses (RFC 5737, RFC 3849): does a listener speak to that family at all? */
const PROBES = [
  [4, "192.0.2.1"],
  [6, "2001:db8::1"],
] as const;

/** Finds where a host name is served: by NAPTR, SRV and address records, as far as the URI leaves it open (RFC 3263 4). */
export async function findTargets(hop: NextHop, finder: Finder): Promise<FoundTargets> {
  const host = hop.host.toLowerCase().replace(/\.$/, "");
  if (host.endsWith(".invalid")) return nothing("it is a name that never has an address");
  const isHere = finder.hosts.find(host) !== undefined;
  const places = hop.open === undefined || isHere ? [placeOf(hop, finder)] : await placesOf(hop, host, finder);
  if (places === undefined) return nothing("the domain says that it serves no SIP");
  const found = await Promise.all(places.map((place) => addressesOf(place, finder)));
  const targets = places.flatMap(({ protocol, port }, index) =>
    (found[index]?.addresses ?? []).map((address): Target => {
      return { protocol, address, port, ...(protocol === "tls" ? { serverName: hop.host } : {}) };
    }),
  );
  const distinct = new Map(targets.map((target) => [`${target.protocol}|${target.address}|${target.port}`, target]));
  if (distinct.size === 0) return nothing(found[0]?.problem ?? "there is no address");
  return { targets: [...distinct.values()].slice(0, MAX_TARGETS), problem: "" };
}

function nothing(problem: string): FoundTargets {
  return { targets: [], problem };
}

/** The host itself, by the protocol that is usual or, where nothing of ours speaks that, by another. */
function placeOf(hop: NextHop, { canReach }: Finder): Place {
  const speaks = (protocol: TransportProtocol): boolean => PROBES.some(([, address]) => canReach(protocol, address));
  const protocol = protocolsOf(hop).find(speaks) ?? hop.protocol;
  const port = hop.open === undefined || protocol === hop.protocol ? hop.port : defaultPort(protocol);
  return { protocol, host: hop.host, port };
}

/** Hosts and ports by SRV; the host itself without such records; undefined when these say that there is no service. */
async function placesOf(hop: NextHop, host: string, finder: Finder): Promise<readonly Place[] | undefined> {
  const { dns, canReach, random } = finder;
  const speaks = (protocol: TransportProtocol): boolean => PROBES.some(([, address]) => canReach(protocol, address));
  const protocols = protocolsOf(hop).filter(speaks);
  const pointers = hop.open === "protocol-and-port" ? dns.pointers(host) : undefined;
  const usual = Promise.all(
    protocols.map(async (protocol): Promise<readonly [TransportProtocol, Services]> => {
      return [protocol, await dns.services(`${SRV_PREFIX[protocol] ?? ""}${host}`)];
    }),
  );
  const named = pointers === undefined ? [] : usablePointers(await pointers, protocols);
  const services =
    named.length === 0
      ? await usual
      : await Promise.all(named.map(async ([protocol, name]) => [protocol, await dns.services(name)] as const));
  const records = services.flatMap(([protocol, answer]) => {
    if (answer.kind !== "found") return [];
    return orderServices(answer.records, random).map((record) => ({ protocol, host: record.name, port: record.port }));
  });
  // RFC 2782: a target of "." says that the service is decidedly not available.
  const places = records.filter(({ host: target }) => target !== "" && target !== ".");
  if (places.length > 0) return places.slice(0, MAX_TARGETS);
  return records.length > 0 ? undefined : [placeOf(hop, finder)];
}

/** RFC 3263 4.1: the SRV names of the transports that we have, in the order that the domain prefers. */
function usablePointers(
  answer: DnsAnswer<NaptrRecord>,
  protocols: readonly TransportProtocol[],
): (readonly [TransportProtocol, string])[] {
  if (answer.kind !== "found") return [];
  const sorted = [...answer.records].sort((one, other) => {
    return one.order - other.order || one.preference - other.preference;
  });
  return sorted
    .flatMap(({ flags, service, replacement }) => {
      const protocol = NAPTR_SERVICES.get(service.toUpperCase());
      const isUsable = protocol !== undefined && protocols.includes(protocol);
      return isUsable && flags.toLowerCase() === "s" && replacement !== "" ? [[protocol, replacement] as const] : [];
    })
    .slice(0, MAX_POINTERS);
}

/** Addresses that a listener of ours can speak to: IPv4 first, which media have to go over anyway. */
async function addressesOf({ protocol, host }: Place, finder: Finder): Promise<Addresses> {
  const { dns, hosts, canReach, random } = finder;
  const name = host.toLowerCase().replace(/\.$/, "");
  const known = isIP(name) === 0 ? hosts.find(name) : [name];
  if (known !== undefined) {
    const addresses = known.filter((address) => canReach(protocol, address));
    return { addresses, problem: `none of its addresses can be reached by ${protocol}` };
  }
  const families = PROBES.filter(([, address]) => canReach(protocol, address)).map(([family]) => family);
  const answers = await Promise.all(families.map((family) => dns.addresses(name, family)));
  const found = answers.flatMap((answer) => {
    return answer.kind === "found" ? shuffled(answer.records, random).map(({ address }) => address) : [];
  });
  const addresses = found.filter((address) => !NO_HOST.test(address));
  return { addresses, problem: problemOf(answers, families) };
}

function problemOf(answers: readonly DnsAnswer<AddressRecord>[], families: readonly number[]): string {
  const failed = answers.find((answer) => answer.kind === "failed");
  if (failed?.kind === "failed") {
    if (failed.why === "timeout") return "no name server answers";
    return failed.why === "busy" ? "too many names are being looked up" : "the name servers cannot tell";
  }
  if (answers.some((answer) => answer.kind === "none" && answer.why === "no-name")) return "there is no such name";
  return `the name has no address of IPv${families.join(" or IPv")}`;
}
