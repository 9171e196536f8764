import { BlockList, isIP } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import type { ListenAddress, OwnEnd, TransportProtocol } from "./flow.ts";

type Interfaces = () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** How long what the system said about its interfaces is believed. */
const REFRESH_MS = 30_000;

/** Knows which of our addresses a peer sees, and which addresses are ours. */
export class LocalAddresses {
  readonly #interfaces: Interfaces;
  readonly #nowMs: () => number;
  #known: readonly NetworkInterfaceInfo[] = [];
  #knownAtMs = Number.NEGATIVE_INFINITY;

  constructor(interfaces: Interfaces, nowMs: () => number) {
    this.#interfaces = interfaces;
    this.#nowMs = nowMs;
  }

  /** The listener of that protocol to speak to a remote address from: the one whose address is nearest. */
  nearest<Listener extends ListenAddress>(
    listeners: readonly Listener[],
    protocol: TransportProtocol,
    remoteAddress: string,
  ): Listener | undefined {
    const family = isIP(remoteAddress);
    let best: Listener | undefined;
    let bestScore = -1;
    for (const listener of listeners) {
      if (listener.protocol !== protocol || isIP(listener.address) !== family) continue;
      const score = commonPrefixLength(this.visible(listener.address, remoteAddress), remoteAddress);
      if (score <= bestScore) continue;
      best = listener;
      bestScore = score;
    }
    return best;
  }

  /** The address that a remote sees of a listener: its own, or for all interfaces that of the one that leads there. */
  visible(listenAddress: string, remoteAddress: string): string {
    if (!isWildcard(listenAddress)) return listenAddress;
    const family = listenAddress === "::" ? "IPv6" : "IPv4";
    const own = this.#list().filter((candidate) => candidate.family === family);
    const direct = own.find((candidate) => contains(candidate, remoteAddress));
    const chosen = direct ?? own.find((candidate) => !candidate.internal) ?? own[0];
    return chosen?.address ?? (family === "IPv6" ? "::1" : "127.0.0.1");
  }

  /** What a remote is told of a listener: what it advertises, else what the remote sees of it. */
  told({ address, port, advertised }: ListenAddress, remoteAddress: string): OwnEnd {
    if (advertised === undefined) return { address: this.visible(address, remoteAddress), port };
    return { address: advertised.address, port: advertised.port ?? port };
  }

  /** True when a datagram or connection to that place would come back to one of the listeners. */
  isLocal(listeners: readonly ListenAddress[], place: ListenAddress): boolean {
    return listeners.some(
      ({ protocol, address, port, advertised }) =>
        protocol === place.protocol &&
        ((port === place.port && (address === place.address || (isWildcard(address) && this.#isOurs(place.address)))) ||
          (advertised?.address === place.address && (advertised.port ?? port) === place.port)),
    );
  }

  #isOurs(address: string): boolean {
    if (isWildcard(address) || address.startsWith("127.") || address === "::1") return true;
    return this.#list().some((candidate) => candidate.address === address);
  }

  #list(): readonly NetworkInterfaceInfo[] {
    const nowMs = this.#nowMs();
    if (nowMs - this.#knownAtMs >= REFRESH_MS) {
      this.#known = Object.values(this.#interfaces()).flatMap((addresses) => addresses ?? []);
      this.#knownAtMs = nowMs;
    }
    return this.#known;
  }
}

/** True for the addresses that stand for all interfaces. */
export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

function contains(candidate: NetworkInterfaceInfo, address: string): boolean {
  if (candidate.cidr === null) return false;
  const prefixLength = Number(candidate.cidr.slice(candidate.cidr.indexOf("/") + 1));
  const type = candidate.family === "IPv6" ? "ipv6" : "ipv4";
  const subnet = new BlockList();
  subnet.addSubnet(candidate.address, prefixLength, type);
  return subnet.check(address, type);
}

/** Bits, of IPv4, or characters, of IPv6, that two addresses of one family have in common at the start. */
function commonPrefixLength(one: string, other: string): number {
  if (isIP(one) === 4) return Math.clz32(ipv4Number(one) ^ ipv4Number(other));
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function ipv4Number(address: string): number {
  return address.split(".").reduce((value, octet) => (value << 8) | Number(octet), 0);
}
