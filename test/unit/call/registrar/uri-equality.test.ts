import assert from "node:assert/strict";
import fc from "fast-check";
import { isSameUri } from "../../../../src/call/registrar/uri-equality.ts";
import { parseUri } from "../../../../src/sip/message/index.ts";

function isSameUriText(one: string, other: string): boolean {
  const [left, right] = [parseUri(one), parseUri(other)];
  return left.ok && right.ok && isSameUri(left.value, right.value);
}

/** URIs of few parts, so that equal ones come up; `extension` parameters are what makes equality not transitive. */
function uris(extensions: readonly string[]): fc.Arbitrary<string> {
  return fc
    .record({
      scheme: fc.constantFrom("sip", "SIP", "sips"),
      user: fc.constantFrom("", "alice@", "%61lice@", "Alice@", "alice:pw@"),
      host: fc.constantFrom("a.example", "A.Example", "192.0.2.1", "[2001:db8::1]", "[2001:db8:0::1]"),
      port: fc.constantFrom("", ":5060", ":5061"),
      params: fc.subarray([";transport=tcp", ";transport=TCP", ";maddr=b.example", ...extensions]),
      headers: fc.constantFrom("", "?subject=x&priority=y", "?Priority=y&subject=x", "?subject=X"),
    })
    .map(
      ({ scheme, user, host, port, params, headers }) => `${scheme}:${user}${host}${port}${params.join("")}${headers}`,
    );
}

describe("SIP URI equality", () => {
  const equal: readonly (readonly [one: string, other: string])[] = [
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;security=on"],
    [
      "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ],
    [
      "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
      "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ],
  ];
  for (const [one, other] of equal) {
    it(`given RFC 3261 19.1.4, when ${one} and ${other} are compared, then they are equal`, () => {
      assert.equal(isSameUriText(one, other), true);
    });
  }

  const different: readonly (readonly [one: string, other: string, why: string])[] = [
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", "the user's case matters"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", "a port is not its default"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", "a transport is not its default"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", "port and transport"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", "headers are never ignored"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", "a name is not its address"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", "a parameter that both have"],
    ["sip:a@b.example", "sips:a@b.example", "scheme"],
    ["sip:a@b.example", "sip:b.example", "a user is not none"],
    ["sip:a:pw@b.example", "sip:a@b.example", "a password is not none"],
    ["sip:a@b.example;maddr=192.0.2.1", "sip:a@b.example", "maddr"],
    ["sip:a@b.example;ttl=1", "sip:a@b.example", "ttl"],
    ["sip:a@b.example;user=ip", "sip:a@b.example", "user, even as its default"],
    ["sip:a@b.example;method=INVITE", "sip:a@b.example", "method, even as its default"],
    ["sip:a%40c@b.example", "sip:a@b.example", "an escaped reserved character"],
    ["sip:a%2540@b.example", "sip:a%40@b.example", "an escaped percent sign"],
    ["mailto:a@b.example", "mailto:A@b.example", "not SIP"],
    ["tel:+1201", "tel:+1202", "tel"],
    ["no uri", "sip:a@b.example", "malformed"],
  ];
  for (const [one, other, why] of different) {
    it(`given ${why}, when ${one} and ${other} are compared, then they differ`, () => {
      assert.equal(isSameUriText(one, other), false);
    });
  }

  it("given IPv6 hosts in two spellings, when they are compared, then they are equal", () => {
    assert.equal(isSameUriText("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]"), true);
  });

  it("given a parameter without a value, when it is compared, then with and without are equal and a value is not", () => {
    assert.equal(isSameUriText("sip:a@b.example;ob", "sip:a@b.example"), true);
    assert.equal(isSameUriText("sip:a@b.example;ob", "sip:a@b.example;ob=1"), false);
  });

  it("given any URI, when it is compared with itself, then it is equal", () => {
    fc.assert(fc.property(uris([";ob", ";security=on"]), (text) => isSameUriText(text, text) === parseUri(text).ok));
  });

  it("given two URIs, when they are compared both ways, then the answer is the same", () => {
    const some = uris([";ob", ";security=on", ";security=off"]);
    fc.assert(
      fc.property(some, some, (one, other) => isSameUriText(one, other) === isSameUriText(other, one)),
      { numRuns: 500 },
    );
  });

  it("given URIs without extension parameters, when two equal a third, then they are equal", () => {
    const some = uris([]);
    fc.assert(
      fc.property(some, some, some, (one, two, three) => {
        return !(isSameUriText(one, two) && isSameUriText(two, three)) || isSameUriText(one, three);
      }),
      { numRuns: 2_000 },
    );
  });

  it("given an extension parameter, when equality is asked for, then it is not transitive, as RFC 3261 notes", () => {
    const plain = "sip:carol@chicago.com";
    assert.equal(isSameUriText(`${plain};security=on`, plain) && isSameUriText(plain, `${plain};security=off`), true);
    assert.equal(isSameUriText(`${plain};security=on`, `${plain};security=off`), false);
  });
});
