import type { Inventory } from "./inventory.ts";
import type { LineForwarding } from "./line-forwarding.ts";
import type { Peer } from "./peer.ts";
import type { SipPhone } from "./sip-phone.ts";

/** An inventory that another one takes the place of, while whoever has it goes on asking. */
export class LiveInventory implements Inventory {
  #current: Inventory;

  constructor(current: Inventory) {
    this.#current = current;
  }

  replace(next: Inventory): void {
    this.#current = next;
  }

  get realm(): string {
    return this.#current.realm;
  }
  get phones(): readonly SipPhone[] {
    return this.#current.phones;
  }
  get peers(): readonly Peer[] {
    return this.#current.peers;
  }
  get hasLegacyDigest(): boolean {
    return this.#current.hasLegacyDigest;
  }
  phoneByUser(user: string): SipPhone | undefined {
    return this.#current.phoneByUser(user);
  }
  phoneByNumber(directoryNumber: string): SipPhone | undefined {
    return this.#current.phoneByNumber(directoryNumber);
  }
  phonesByLine(line: string): readonly SipPhone[] {
    return this.#current.phonesByLine(line);
  }
  phoneByAor(aor: string): SipPhone | undefined {
    return this.#current.phoneByAor(aor);
  }
  lineOf(device: string, directoryNumber: string): SipPhone | undefined {
    return this.#current.lineOf(device, directoryNumber);
  }
  deviceByName(name: string): SipPhone | Peer | undefined {
    return this.#current.deviceByName(name);
  }
  peerByAddress(address: string): Peer | undefined {
    return this.#current.peerByAddress(address);
  }
  peerByCertificate(names: readonly string[]): Peer | undefined {
    return this.#current.peerByCertificate(names);
  }
  peerByHost(host: string): Peer | undefined {
    return this.#current.peerByHost(host);
  }
  peersByPrefix(number: string): readonly Peer[] {
    return this.#current.peersByPrefix(number);
  }
  forwardingOf(line: string): LineForwarding | undefined {
    return this.#current.forwardingOf(line);
  }
}
