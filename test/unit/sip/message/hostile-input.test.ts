import assert from "node:assert/strict";
import fc from "fast-check";
import * as sip from "../../../../src/sip/message/index.ts";
import { grammarSoup, octets } from "./arbitraries.ts";
import { textOf } from "./messages.ts";

const VALUE_PARSERS: readonly ((text: string) => unknown)[] = [
  sip.parseUri,
  sip.parseNameAddr,
  (text) => sip.parseNameAddrList([text, text]),
  (text) => sip.parseTokenList([text, text]),
  sip.parseVia,
  sip.parseCSeq,
  sip.parseAuthorization,
  sip.parseRAck,
  sip.parseSessionExpires,
  sip.parseReplaces,
  sip.parseReason,
  (text) => sip.parseDiversion([text, text]),
  (text) => sip.parseHistoryInfo([text, text]),
  sip.parseContentLength,
  (text) => sip.parseDigits(text, 100),
  sip.tagOf,
  sip.splitList,
  sip.quote,
  sip.escapeUser,
  sip.unescapeUser,
  sip.canonicalName,
  sip.displayName,
];

function useEverythingOf(text: string): void {
  const result = sip.parseSipMessage(text);
  const message = result.ok ? result.value : result.message;
  if (message === undefined) return;
  for (const { name } of message.fields) assert.ok(message.has(name));
  assert.equal(typeof message.body, "string");
  assert.equal(typeof message.method, "string");
  sip.replaceTopVia(message, "SIP/2.0/UDP a");
  sip.validateRequest(message);
  sip.validateResponse(message);
}

/** A valid message with some octets removed, doubled or replaced by soup. */
const mutated = fc
  .record({
    start: fc.constantFrom("INVITE sip:1002@example.com SIP/2.0", "SIP/2.0 200 OK", "REGISTER sip:a SIP/2.0"),
    edits: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), fc.oneof(grammarSoup, octets)), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .map(({ start, edits }) => {
    let text = textOf(start, { "Content-Length": "4", Route: "<sip:a;lr>, <sip:b;lr>" }, "body");
    for (const [place, removed, inserted] of edits) {
      const at = Math.floor(place * text.length);
      text = text.slice(0, at) + inserted + text.slice(at + removed);
    }
    return text;
  });

describe("parsers and hostile input", () => {
  it("given any octets, when each parser of a value gets them, then none throws", () => {
    fc.assert(
      fc.property(fc.oneof(octets, grammarSoup), (text) => {
        for (const parse of VALUE_PARSERS) parse(text);
      }),
      { numRuns: 1_000 },
    );
  });
  it("given any octets as a message, when parsed and looked at, then nothing throws", () => {
    fc.assert(fc.property(fc.oneof(octets, grammarSoup), useEverythingOf), { numRuns: 500 });
  });
  it("given a mutated message, when parsed and looked at, then nothing throws", () => {
    fc.assert(fc.property(mutated, useEverythingOf), { numRuns: 2_000 });
  });
  it("given a mutated message that parses, when its parts are looked at, then none holds CR or LF", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const result = sip.parseSipMessage(text);
        const message = result.ok ? result.value : result.message;
        if (message === undefined) return;
        const headers = message.fields.map(({ rawName, value }) => rawName + value);
        assert.ok(!/[\r\n]/.test([message.method, message.uri, message.reason, ...headers].join("")));
      }),
      { numRuns: 1_000 },
    );
  });
  it("given a text of 64 KB of one separator, when each parser gets it, then none throws", () => {
    for (const piece of ["<", '"', ",", ";", ";a", "\\", "=", "@", "%41", ":", "[", " ", "\r\n ", "a,", '";', "<>,"]) {
      const text = piece.repeat(Math.floor(65_000 / piece.length));
      for (const parse of VALUE_PARSERS) parse(text);
      useEverythingOf(textOf("INVITE sip:a SIP/2.0", { Via: text, Contact: text }).slice(0, 65_000));
    }
  });
});
