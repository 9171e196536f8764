import { parseUri } from "../../sip/message/index.ts";
import { AddressTable } from "./address-table.ts";
import { duplicate, InventoryError } from "./inventory-error.ts";
import type { Peer } from "./peer.ts";

/** Peers by all that they are looked up by. */
export class PeerTable {
  readonly #byName = new Map<string, Peer>();
  readonly #byPrefix = new Map<string, Peer>();
  readonly #byHost = new Map<string, readonly Peer[]>();
  readonly #byCertificate = new Map<string, Peer>();
  readonly #byAddress = new AddressTable<Peer>();
  #longestPrefix = 0;
  #all: readonly Peer[] | undefined;

  get all(): readonly Peer[] {
    return (this.#all ??= [...this.#byName.values()]);
  }

  byName(name: string): Peer | undefined {
    return this.#byName.get(name);
  }

  byAddress(address: string): Peer | undefined {
    return this.#byAddress.find(address);
  }

  byCertificate(names: readonly string[]): Peer | undefined {
    const known = names.find((name) => this.#byCertificate.has(name));
    return known === undefined ? undefined : this.#byCertificate.get(known);
  }

  byHost(host: string): Peer | undefined {
    return this.#byAddress.find(host) ?? this.#byHost.get(host.toLowerCase())?.[0];
  }

  byPrefix(number: string): readonly Peer[] {
    const matches: Peer[] = [];
    for (let length = Math.min(this.#longestPrefix, number.length); length >= 0; length -= 1) {
      const peer = this.#byPrefix.get(number.slice(0, length));
      if (peer !== undefined) matches.push(peer);
    }
    return matches;
  }

  /**
   * Adds a peer, or nothing of it.
   * @throws {InventoryError} `duplicate`, `address-malformed`, `uri-malformed`
   */
  add(peer: Peer): void {
    const host = hostOfUri(peer);
    refuseKnown(this.#byName, [peer.name], peer, "name");
    refuseKnown(this.#byPrefix, peer.prefixes, peer, "prefix");
    refuseKnown(this.#byCertificate, peer.certificateNames ?? [], peer, "certificate name");
    this.#addAddresses(peer);
    this.#all = undefined;
    this.#byName.set(peer.name, peer);
    for (const prefix of peer.prefixes) this.#byPrefix.set(prefix, peer);
    for (const name of peer.certificateNames ?? []) this.#byCertificate.set(name, peer);
    this.#byHost.set(host, [...(this.#byHost.get(host) ?? []), peer]);
    this.#longestPrefix = peer.prefixes.reduce(longer, this.#longestPrefix);
  }

  /** Removes a peer; nothing when it is not there. */
  delete(name: string): void {
    const peer = this.#byName.get(name);
    if (peer === undefined) return;
    this.#all = undefined;
    this.#byName.delete(name);
    for (const prefix of peer.prefixes) this.#byPrefix.delete(prefix);
    for (const each of peer.certificateNames ?? []) this.#byCertificate.delete(each);
    for (const block of peer.addresses) this.#byAddress.delete(block);
    const host = hostOfUri(peer);
    const others = (this.#byHost.get(host) ?? []).filter((one) => one !== peer);
    if (others.length === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, others);
    this.#longestPrefix = [...this.#byPrefix.keys()].reduce(longer, 0);
  }

  #addAddresses(peer: Peer): void {
    const added: string[] = [];
    for (const block of peer.addresses) {
      const problem = this.#byAddress.add(block, peer);
      if (problem === undefined) {
        added.push(block);
        continue;
      }
      for (const one of added) this.#byAddress.delete(one);
      throw addressError(problem, block, peer);
    }
  }
}

function refuseKnown(table: ReadonlyMap<string, Peer>, keys: readonly string[], peer: Peer, what: string): void {
  const seen = new Set<string>();
  for (const key of keys) {
    const other = table.get(key) ?? (seen.has(key) ? peer : undefined);
    if (other !== undefined) throw duplicate(what, key, other, peer);
    seen.add(key);
  }
}

function addressError(problem: "malformed" | "duplicate", block: string, { name }: Peer): InventoryError {
  const details = { peer: name, address: block };
  return problem === "malformed"
    ? new InventoryError("address-malformed", `${block} of ${name} is no IP address or block`, details)
    : new InventoryError("duplicate", `${block} of ${name} is an address of two peers`, details);
}

function hostOfUri({ name, uri }: Peer): string {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.host === "") {
    throw new InventoryError("uri-malformed", `${uri} of ${name} is no SIP URI`, { peer: name, uri });
  }
  return parsed.value.host.toLowerCase();
}

function longer(length: number, prefix: string): number {
  return Math.max(length, prefix.length);
}
