import assert from "node:assert/strict";
import { createInventory } from "../../../../src/call/device/create-inventory.ts";
import { InventoryError, type InventoryErrorCode } from "../../../../src/call/device/inventory-error.ts";
import { sampleInventory, samplePeer, samplePhone, sampleProfile } from "./sample-devices.ts";

function assertRefused(code: InventoryErrorCode, make: () => unknown, message: RegExp): void {
  assert.throws(make, (error) => {
    assert.ok(error instanceof InventoryError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

describe("Inventory", () => {
  it("given phones, when they are looked up, then by digest user and by directory number, both exact", () => {
    const inventory = sampleInventory([samplePhone("1001"), samplePhone("1002")]);
    assert.equal(inventory.phoneByUser("user1002")?.name, "phone-1002");
    assert.equal(inventory.phoneByNumber("1001")?.name, "phone-1001");
    assert.equal(inventory.phoneByUser("USER1002"), undefined);
    assert.equal(inventory.phoneByUser("1001"), undefined);
    assert.equal(inventory.phoneByNumber("100"), undefined);
    assert.deepEqual(
      inventory.phones.map(({ directoryNumber }) => directoryNumber),
      ["1001", "1002"],
    );
  });

  it("given names of object properties, when they are looked up, then nothing is found", () => {
    const inventory = sampleInventory([samplePhone("1001")]);
    for (const name of ["__proto__", "constructor", "toString"]) {
      assert.equal(inventory.phoneByUser(name), undefined);
      assert.equal(inventory.phoneByNumber(name), undefined);
      assert.equal(inventory.peerByHost(name), undefined);
    }
  });

  it("given a password, when the inventory is made, then HA1 is kept for the profile's algorithms and the password is not", () => {
    const profile = sampleProfile({ digestAlgorithms: ["SHA-256", "MD5"] });
    const inventory = sampleInventory([samplePhone("1001", { profile })]);
    const phone = inventory.phoneByNumber("1001");
    assert.deepEqual(Object.keys(phone?.ha1 ?? {}), ["SHA-256", "MD5"]);
    assert.doesNotMatch(JSON.stringify(inventory), /secret/);
    assert.equal("secret" in (phone ?? {}), false);
  });

  it("given HA1 instead of a password, when the inventory is made, then it is that of the profile's algorithms", () => {
    const ha1 = { MD5: "0".repeat(32), "SHA-256": "1".repeat(64) };
    const inventory = sampleInventory([samplePhone("1001", { secret: { ha1 } })]);
    assert.deepEqual(inventory.phoneByNumber("1001")?.ha1, { MD5: ha1.MD5 });
  });

  it("given HA1 that lacks an algorithm of the profile, when the inventory is made, then it is refused", () => {
    const profile = sampleProfile({ digestAlgorithms: ["MD5", "SHA-256"] });
    const phone = samplePhone("1001", { profile, secret: { ha1: { MD5: "0".repeat(32) } } });
    assertRefused("secret-missing", () => sampleInventory([phone]), /phone-1001 has no HA1 for SHA-256/);
  });

  it("given something twice, when the inventory is made, then it is refused with both names", () => {
    const one = samplePhone("1001");
    const again = (changes: Partial<typeof one>) => () => sampleInventory([one, samplePhone("1002", changes)]);
    assertRefused("duplicate", again({ name: one.name }), /phone-1001 and phone-1001 have the same name/);
    assertRefused("duplicate", again({ user: one.user }), /phone-1001 and phone-1002 have the same user "user1001"/);
    assertRefused("duplicate", again({ directoryNumber: "1001" }), /same directory number "1001"/);
    assertRefused("duplicate", () => sampleInventory([one], [samplePeer("phone-1001")]), /same name/);
  });

  it("given overlapping peers, when an address is looked up, then the longest prefix wins", () => {
    const wide = samplePeer("wide", { addresses: ["10.0.0.0/8"], uri: "sip:10.0.0.1" });
    const narrow = samplePeer("narrow", { addresses: ["10.1.0.0/16", "2001:db8::1"], uri: "sip:10.1.0.1" });
    const inventory = sampleInventory([], [wide, narrow]);
    assert.equal(inventory.peerByAddress("10.1.2.3")?.name, "narrow");
    assert.equal(inventory.peerByAddress("10.2.2.3")?.name, "wide");
    assert.equal(inventory.peerByAddress("2001:db8:0::1")?.name, "narrow");
    assert.equal(inventory.peerByAddress("192.0.2.1"), undefined);
    assert.equal(inventory.peerByAddress("not an address"), undefined);
  });

  it("given a peer address that is wrong or another peer's, when the inventory is made, then it is refused", () => {
    const wrong = samplePeer("a", { addresses: ["gateway.example"] });
    assertRefused("address-malformed", () => sampleInventory([], [wrong]), /gateway\.example of a/);
    assertRefused("duplicate", () => sampleInventory([], [samplePeer("a"), samplePeer("b")]), /192\.0\.2\.1 of b/);
  });

  it("given peers, when a host is looked up, then by address or by the host of the peer's URI", () => {
    const peer = samplePeer("a", { uri: "sip:Gateway.example:5080;transport=tcp" });
    const inventory = sampleInventory([], [peer]);
    assert.equal(inventory.peerByHost("gateway.EXAMPLE")?.name, "a");
    assert.equal(inventory.peerByHost("192.0.2.1")?.name, "a");
    assert.equal(inventory.peerByHost("other.example"), undefined);
  });

  it("given two peers behind one host, when the host is looked up, then the first is found", () => {
    const second = samplePeer("b", { addresses: ["192.0.2.2"] });
    assert.equal(
      sampleInventory(
        [],
        [samplePeer("a", { uri: "sip:gw.example" }), { ...second, uri: "sip:gw.example" }],
      ).peerByHost("gw.example")?.name,
      "a",
    );
  });

  it("given a peer's URI that is none, when the inventory is made, then it is refused", () => {
    for (const uri of ["192.0.2.1", "tel:+1201", "mailto:a@b"]) {
      assertRefused("uri-malformed", () => sampleInventory([], [samplePeer("a", { uri })]), /is no SIP URI/);
    }
  });

  it("given prefixes of several peers, when a number is looked up, then all that fit come, longest first", () => {
    const trunk = samplePeer("trunk", { prefixes: ["", "+49"] });
    const local = samplePeer("local", { addresses: ["192.0.2.2"], prefixes: ["+4930", "9"] });
    const inventory = sampleInventory([], [trunk, local]);
    const matches = (number: string): string[] => inventory.peersByPrefix(number).map(({ name }) => name);
    assert.deepEqual(matches("+493012345"), ["local", "trunk", "trunk"]);
    assert.deepEqual(matches("9"), ["local", "trunk"]);
    assert.deepEqual(matches("+4"), ["trunk"]);
    assert.deepEqual(matches(""), ["trunk"]);
  });

  it("given a prefix of two peers, when the inventory is made, then it is refused", () => {
    const peers = [
      samplePeer("a", { prefixes: ["9"] }),
      samplePeer("b", { addresses: ["192.0.2.2"], prefixes: ["9"] }),
    ];
    assertRefused("duplicate", () => createInventory({ realm: "r", phones: [], peers }), /same prefix "9"/);
  });

  it("given no devices, when anything is looked up, then nothing is found", () => {
    const inventory = sampleInventory([]);
    assert.deepEqual(inventory.peersByPrefix("123"), []);
    assert.deepEqual([...inventory.phones, ...inventory.peers], []);
  });
});
