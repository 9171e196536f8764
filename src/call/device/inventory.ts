import { computeHa1, type Ha1 } from "../../common/index.ts";
import { parseUri } from "../../sip/message/index.ts";
import { AddressTable } from "./address-table.ts";
import { InventoryError } from "./inventory-error.ts";
import type { Peer } from "./peer.ts";
import type { SipPhone } from "./sip-phone.ts";

/** A phone as configured: its password, or what was computed from it. */
export type PhoneSource = Omit<SipPhone, "kind" | "ha1"> & {
  readonly secret: { readonly password: string } | { readonly ha1: Ha1 };
};

/** A peer as configured. */
export type PeerSource = Omit<Peer, "kind">;

/** The phones and peers of a node. Immutable; every look-up is bounded whatever the input. */
export interface Inventory {
  readonly realm: string;
  readonly phones: readonly SipPhone[];
  readonly peers: readonly Peer[];
  /** By digest user name, exact. */
  phoneByUser(user: string): SipPhone | undefined;
  /** By directory number, exact. */
  phoneByNumber(directoryNumber: string): SipPhone | undefined;
  /** By source address (literal IPv4, IPv6 or IPv4-mapped); the longest matching prefix wins. */
  peerByAddress(address: string): Peer | undefined;
  /** By names in a certificate that the edge has verified; the first that is a peer's wins. */
  peerByCertificate(names: readonly string[]): Peer | undefined;
  /** By host of a SIP URI: one of its addresses, or the host of the peer's own URI (case does not matter). */
  peerByHost(host: string): Peer | undefined;
  /** The peers with a prefix of `number`, longest prefix first; one with several is there for each. */
  peersByPrefix(number: string): readonly Peer[];
}

/** What an inventory is made of. */
export interface InventorySource {
  readonly realm: string;
  readonly phones: readonly PhoneSource[];
  readonly peers: readonly PeerSource[];
}

/**
 * Makes the look-up tables. Passwords become HA1 for the algorithms of the phone's profile and are not kept.
 * @throws {InventoryError} `duplicate`, `address-malformed`, `uri-malformed`, `secret-missing`
 */
export function createInventory({ realm, phones, peers }: InventorySource): Inventory {
  const names = new Map<string, SipPhone | Peer>();
  const users = new Map<string, SipPhone>();
  const numbers = new Map<string, SipPhone>();
  const prefixes = new Map<string, Peer>();
  const hosts = new Map<string, Peer>();
  const certificates = new Map<string, Peer>();
  const addresses = new AddressTable<Peer>();

  for (const source of phones) {
    const phone = makePhone(source, realm);
    addUnique(names, phone.name, phone, "name");
    addUnique(users, phone.user, phone, "user");
    addUnique(numbers, phone.directoryNumber, phone, "directory number");
  }
  for (const source of peers) {
    const peer: Peer = { ...source, kind: "peer" };
    addUnique(names, peer.name, peer, "name");
    for (const prefix of peer.prefixes) addUnique(prefixes, prefix, peer, "prefix");
    for (const block of peer.addresses) addAddress(addresses, block, peer);
    for (const name of peer.certificateNames ?? []) addUnique(certificates, name, peer, "certificate name");
    const host = hostOfUri(peer);
    if (!hosts.has(host)) hosts.set(host, peer);
  }
  let longestPrefix = 0;
  for (const prefix of prefixes.keys()) longestPrefix = Math.max(longestPrefix, prefix.length);

  return {
    realm,
    phones: [...users.values()],
    peers: [...names.values()].filter((device) => device.kind === "peer"),
    phoneByUser: (user) => users.get(user),
    phoneByNumber: (directoryNumber) => numbers.get(directoryNumber),
    peerByAddress: (address) => addresses.find(address),
    peerByCertificate: (names) => {
      const known = names.find((name) => certificates.has(name));
      return known === undefined ? undefined : certificates.get(known);
    },
    peerByHost: (host) => addresses.find(host) ?? hosts.get(host.toLowerCase()),
    peersByPrefix: (number) => {
      const matches: Peer[] = [];
      for (let length = Math.min(longestPrefix, number.length); length >= 0; length -= 1) {
        const peer = prefixes.get(number.slice(0, length));
        if (peer !== undefined) matches.push(peer);
      }
      return matches;
    },
  };
}

function makePhone({ secret, ...source }: PhoneSource, realm: string): SipPhone {
  const algorithms = source.profile.digestAlgorithms;
  const ha1 =
    "password" in secret
      ? computeHa1(algorithms, { user: source.user, realm, password: secret.password })
      : Object.fromEntries(algorithms.map((algorithm) => [algorithm, secret.ha1[algorithm]]));
  const missing = algorithms.find((algorithm) => ha1[algorithm] === undefined);
  if (missing !== undefined) {
    throw new InventoryError("secret-missing", `${source.name} has no HA1 for ${missing}`, { phone: source.name });
  }
  return { ...source, kind: "sip-phone", ha1 };
}

function addUnique<Device extends SipPhone | Peer>(
  table: Map<string, Device>,
  key: string,
  device: Device,
  what: string,
): void {
  const other = table.get(key);
  if (other !== undefined) {
    const details = { what, key, devices: [other.name, device.name] };
    throw new InventoryError("duplicate", `${other.name} and ${device.name} have the same ${what} "${key}"`, details);
  }
  table.set(key, device);
}

function addAddress(table: AddressTable<Peer>, block: string, peer: Peer): void {
  const problem = table.add(block, peer);
  if (problem === undefined) return;
  const details = { peer: peer.name, address: block };
  if (problem === "malformed") {
    throw new InventoryError("address-malformed", `${block} of ${peer.name} is no IP address or block`, details);
  }
  throw new InventoryError("duplicate", `${block} of ${peer.name} is an address of two peers`, details);
}

function hostOfUri({ name, uri }: Peer): string {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.host === "") {
    throw new InventoryError("uri-malformed", `${uri} of ${name} is no SIP URI`, { peer: name, uri });
  }
  return parsed.value.host.toLowerCase();
}
