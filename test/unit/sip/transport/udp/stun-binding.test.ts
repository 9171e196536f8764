import assert from "node:assert/strict";
import { answerBinding, isStun } from "../../../../../src/sip/transport/udp/stun-binding.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
// Transaction id and mapped addresses as in RFC 5769 2.2 and 2.3.
const ID = "b7e7a701 bc34d686 fa87dfae";
const request = (attributes = "", type = "0001"): Buffer => {
  const length = hex(attributes).length.toString(16).padStart(4, "0");
  return hex(`${type} ${length} 2112a442 ${ID} ${attributes}`);
};

describe("answer to a STUN binding request", () => {
  it("given the address of RFC 5769 2.2, when asked, then it is mapped as there", () => {
    const answer = answerBinding(request(), "192.0.2.1", 32_853);
    assert.deepEqual(answer, hex(`0101 000c 2112a442 ${ID} 0020 0008 0001a147 e112a643`));
  });
  it("given the address of RFC 5769 2.3, when asked, then it is mapped as there", () => {
    const answer = answerBinding(request(), "2001:db8:1234:5678:11:2233:4455:6677", 32_853);
    const mapped = "0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9";
    assert.deepEqual(answer, hex(`0101 0018 2112a442 ${ID} 0020 0014 ${mapped}`));
  });
  it("given attributes that need not be understood, when asked, then it is answered", () => {
    const software = "8022 0010 53545543 20746573 7420636c 69656e74";
    assert.equal(answerBinding(request(`${software} 8028 0004 e57a3bcf`), "192.0.2.1", 1)?.readUInt16BE(0), 0x0101);
    assert.equal(answerBinding(request("8022 0001 41000000"), "192.0.2.1", 1)?.readUInt16BE(0), 0x0101);
  });
  it("given an attribute that must be understood, when asked, then 420 names it", () => {
    const answer = answerBinding(request("8022 0000 0024 0004 6e0001ff"), "192.0.2.1", 1) ?? assert.fail();
    assert.deepEqual(
      answer,
      Buffer.concat([
        hex(`0111 0024 2112a442 ${ID} 0009 0015 00000414`),
        Buffer.from("Unknown Attribute\0\0\0"),
        hex("000a 0002 00240000"),
      ]),
    );
    assert.ok(answer.length <= 56);
  });
  const ignored: readonly (readonly [given: string, datagram: Buffer])[] = [
    ["a response", request("", "0101")],
    ["an indication", request("", "0011")],
    ["another method", request("", "0003")],
    ["a length that is not there", hex(`0001 0004 2112a442 ${ID}`)],
    ["octets behind the length", Buffer.concat([request(), hex("00000000")])],
    ["an odd length", hex(`0001 0002 2112a442 ${ID} 0000`)],
    ["an attribute that runs over the end", request("8022 0010 00000000")],
    ["half a header", hex("0001 0000 2112a442")],
    ["the STUN of RFC 3489, which has no cookie", hex(`0001 0000 00000000 ${ID}`)],
  ];
  for (const [given, datagram] of ignored) {
    it(`given ${given}, when it comes, then there is no answer`, () => {
      assert.equal(answerBinding(datagram, "192.0.2.1", 1), undefined);
    });
  }
  it("given SIP with the cookie's octets at their place, when looked at, then it is no STUN", () => {
    assert.equal(isStun(Buffer.concat([Buffer.from("INVI"), hex("2112a442"), Buffer.alloc(40)])), false);
  });
});
