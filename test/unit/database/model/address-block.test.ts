import assert from "node:assert/strict";
import { canonicalBlock, isMapped } from "../../../../src/database/model/address-block.ts";

describe("address blocks", () => {
  it("given spellings of one block, when made canonical, then they are the same; other blocks are others", () => {
    const same = [
      ["10.0.0.1", "10.0.0.1/32", "::ffff:10.0.0.1", "::FFFF:a00:1"],
      ["10.1.2.3/8", "10.0.0.0/8"],
      ["10.0.0.0/9", "10.127.255.255/9"],
      ["0.0.0.0/0", "255.1.1.1/0"],
      ["2001:DB8::1", "2001:db8:0:0:0:0:0:1/128", "2001:0db8::0001"],
      ["2001:db8::/33", "2001:db8:7fff::1/33"],
      ["2001:db8:8000::/33"],
      ["::/0", "ffff::/0"],
      ["::1"],
    ];
    const canonical = same.map((spellings) => [...new Set(spellings.map(canonicalBlock))]);
    for (const one of canonical) assert.equal(one.length, 1, String(one));
    assert.equal(new Set(canonical.flat()).size, same.length);
    assert.equal(canonical[0]?.[0], "10.0.0.1");
    assert.equal(canonical[1]?.[0], "10.0.0.0/8");
    assert.equal(canonical[4]?.[0], "2001:db8:0:0:0:0:0:1");
  });

  it("given IPv4 addresses in IPv6, when looked at, then they are known by their prefix", () => {
    assert.deepEqual(["::ffff:1.2.3.4", "::1.2.3.4", "1.2.3.4", "::fffe:1.2.3.4"].map(isMapped), [
      true,
      false,
      false,
      false,
    ]);
  });
});
