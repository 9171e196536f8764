import assert from "node:assert/strict";
import { sourceOf } from "../../../src/common/index.ts";

describe("the source that an address stands for", () => {
  for (const [address, source] of [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::1", "::1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:DB8:0:0:ffff::9", "2001:db8:0:0::/64"],
    ["2001:db8:0001:0002:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
    ["2001:db8:1:2::/64", "2001:db8:1:2::/64"],
    ["", ""],
  ] as const) {
    it(`given ${address || "nothing"}, when judged, then it is ${source || "nothing"}`, () => {
      assert.equal(sourceOf(address), source);
    });
  }
});
