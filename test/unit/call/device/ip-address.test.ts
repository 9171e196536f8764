import assert from "node:assert/strict";
import fc from "fast-check";
import { isLoopback, isSameAddress, parseIpAddress } from "../../../../src/call/device/ip-address.ts";

describe("IP address", () => {
  it("given an IPv4 address, when it is parsed, then its value is its 32 bits", () => {
    assert.deepEqual(parseIpAddress("192.0.2.1"), { family: 4, value: 0xc0000201n });
  });

  it("given spellings of one IPv6 address, when they are parsed, then the values are equal", () => {
    const spellings = [
      "2001:db8::1",
      "2001:0DB8:0:0:0:0:0:1",
      "[2001:db8::1]",
      "2001:db8:0::0.0.0.1",
      "2001:db8::1%eth0",
    ];
    for (const text of spellings) {
      assert.deepEqual(parseIpAddress(text), { family: 6, value: 0x20010db8000000000000000000000001n }, text);
    }
  });

  it("given an address that ends in zeros, when it is parsed, then they are filled in", () => {
    assert.deepEqual(parseIpAddress("fe80::"), { family: 6, value: 0xfe80n << 112n });
    assert.deepEqual(parseIpAddress("::"), { family: 6, value: 0n });
  });

  it("given an IPv4-mapped IPv6 address, when it is parsed, then it is the IPv4 address", () => {
    assert.deepEqual(parseIpAddress("::ffff:192.0.2.1"), parseIpAddress("192.0.2.1"));
    assert.deepEqual(parseIpAddress("::ffff:c000:201"), parseIpAddress("192.0.2.1"));
  });

  it("given what is no literal address, when it is parsed, then there is none", () => {
    for (const text of [
      "",
      "example.org",
      "192.0.2",
      "192.0.2.256",
      "192.0.2.01",
      "1::2::3",
      "[::1",
      "12345::",
      "::1 ",
    ]) {
      assert.equal(parseIpAddress(text), undefined, text);
    }
  });

  it("given any eight groups, when they are written in full and parsed, then each is found again", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(!groups.slice(0, 5).every((group) => group === 0));
        const value = parseIpAddress(groups.map((group) => group.toString(16)).join(":"))?.value ?? -1n;
        const found = groups.map((_group, index) => Number((value >> BigInt(16 * (7 - index))) & 0xffffn));
        assert.deepEqual(found, groups);
      }),
    );
  });

  it("given two spellings, when they are compared, then only literal addresses are the same", () => {
    assert.equal(isSameAddress("::1", "0:0::1"), true);
    assert.equal(isSameAddress("10.0.0.1", "10.0.0.1"), true);
    assert.equal(isSameAddress("10.0.0.1", "::ffff:10.0.0.1"), true);
    assert.equal(isSameAddress("10.0.0.1", "10.0.0.2"), false);
    assert.equal(isSameAddress("0.0.0.1", "::1"), false);
    assert.equal(isSameAddress("phone.example", "phone.example"), false);
    assert.equal(isSameAddress("10.0.0.1", "phone.example"), false);
  });

  it("given addresses, when they are asked for loopback, then 127.0.0.0/8 and ::1 are", () => {
    for (const text of ["127.0.0.1", "127.9.0.11", "::1", "::ffff:127.0.0.1"])
      assert.equal(isLoopback(text), true, text);
    for (const text of ["126.255.255.255", "128.0.0.1", "::2", "localhost"])
      assert.equal(isLoopback(text), false, text);
  });
});
