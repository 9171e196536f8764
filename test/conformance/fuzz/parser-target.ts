import assert from "node:assert/strict";
import * as sip from "../../../src/sip/message/index.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate, readCorpus } from "./mutation.ts";
import { Random } from "./random.ts";

const MESSAGES_IN_A_ROUND = 150;

/** All parsers and writers of single values. */
export const VALUE_FUNCTIONS: Readonly<Record<string, (text: string) => unknown>> = {
  parseUri: sip.parseUri,
  parseNameAddr: sip.parseNameAddr,
  parseNameAddrList: (text) => sip.parseNameAddrList([text, text]),
  parseTokenList: (text) => sip.parseTokenList([text, text]),
  parseVia: sip.parseVia,
  parseCSeq: sip.parseCSeq,
  parseAuthorization: sip.parseAuthorization,
  parseRAck: sip.parseRAck,
  parseSessionExpires: sip.parseSessionExpires,
  parseReplaces: sip.parseReplaces,
  parseReason: sip.parseReason,
  parseDiversion: (text) => sip.parseDiversion([text, text]),
  parseHistoryInfo: (text) => sip.parseHistoryInfo([text, text]),
  parseContentLength: sip.parseContentLength,
  parseDigits: (text) => sip.parseDigits(text, 100),
  tagOf: sip.tagOf,
  splitList: sip.splitList,
  quote: sip.quote,
  escapeUser: sip.escapeUser,
  unescapeUser: sip.unescapeUser,
  canonicalName: sip.canonicalName,
  displayName: sip.displayName,
  isValidHeaderValue: sip.isValidHeaderValue,
};

/** No parser throws, what comes out holds no line end, and what is written again reads the same. */
export function parserTarget(): FuzzTarget {
  const corpus = readCorpus();
  return {
    name: "parser",
    round: (seed) => {
      const random = new Random(seed);
      for (let count = 0; count < MESSAGES_IN_A_ROUND; count += 1) {
        useMessage(mutate(random.pick(corpus), random, corpus), random);
      }
    },
  };
}

function useMessage(text: string, random: Random): void {
  const result = sip.parseSipMessage(text);
  const message = result.ok ? result.value : result.message;
  if (message === undefined) return;
  const parts = message.fields.map(({ rawName, value }) => rawName + value);
  assert.ok(
    !/[\r\n]/.test([message.method, message.uri, message.reason, ...parts].join("")),
    "a part holds a line end",
  );
  assert.ok(parts.join("").length + message.body.length <= text.length, "more came out than went in");
  const isValid = message.kind === "request" ? sip.validateRequest(message).ok : sip.validateResponse(message).ok;
  if (isValid && result.ok) useValid(message);
  const value = random.pick([message.uri, ...message.fields.map((field) => field.value)]);
  for (const use of Object.values(VALUE_FUNCTIONS)) use(value);
}

function useValid(message: sip.SipMessage): void {
  const via = sip.parseVia(message.get("via") ?? "");
  assert.ok(via.ok, "a valid message has a Via that can be read");
  const written = sip.replaceTopVia(message, sip.formatVia(via.value));
  const again = sip.parseSipMessage(written);
  assert.ok(again.ok, "what was valid can be read when it is written again");
  assert.deepEqual(sip.parseVia(again.value.get("via") ?? ""), via);
  assert.deepEqual(
    again.value.fields.map(({ name }) => name),
    message.fields.map(({ name }) => name),
  );
  assert.equal(again.value.body, message.body);
  checkBelowTopVia(message);
  for (const name of ["from", "to"]) {
    const value = message.get(name) ?? "";
    // The To of a response may have a second tag, which does not count.
    const address = sip.parseNameAddr(value, message.kind === "response" ? "first-counts" : "refused");
    assert.ok(address.ok, `a valid message has a ${name} that can be read`);
    assert.equal(sip.tagOf(value), address.value.params.get("tag"));
    const rewritten = sip.parseNameAddr(sip.formatNameAddr(address.value));
    assert.deepEqual(rewritten, address);
  }
}

function checkBelowTopVia(message: sip.SipMessage): void {
  const text = sip.removeTopVia(message);
  if (text === undefined) return;
  const below = sip.parseSipMessage(text);
  assert.ok(below.ok, "what was valid can be read without its topmost Via");
  const [all, left] = [message, below.value].map((each) => each.getAll("via").flatMap(sip.splitList));
  assert.deepEqual(left, all?.slice(1));
}
