import assert from "node:assert/strict";
import { assertedIdentity } from "../../../../src/call/identity/asserted-identity.ts";
import { asserted, presentedFrom } from "../../../../src/call/identity/presented-identity.ts";
import { isImpossible, isPrivate, privacyOf } from "../../../../src/call/identity/privacy.ts";
import { formatRequest, parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";

function message(...headers: (readonly [string, string])[]): SipMessage {
  const parsed = parseSipMessage(formatRequest("INVITE", "sip:1002@127.0.0.1", headers, ""));
  assert.ok(parsed.ok);
  return parsed.value;
}

describe("Privacy (RFC 3323)", () => {
  const cases: readonly [value: string, hidden: boolean, impossible: boolean][] = [
    ["id", true, false],
    ["user", true, false],
    ["ID; Critical", true, false],
    ["header", false, false],
    ["session;header", false, false],
    ["none", false, false],
    ["none;id", false, false],
    ["critical", false, false],
    ["id;location", true, false],
    ["id;location;critical", true, true],
    ["history, user", true, false],
    [";;;", false, false],
  ];
  for (const [value, hidden, impossible] of cases) {
    it(`given ${value}, when it is read, then the caller is ${hidden ? "" : "not "}hidden`, () => {
      const privacy = privacyOf(message(["Privacy", value]));
      assert.deepEqual([isPrivate(privacy), isImpossible(privacy)], [hidden, impossible]);
    });
  }

  it("given a From of nobody, when there is no Privacy, then that is what it asks for; with Privacy that counts", () => {
    const from = ["From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'] as const;
    assert.deepEqual(privacyOf(message(from)), ["id"]);
    assert.deepEqual(privacyOf(message(from, ["Privacy", "none"])), ["none"]);
    assert.deepEqual(privacyOf(message(["From", "<sip:anonymous@example.com>;tag=1"])), []);
  });

  it("given too much, when it is read, then it is bounded", () => {
    const values = Array.from({ length: 100 }, (_, index) => `p${index}`).join(";");
    assert.equal(privacyOf(message(["Privacy", values])).length, 16);
  });
});

describe("assertedIdentity (RFC 3325)", () => {
  const cases: readonly [value: string, expected: unknown][] = [
    ['"Zed" <sip:+4930@example.com>', { number: "+4930", displayName: "Zed" }],
    ["<tel:+49-30;phone-context=x>", { number: "+49-30" }],
    ['"Zed" <sip:z@example.com>, <tel:+4930>', { number: "z", displayName: "Zed" }],
    ["<sip:example.com>, <tel:+4930>", { number: "+4930" }],
    ["<sip:a%00b@example.com>", undefined],
    ["<urn:service:sos>", undefined],
    ["nonsense <", undefined],
  ];
  for (const [value, expected] of cases) {
    it(`given ${value}, when it is read, then the first number is taken`, () => {
      assert.deepEqual(assertedIdentity(message(["P-Asserted-Identity", value])), expected);
    });
  }
  it("given none, when it is read, then there is none", () => {
    assert.equal(assertedIdentity(message()), undefined);
  });
});

describe("how a party is presented", () => {
  const party = { number: "1001", displayName: 'A "B"' };
  it("given a party, when it hides, then From is nobody's, else its own", () => {
    assert.equal(presentedFrom(party, "t"), '"A \\"B\\"" <sip:1001@localhost>;tag=t');
    const nobody = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=t';
    assert.equal(presentedFrom({ ...party, privacy: ["id"] }, "t"), nobody);
    assert.match(presentedFrom({ ...party, privacy: ["none", "id"] }, "t"), /1001/);
  });
  it("given a party, when it is asserted, then its wish goes with it, and nobody is not asserted", () => {
    assert.deepEqual(asserted({ ...party, privacy: ["id", "critical"] }, "2001:db8::1"), [
      ["P-Asserted-Identity", '"A \\"B\\"" <sip:1001@[2001:db8::1]>'],
      ["Privacy", "id;critical"],
    ]);
    assert.deepEqual(asserted({ number: "anonymous" }), []);
    assert.deepEqual(asserted({ ...party, privacy: ["id"], isUnproven: true }), [["Privacy", "id"]]);
  });
});
