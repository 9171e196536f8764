import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDiversion, parseDiversion, type Diversion } from "../../../../../src/sip/message/header/diversion.ts";
import { valueOf } from "../messages.ts";

describe("parseDiversion", () => {
  it("given two headers with three diversions, when parsed, then they are a list in order", () => {
    const list = valueOf(
      parseDiversion([
        '"Bob" <sip:bob@a>;reason=user-busy;privacy="full";counter=2, <tel:+491234>;Reason=No-Answer',
        "sip:carol@b;reason=unconditional;limit=3;screen=yes",
      ]),
    );
    assert.deepEqual(
      list.map(({ uri, reason, counter, privacy }) => [uri, reason, counter, privacy]),
      [
        ["sip:bob@a", "user-busy", 2, "full"],
        ["tel:+491234", "no-answer", 1, "off"],
        ["sip:carol@b", "unconditional", 1, "off"],
      ],
    );
    assert.equal(list[0]?.displayName, "Bob");
  });

  it("given no reason and a privacy that nobody knows, when parsed, then it is unknown, and all is to be hidden", () => {
    const [one] = valueOf(parseDiversion(["<sip:a@b>;privacy=strict"]));
    assert.deepEqual([one?.reason, one?.privacy], ["unknown", "full"]);
  });

  for (const text of ["<sip:a@b>;counter=0", "<sip:a@b>;counter=100", "<sip:a@b>;counter=x", "bob", "<sip:a@b>, "]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseDiversion([text]).ok, false);
    });
  }

  it("given more than 64, when parsed, then they are refused", () => {
    assert.equal(parseDiversion([Array.from({ length: 65 }, () => "<sip:a@b>").join(",")]).ok, false);
  });
});

describe("formatDiversion", () => {
  it("given any diversion, when it is written and read, then it is the same", () => {
    const diversion: fc.Arbitrary<Diversion> = fc.record(
      {
        displayName: fc.option(
          fc.string({ unit: fc.constantFrom("a", '"', "\\", " ", ",", "<", "\xe9"), minLength: 1 }),
          {
            nil: undefined,
          },
        ),
        uri: fc.constantFrom("sip:1002@pbx", "sips:a%3Bb@[2001:db8::1]:5061;x=y", "tel:+4912"),
        reason: fc.constantFrom("unconditional", "user-busy", "x.y"),
        counter: fc.integer({ min: 1, max: 99 }),
        privacy: fc.constantFrom("off", "name", "uri", "full"),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(diversion, { maxLength: 5 }), (list) => {
        const written = list.map(formatDiversion);
        assert.deepEqual(valueOf(parseDiversion([written.join(", ")])), list);
        assert.deepEqual(valueOf(parseDiversion(written)), list);
      }),
    );
  });
});
