import { createInventory, type PeerSource, type PhoneSource } from "../../../../src/call/device/create-inventory.ts";
import type { Inventory } from "../../../../src/call/device/inventory.ts";
import type { SipPhone } from "../../../../src/call/device/sip-phone.ts";
import type { SipProfile } from "../../../../src/call/device/sip-profile.ts";

export function sampleProfile(changes: Partial<SipProfile> = {}): SipProfile {
  return {
    name: "standard-phone",
    kind: "phone",
    transports: ["udp", "tcp"],
    digestAlgorithms: ["MD5"],
    registration: { minExpirySeconds: 60, maxExpirySeconds: 3_600, defaultExpirySeconds: 600, maxContacts: 3 },
    session: { expiresSeconds: 0, minSeconds: 90 },
    media: { latch: true },
    ringSeconds: 60,
    ...changes,
  };
}

/** A phone whose user is "user" and whose password is "secret", both followed by its number. */
export function samplePhone(directoryNumber: string, changes: Partial<PhoneSource> = {}): PhoneSource {
  return {
    name: `phone-${directoryNumber}`,
    directoryNumber,
    user: `user${directoryNumber}`,
    secret: { password: `secret${directoryNumber}` },
    profile: sampleProfile(),
    maxCalls: 2,
    ...changes,
  };
}

export function samplePeer(name: string, changes: Partial<PeerSource> = {}): PeerSource {
  return {
    name,
    addresses: ["192.0.2.1"],
    uri: "sip:192.0.2.1:5060",
    prefixes: [],
    profile: sampleProfile({ name: "trunk", kind: "trunk" }),
    maxCalls: 10,
    transit: false,
    ...changes,
  };
}

export function sampleInventory(phones: readonly PhoneSource[], peers: readonly PeerSource[] = []): Inventory {
  return createInventory({ realm: "tandem.test", phones, peers });
}

/** The phone with a number of `inventory`. */
export function phoneOf(inventory: Inventory, directoryNumber: string): SipPhone {
  const phone = inventory.phoneByNumber(directoryNumber);
  if (phone === undefined) throw new Error(`no phone ${directoryNumber}`);
  return phone;
}
