import assert from "node:assert/strict";
import { AddressTable } from "../../../../src/call/device/address-table.ts";

function tableOf(...blocks: string[]): AddressTable<string> {
  const table = new AddressTable<string>();
  for (const block of blocks) assert.equal(table.add(block, block), undefined, block);
  return table;
}

describe("AddressTable", () => {
  it("given blocks that hold each other in any order, when an address is looked up, then the longest prefix wins", () => {
    const table = tableOf("10.0.0.0/8", "10.1.2.3", "10.1.0.0/16", "0.0.0.0/0");
    assert.equal(table.find("10.1.2.3"), "10.1.2.3");
    assert.equal(table.find("10.1.2.4"), "10.1.0.0/16");
    assert.equal(table.find("10.2.0.1"), "10.0.0.0/8");
    assert.equal(table.find("192.0.2.1"), "0.0.0.0/0");
  });

  it("given a block, when addresses at its edges are looked up, then it holds the first to the last", () => {
    const table = tableOf("192.0.2.64/26");
    assert.equal(table.find("192.0.2.63"), undefined);
    assert.equal(table.find("192.0.2.64"), "192.0.2.64/26");
    assert.equal(table.find("192.0.2.127"), "192.0.2.64/26");
    assert.equal(table.find("192.0.2.128"), undefined);
  });

  it("given IPv6 entries, when another spelling or an address of the block is looked up, then it is found", () => {
    const table = tableOf("2001:db8::1", "2001:db8::/32");
    assert.equal(table.find("2001:db8:0:0::1"), "2001:db8::1");
    assert.equal(table.find("2001:db8:ffff::9"), "2001:db8::/32");
    assert.equal(table.find("2001:db9::1"), undefined);
  });

  it("given an IPv4 entry, when the IPv4-mapped address is looked up, then it is found", () => {
    assert.equal(tableOf("192.0.2.0/24").find("::ffff:192.0.2.9"), "192.0.2.0/24");
  });

  it("given a block with bits behind its prefix, when it is added, then they do not matter", () => {
    const table = tableOf("10.9.9.9/8");
    assert.equal(table.find("10.0.0.1"), "10.9.9.9/8");
    assert.equal(table.add("10.1.1.1/8", "other"), "duplicate");
  });

  it("given the same block twice, when it is added again, then it is refused and the first stays", () => {
    const table = tableOf("192.0.2.1");
    assert.equal(table.add("192.0.2.1/32", "other"), "duplicate");
    assert.equal(table.find("192.0.2.1"), "192.0.2.1");
  });

  it("given no literal block, when it is added, then it is refused", () => {
    const table = new AddressTable<string>();
    for (const block of ["", "gateway.example", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8/9"]) {
      assert.equal(table.add(block, block), "malformed", block);
    }
  });

  it("given a host name, when it is looked up, then nothing is found", () => {
    assert.equal(tableOf("0.0.0.0/0").find("gateway.example"), undefined);
  });

  it("given an address that was looked up, when blocks come and go, then it is found as they are now", () => {
    const table = tableOf("10.0.0.0/8");
    assert.deepEqual([table.find("10.1.2.3"), table.find("192.0.2.1")], ["10.0.0.0/8", undefined]);
    table.add("10.1.0.0/16", "nearer");
    table.add("192.0.2.0/24", "other");
    assert.deepEqual([table.find("10.1.2.3"), table.find("192.0.2.1")], ["nearer", "other"]);
    table.delete("10.1.0.0/16");
    table.delete("192.0.2.0/24");
    assert.deepEqual([table.find("10.1.2.3"), table.find("192.0.2.1")], ["10.0.0.0/8", undefined]);
  });

  it("given more addresses than are remembered, when they are looked up, then each is found", () => {
    const table = tableOf("10.0.0.0/8");
    for (let index = 0; index < 3_000; index += 1) {
      assert.equal(table.find(`10.0.${index >> 8}.${index & 255}`), "10.0.0.0/8");
    }
  });
});
