import assert from "node:assert/strict";
import { bdecode, bencode } from "../../../../../scripts/bench/systems/bencode.ts";

describe("bencode", () => {
  it("given a request, when encoded, then keys are sorted and lengths count octets", () => {
    const text = bencode({ sdp: "é", command: "offer", replace: ["origin"], n: -3 });
    assert.equal(text, "d7:command5:offer1:ni-3e7:replacel6:origine3:sdp2:ée");
  });

  it("given a reply, when decoded, then it is what was encoded", () => {
    const reply = { result: "ok", sdp: "v=0\r\n", list: [1, "two", { three: 3 }] };
    assert.deepEqual(bdecode(bencode(reply)), reply);
  });

  for (const text of ["", "d", "d3:abc", "5:abc", "i12", "ixe", "l1:a", "di1e1:ae"]) {
    it(`given "${text}", when decoded, then it is refused`, () => {
      assert.throws(() => bdecode(text), SyntaxError);
    });
  }
});
