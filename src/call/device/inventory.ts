import { computeHa1, type Ha1 } from "../../common/index.ts";
import { parseUri } from "../../sip/message/index.ts";
import { AddressTable } from "./address-table.ts";
import { InventoryError } from "./inventory-error.ts";
import type { LineForwarding } from "./line-forwarding.ts";
import type { Peer } from "./peer.ts";
import type { SipPhone } from "./sip-phone.ts";

/** A phone as configured: its password, or what was computed from it. `line` and `aor` follow from the number when absent. */
export type PhoneSource = Omit<SipPhone, "kind" | "ha1" | "aor" | "line"> & {
  readonly secret: { readonly password: string } | { readonly ha1: Ha1 };
} & Partial<Pick<SipPhone, "aor" | "line">>;

/** A peer as configured. */
export type PeerSource = Omit<Peer, "kind">;

/** The phones and peers of a node. Every look-up is bounded whatever the input. */
export interface Inventory {
  readonly realm: string;
  /** All lines of all devices. */
  readonly phones: readonly SipPhone[];
  readonly peers: readonly Peer[];
  /** Some phone's credentials without qop are taken (RFC 2069). */
  readonly hasLegacyDigest: boolean;
  /** By digest user name, exact: the first line of the device. */
  phoneByUser(user: string): SipPhone | undefined;
  /** By directory number, exact, whatever its partition: the first device that has it. */
  phoneByNumber(directoryNumber: string): SipPhone | undefined;
  /** The devices that have a directory number (`1001@internal`), each with this line. */
  phonesByLine(line: string): readonly SipPhone[];
  phoneByAor(aor: string): SipPhone | undefined;
  /** The line of a device that has a number. */
  lineOf(device: string, directoryNumber: string): SipPhone | undefined;
  /** A peer, or the first line of a phone. */
  deviceByName(name: string): SipPhone | Peer | undefined;
  /** By source address (literal IPv4, IPv6 or IPv4-mapped); the longest matching prefix wins. */
  peerByAddress(address: string): Peer | undefined;
  /** By names in a certificate that the edge has verified; the first that is a peer's wins. */
  peerByCertificate(names: readonly string[]): Peer | undefined;
  /** By host of a SIP URI: one of its addresses, or the host of the peer's own URI (case does not matter). */
  peerByHost(host: string): Peer | undefined;
  /** The peers with a prefix of `number`, longest prefix first; one with several is there for each. */
  peersByPrefix(number: string): readonly Peer[];
  /** Where calls of a directory number (`1001@internal`) go instead; undefined: nowhere, or there is no such number. */
  forwardingOf(line: string): LineForwarding | undefined;
}

/** What an inventory is made of. */
export interface InventorySource {
  readonly realm: string;
  readonly phones: readonly PhoneSource[];
  readonly peers: readonly PeerSource[];
  /** By line; absent: nothing is forwarded. */
  readonly forwarding?: ReadonlyMap<string, LineForwarding>;
}

/**
 * Makes an inventory. Passwords become HA1 for the algorithms of the phone's profile and are not kept.
 * @throws {InventoryError} `duplicate`, `address-malformed`, `uri-malformed`, `secret-missing`
 */
export function createInventory({ realm, phones, peers, forwarding }: InventorySource): Inventory {
  return indexInventory(
    realm,
    phones.map((source) => makePhone(source, realm)),
    peers.map((source) => ({ ...source, kind: "peer" })),
    (line) => forwarding?.get(line),
  );
}

/**
 * Makes the look-up tables of an inventory.
 * @throws {InventoryError} `duplicate`, `address-malformed`, `uri-malformed`
 */
export function indexInventory(
  realm: string,
  phones: readonly SipPhone[],
  peers: readonly Peer[],
  forwardingOf: Inventory["forwardingOf"],
): Inventory {
  const lines = new LineTable(phones);
  const names = new Map<string, Peer>();
  const prefixes = new Map<string, Peer>();
  const hosts = new Map<string, Peer>();
  const certificates = new Map<string, Peer>();
  const addresses = new AddressTable<Peer>();
  for (const peer of peers) {
    const phone = lines.byName.get(peer.name)?.[0];
    if (phone !== undefined) throw duplicate("name", peer.name, phone, peer);
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
    phones,
    peers,
    hasLegacyDigest: phones.some(({ profile }) => profile.digestLegacy === true),
    phoneByUser: (user) => lines.byUser.get(user),
    phoneByNumber: (directoryNumber) => lines.byNumber.get(directoryNumber),
    phonesByLine: (line) => lines.byLine.get(line) ?? [],
    phoneByAor: (aor) => lines.byAor.get(aor),
    lineOf: (device, number) => lines.byName.get(device)?.find(({ directoryNumber }) => directoryNumber === number),
    deviceByName: (name) => lines.byName.get(name)?.[0] ?? names.get(name),
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
    forwardingOf,
  };
}

/** Lines by all that they are looked up by. */
class LineTable {
  readonly byName = new Map<string, SipPhone[]>();
  readonly byUser = new Map<string, SipPhone>();
  readonly byNumber = new Map<string, SipPhone>();
  readonly byLine = new Map<string, SipPhone[]>();
  readonly byAor = new Map<string, SipPhone>();

  constructor(phones: readonly SipPhone[]) {
    for (const phone of phones) {
      const { name, user, directoryNumber, line, aor } = phone;
      const others = this.byName.get(name);
      if (others === undefined) this.byName.set(name, [phone]);
      else if (others[0]?.user === user) others.push(phone);
      else throw duplicate("name", name, others[0] ?? phone, phone);
      const owner = this.byUser.get(user);
      if (owner === undefined) this.byUser.set(user, phone);
      else if (owner.name !== name) throw duplicate("user", user, owner, phone);
      if (!this.byNumber.has(directoryNumber)) this.byNumber.set(directoryNumber, phone);
      const sharing = this.byLine.get(line);
      if (sharing === undefined) this.byLine.set(line, [phone]);
      else sharing.push(phone);
      addUnique(this.byAor, aor, phone, "directory number");
    }
  }
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
  const { directoryNumber } = source;
  return { line: `${directoryNumber}@internal`, aor: directoryNumber, ...source, kind: "sip-phone", ha1 };
}

function addUnique<Device extends SipPhone | Peer>(
  table: Map<string, Device>,
  key: string,
  device: Device,
  what: string,
): void {
  const other = table.get(key);
  if (other !== undefined) throw duplicate(what, key, other, device);
  table.set(key, device);
}

function duplicate(what: string, key: string, one: SipPhone | Peer, other: SipPhone | Peer): InventoryError {
  const details = { what, key, devices: [one.name, other.name] };
  return new InventoryError("duplicate", `${one.name} and ${other.name} have the same ${what} "${key}"`, details);
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
