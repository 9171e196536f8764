import assert from "node:assert/strict";
import { InventoryTable } from "../../../../src/call/device/inventory-table.ts";
import type { Peer } from "../../../../src/call/device/peer.ts";
import type { SipPhone } from "../../../../src/call/device/sip-phone.ts";
import { samplePeer, sampleProfile } from "./sample-devices.ts";

function line(name: string, directoryNumber: string, changes: Partial<SipPhone> = {}): SipPhone {
  return {
    kind: "sip-phone",
    name,
    directoryNumber,
    aor: `${directoryNumber}/${name}`,
    line: `${directoryNumber}@internal`,
    user: name,
    ha1: {},
    profile: sampleProfile(),
    maxCalls: 2,
    ...changes,
  };
}

function peer(name: string, changes: Partial<Peer> = {}): Peer {
  return { ...samplePeer(name, { addresses: [], uri: `sip:${name}.example.org` }), kind: "peer", ...changes };
}

const namesOf = (devices: readonly { readonly name: string }[]): string[] => devices.map(({ name }) => name);

describe("InventoryTable", () => {
  let table: InventoryTable;
  beforeEach(() => {
    table = new InventoryTable("tandem.test");
  });

  it("given a phone with two lines, when it is there, then each is found by number, and the first by user and name", () => {
    table.addPhone([line("a", "1001"), line("a", "1002")]);
    assert.equal(table.phoneByUser("a")?.directoryNumber, "1001");
    assert.equal(table.deviceByName("a"), table.phoneByNumber("1001"));
    assert.equal(table.lineOf("a", "1002"), table.phoneByAor("1002/a"));
    assert.equal(table.lineOf("a", "1003"), undefined);
    assert.deepEqual(
      table.linesOf("a").map(({ directoryNumber }) => directoryNumber),
      ["1001", "1002"],
    );
  });

  it("given a phone, when it is deleted, then nothing is found of it, and deleting it again changes nothing", () => {
    table.addPhone([line("a", "1001", { profile: sampleProfile({ digestLegacy: true }) }), line("a", "1002")]);
    assert.equal(table.hasLegacyDigest, true);
    table.delete("a");
    table.delete("a");
    assert.equal(table.phoneByUser("a"), undefined);
    assert.equal(table.deviceByName("a"), undefined);
    for (const number of ["1001", "1002"]) {
      assert.equal(table.phoneByNumber(number), undefined);
      assert.equal(table.phoneByAor(`${number}/a`), undefined);
      assert.deepEqual(table.phonesByLine(`${number}@internal`), []);
    }
    assert.deepEqual(table.phones, []);
    assert.equal(table.hasLegacyDigest, false);
  });

  it("given a shared line, when its devices come and go in any order, then they stand in the order of their names", () => {
    table.addPhone([line("c", "1001")]);
    table.addPhone([line("a", "1001")]);
    table.addPhone([line("b", "1001")]);
    assert.deepEqual(namesOf(table.phonesByLine("1001@internal")), ["a", "b", "c"]);
    table.delete("a");
    assert.equal(table.phoneByNumber("1001")?.name, "b");
    assert.deepEqual(namesOf(table.phones), ["c", "b"]);
  });

  it("given a number in two partitions, when it is looked up without one, then the default partition comes first", () => {
    table.addPhone([line("a", "1001", { line: "1001@branch" })]);
    table.addPhone([line("b", "1001")]);
    assert.equal(table.phoneByNumber("1001")?.name, "b");
    assert.equal(table.phonesByLine("1001@branch")[0]?.name, "a");
  });

  it("given a device with one number in two partitions, when it is looked up, then both lines have one address of record", () => {
    table.addPhone([line("a", "1001"), line("a", "1001", { line: "1001@branch" })]);
    assert.equal(table.phoneByAor("1001/a")?.line, "1001@internal");
    assert.equal(table.lineOf("a", "1001")?.line, "1001@internal");
    table.delete("a");
    assert.equal(table.phoneByAor("1001/a"), undefined);
  });

  it("given devices without credentials, when they are there, then none is found by a user, and they do not clash", () => {
    table.addPhone([line("a", "1001", { user: "" })]);
    table.addPhone([line("b", "1002", { user: "" })]);
    assert.equal(table.phoneByUser(""), undefined);
    table.delete("a");
    assert.deepEqual(namesOf(table.phones), ["b"]);
  });

  it("given a phone with the name or user of another, when it is added, then it is refused whole", () => {
    table.addPhone([line("a", "1001")]);
    assert.throws(() => table.addPhone([line("b", "1002", { user: "a" })]), { code: "duplicate" });
    assert.throws(() => table.addPhone([line("a", "1003")]), { code: "duplicate" });
    assert.equal(table.phoneByNumber("1002"), undefined);
    assert.equal(table.phoneByNumber("1003"), undefined);
    assert.deepEqual(namesOf(table.phones), ["a"]);
  });

  it("given a peer whose second address is another peer's, when it is added, then it is refused whole", () => {
    table.addPeer(peer("a", { addresses: ["192.0.2.1"] }));
    const clashing = peer("b", { addresses: ["192.0.2.9", "192.0.2.1/32"], prefixes: ["9"] });
    assert.throws(() => table.addPeer(clashing), { code: "duplicate" });
    assert.equal(table.peerByAddress("192.0.2.9"), undefined);
    assert.deepEqual(table.peersByPrefix("91"), []);
    table.delete("a");
    table.addPeer(clashing);
    assert.equal(table.peerByAddress("192.0.2.1")?.name, "b");
  });

  it("given a peer, when it is deleted, then nothing is found of it and what it shared with others is theirs", () => {
    const uri = "sip:gateway.example.org";
    table.addPeer(peer("a", { uri, prefixes: ["00", "9"], addresses: ["10.0.0.0/8"], certificateNames: ["a.org"] }));
    table.addPeer(peer("b", { uri, prefixes: ["0"], addresses: ["10.1.0.0/16"] }));
    assert.deepEqual(namesOf(table.peersByPrefix("001")), ["a", "b"]);
    assert.equal(table.peerByHost("GATEWAY.example.org")?.name, "a");
    table.delete("a");
    assert.deepEqual(namesOf(table.peersByPrefix("001")), ["b"]);
    assert.equal(table.peerByHost("gateway.example.org")?.name, "b");
    assert.equal(table.peerByAddress("10.2.0.1"), undefined);
    assert.equal(table.peerByAddress("10.1.0.1")?.name, "b");
    assert.equal(table.peerByCertificate(["a.org"]), undefined);
    assert.deepEqual(namesOf(table.peers), ["b"]);
  });

  it("given names of both kinds, when one is there already, then the other is refused", () => {
    table.addPhone([line("a", "1001")]);
    assert.throws(() => table.addPeer(peer("a")), { code: "duplicate" });
    table.addPeer(peer("b"));
    assert.throws(() => table.addPhone([line("b", "1002")]), { code: "duplicate" });
  });
});
