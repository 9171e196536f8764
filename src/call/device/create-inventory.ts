import { computeHa1, type Ha1 } from "../../common/index.ts";
import { duplicate, InventoryError } from "./inventory-error.ts";
import { InventoryTable } from "./inventory-table.ts";
import type { Inventory } from "./inventory.ts";
import type { LineForwarding } from "./line-forwarding.ts";
import type { Peer } from "./peer.ts";
import type { SipPhone } from "./sip-phone.ts";

/** A phone as configured: its password, or what was computed from it. `line` and `aor` follow from the number when absent. */
export type PhoneSource = Omit<SipPhone, "kind" | "ha1" | "aor" | "line"> & {
  readonly secret: { readonly password: string } | { readonly ha1: Ha1 };
} & Partial<Pick<SipPhone, "aor" | "line">>;

/** A peer as configured. */
export type PeerSource = Omit<Peer, "kind">;

/** What an inventory is made of. */
export interface InventorySource {
  readonly realm: string;
  readonly phones: readonly PhoneSource[];
  readonly peers: readonly PeerSource[];
  /** By line; absent: nothing is forwarded. */
  readonly forwarding?: ReadonlyMap<string, LineForwarding>;
  /** Absent: any. */
  readonly codecsBetween?: Inventory["codecsBetween"];
}

/**
 * Makes an inventory. Passwords become HA1 for the algorithms of the phone's profile and are not kept.
 * @throws {InventoryError} `duplicate`, `address-malformed`, `uri-malformed`, `secret-missing`
 */
export function createInventory({ realm, phones, peers, forwarding, codecsBetween }: InventorySource): Inventory {
  const table = new InventoryTable(realm, {
    forwardingOf: (line) => forwarding?.get(line),
    ...(codecsBetween === undefined ? {} : { codecsBetween }),
  });
  const devices = new Map<string, SipPhone[]>();
  for (const phone of phones.map((source) => makePhone(source, realm))) {
    const [first] = devices.get(phone.name) ?? [];
    if (first === undefined) devices.set(phone.name, [phone]);
    else if (first.user === phone.user) devices.get(phone.name)?.push(phone);
    else throw duplicate("name", phone.name, first, phone);
  }
  for (const lines of devices.values()) table.addPhone(lines);
  for (const source of peers) table.addPeer({ ...source, kind: "peer" });
  return table;
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
