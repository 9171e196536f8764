import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatHistoryInfo,
  parseHistoryInfo,
  type HistoryEntry,
} from "../../../../../src/sip/message/header/history-info.ts";
import { valueOf } from "../messages.ts";

const PLAIN = { noNullPrototype: true } as const;

describe("parseHistoryInfo", () => {
  it("given the entries of RFC 7044's appendix, when parsed, then targets, reasons and privacy are found", () => {
    const list = valueOf(
      parseHistoryInfo([
        "<sip:bob@example.com?Reason=SIP%3Bcause%3D302>;index=1, <sip:bob@192.0.2.4?Privacy=history&x=y&Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%2C%20now%22%2CQ.850%3Bcause%3D17>;index=1.1;rc=1",
        '"Office" <sip:office@example.com>;index=1.2;mp=1,<sip:office@192.0.2.5>;index=1.2.1;np=1.2',
      ]),
    );
    const none = { displayName: undefined, target: undefined, reasons: [], isPrivate: false };
    const [moved, busy] = [
      { protocol: "SIP", cause: 302 },
      { protocol: "Q.850", cause: 17 },
    ];
    assert.deepEqual(list, [
      { ...none, uri: "sip:bob@example.com", index: "1", reasons: [moved] },
      {
        ...none,
        uri: "sip:bob@192.0.2.4?x=y",
        index: "1.1",
        target: { kind: "rc", index: "1" },
        reasons: [moved, busy],
        isPrivate: true,
      },
      {
        ...none,
        displayName: "Office",
        uri: "sip:office@example.com",
        index: "1.2",
        target: { kind: "mp", index: "1" },
      },
      { ...none, uri: "sip:office@192.0.2.5", index: "1.2.1", target: { kind: "np", index: "1.2" } },
    ]);
  });

  it("given a reason that cannot be read, when parsed, then the entry is there without it", () => {
    const [entry] = valueOf(parseHistoryInfo(["<sip:a@b?Reason=%3B%3B>;index=1"]));
    assert.deepEqual([entry?.uri, entry?.reasons], ["sip:a@b", []]);
  });

  const refused = [
    "<sip:a@b>",
    "<sip:a@b>;index=",
    "<sip:a@b>;index=1..1",
    "<sip:a@b>;index=x",
    "<sip:a@b>;index=1;rc=",
    `<sip:a@b>;index=${"1.".repeat(80)}1`,
    "sip:a@b?Reason=SIP;index=1",
  ];
  for (const text of refused) {
    it(`given ${JSON.stringify(text.slice(0, 40))}, when parsed, then it is refused`, () => {
      assert.equal(parseHistoryInfo([text]).ok, false);
    });
  }
});

describe("formatHistoryInfo", () => {
  it("given any entry, when it is written and read, then it is the same", () => {
    const index = fc
      .array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 12 })
      .map((parts) => parts.join("."));
    const entry: fc.Arbitrary<HistoryEntry> = fc.record(
      {
        displayName: fc.constantFrom(undefined, 'a "b", <c>'),
        uri: fc.constantFrom("sip:1002@pbx", "sip:1002@pbx;cause=486", "sip:a%3Fb@[2001:db8::1]:5061?x=y", "tel:+4912"),
        index,
        target: fc.option(fc.record({ kind: fc.constantFrom("rc", "mp", "np"), index }, PLAIN), { nil: undefined }),
        reasons: fc.array(
          fc.record(
            { protocol: fc.constantFrom("SIP", "Q.850"), cause: fc.option(fc.nat(999), { nil: undefined }) },
            PLAIN,
          ),
          { maxLength: 3 },
        ),
        isPrivate: fc.boolean(),
      },
      PLAIN,
    );
    // Of a tel URI nothing is escaped: it has no headers (RFC 3966).
    const writable = entry.map((one) => (one.uri.startsWith("tel:") ? { ...one, reasons: [], isPrivate: false } : one));
    fc.assert(
      fc.property(fc.array(writable, { maxLength: 4 }), (list) => {
        assert.deepEqual(valueOf(parseHistoryInfo([list.map(formatHistoryInfo).join(", ")])), list);
      }),
    );
  });
});
