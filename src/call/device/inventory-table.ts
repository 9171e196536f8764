import { duplicate } from "./inventory-error.ts";
import type { Inventory } from "./inventory.ts";
import type { Peer } from "./peer.ts";
import { PeerTable } from "./peer-table.ts";
import { PhoneTable } from "./phone-table.ts";
import type { SipPhone } from "./sip-phone.ts";

/** What an inventory has to ask for each call; what is absent restricts nothing and forwards nothing. */
export type InventoryQuestions = Partial<Pick<Inventory, "forwardingOf" | "codecsBetween">>;

/** An inventory whose devices come, change and go while whoever has it goes on asking. */
export class InventoryTable implements Inventory {
  readonly realm: string;
  readonly forwardingOf: Inventory["forwardingOf"];
  readonly codecsBetween: Inventory["codecsBetween"];
  readonly #phones = new PhoneTable();
  readonly #peers = new PeerTable();

  constructor(realm: string, questions: InventoryQuestions = {}) {
    this.realm = realm;
    this.forwardingOf = questions.forwardingOf ?? (() => undefined);
    this.codecsBetween = questions.codecsBetween ?? (() => undefined);
  }

  get phones(): readonly SipPhone[] {
    return this.#phones.all;
  }

  get peers(): readonly Peer[] {
    return this.#peers.all;
  }

  get hasLegacyDigest(): boolean {
    return this.#phones.hasLegacyDigest;
  }

  phoneByUser(user: string): SipPhone | undefined {
    return this.#phones.byUser(user);
  }

  phoneByNumber(directoryNumber: string): SipPhone | undefined {
    return this.#phones.byNumber(directoryNumber);
  }

  phonesByLine(line: string): readonly SipPhone[] {
    return this.#phones.byLine(line);
  }

  phoneByAor(aor: string): SipPhone | undefined {
    return this.#phones.byAor(aor);
  }

  linesOf(device: string): readonly SipPhone[] {
    return this.#phones.byName(device);
  }

  lineOf(device: string, directoryNumber: string): SipPhone | undefined {
    return this.#phones.byName(device).find((line) => line.directoryNumber === directoryNumber);
  }

  deviceByName(name: string): SipPhone | Peer | undefined {
    return this.#phones.byName(name)[0] ?? this.#peers.byName(name);
  }

  peerByAddress(address: string): Peer | undefined {
    return this.#peers.byAddress(address);
  }

  peerByCertificate(names: readonly string[]): Peer | undefined {
    return this.#peers.byCertificate(names);
  }

  peerByHost(host: string): Peer | undefined {
    return this.#peers.byHost(host);
  }

  peersByPrefix(number: string): readonly Peer[] {
    return this.#peers.byPrefix(number);
  }

  /**
   * Adds a phone with all its lines, or nothing of it.
   * @throws {InventoryError} `duplicate`
   */
  addPhone(lines: readonly SipPhone[]): void {
    const [first] = lines;
    const peer = first === undefined ? undefined : this.#peers.byName(first.name);
    if (first !== undefined && peer !== undefined) throw duplicate("name", first.name, peer, first);
    this.#phones.add(lines);
  }

  /**
   * Adds a peer, or nothing of it.
   * @throws {InventoryError} `duplicate`, `address-malformed`, `uri-malformed`
   */
  addPeer(peer: Peer): void {
    const [phone] = this.#phones.byName(peer.name);
    if (phone !== undefined) throw duplicate("name", peer.name, phone, peer);
    this.#peers.add(peer);
  }

  /** Removes a phone or peer; nothing when it is not there. */
  delete(name: string): void {
    this.#phones.delete(name);
    this.#peers.delete(name);
  }
}
