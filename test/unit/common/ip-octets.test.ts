import assert from "node:assert/strict";
import { ipOctets } from "../../../src/common/index.ts";

describe("octets of an IP address", () => {
  for (const [address, hex] of [
    ["192.0.2.1", "c0000201"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["2001:db8::8:800:200c:417a", "20010db80000000000080800200c417a"],
    ["2001:DB8:0:0:8:800:200C:417A", "20010db80000000000080800200c417a"],
    ["fe80::", "fe800000000000000000000000000000"],
    ["fe80::1%eth0", "fe800000000000000000000000000001"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
  ] as const) {
    it(`given ${address}, when read, then it is ${hex}`, () => {
      assert.equal(Buffer.from(ipOctets(address)).toString("hex"), hex);
    });
  }
});
