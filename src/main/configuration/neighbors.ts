import { AddressTable } from "../../call/device/address-table.ts";

/** What trunks are known by, as the edge has to know it before call control sees their requests. */
export interface NeighborFacts {
  /** Addresses and blocks. */
  readonly addresses: readonly string[];
  /** Names in certificates. */
  readonly certificateNames: readonly string[];
}

/** The neighbors of a node as they are now. */
export class Neighbors {
  readonly #always: readonly string[];
  #addresses = new AddressTable<true>();
  #certificates: ReadonlySet<string> = new Set();

  /** @param always addresses and blocks that are known whatever the neighbors are */
  constructor(always: readonly string[], facts: NeighborFacts) {
    this.#always = always;
    this.know(facts);
  }

  /** Takes the place of what was known. */
  know({ addresses, certificateNames }: NeighborFacts): void {
    const table = new AddressTable<true>();
    // What two of them share is known as well.
    for (const block of [...this.#always, ...addresses]) table.add(block, true);
    this.#addresses = table;
    this.#certificates = new Set(certificateNames);
  }

  isKnown(address: string): boolean {
    return this.#addresses.find(address) === true;
  }

  isKnownCertificate(names: readonly string[]): boolean {
    return names.some((name) => this.#certificates.has(name));
  }
}
