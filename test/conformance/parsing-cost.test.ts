import assert from "node:assert/strict";
import { readMessage as readForDrachtio } from "../../src/call/signaling/read-message.ts";
import { sessionBody } from "../../src/call/control/session/session-body.ts";
import * as sip from "../../src/sip/message/index.ts";
import { statelessResponse } from "../../src/sip/transaction/server/stateless-response.ts";
import { StreamFramer } from "../../src/sip/transport/connection/stream-framer.ts";
import { FrameDecoder } from "../../src/sip/wire/frame-decoder.ts";
import { FLOW, makeLayer } from "../unit/sip/transaction/transaction-fixture.ts";
import { costRatio } from "./fuzz/cost.ts";
import { VALUE_FUNCTIONS } from "./fuzz/parser-target.ts";

const SMALL_BYTES = 8 * 1024;
const LARGE_BYTES = 64 * 1024;
/** Twice what a cost in proportion to the length would be; a quadratic one is 64. */
const MAX_RATIO = 16;
/** Wide enough for every shape: it is the reading that is measured, not the refusal. */
const NO_LIMITS = { maxBytes: 2 ** 20, maxHeaders: 2 ** 20, maxHeaderLineBytes: 2 ** 20 };

const repeated = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / piece.length));
const HEAD =
  "INVITE sip:1001@127.0.0.1 SIP/2.0\r\nFrom: <sip:a@127.0.0.2>;tag=f\r\nTo: <sip:b@127.0.0.1>\r\n" +
  "Call-ID: c\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:a@127.0.0.2>\r\n";
const VIA = "Via: SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKcost\r\n";

/** Whole messages of about so many octets. */
const MESSAGES: Readonly<Record<string, (bytes: number) => string>> = {
  "many headers": (bytes) => `${HEAD}${VIA}${repeated("X: y\r\n", bytes)}\r\n`,
  "one long header": (bytes) => `${HEAD}${VIA}X: ${repeated("y", bytes)}\r\n\r\n`,
  "a header folded often": (bytes) => `${HEAD}${VIA}X: a${repeated("\r\n b", bytes)}\r\n\r\n`,
  "folds of white space only": (bytes) => `${HEAD}${VIA}X: a${repeated("\r\n  ", bytes)}\r\n\r\n`,
  "many Vias": (bytes) => `${HEAD}${repeated(VIA, bytes)}\r\n`,
  "many Vias in one header": (bytes) => `${HEAD}Via: ${repeated("SIP/2.0/UDP a;branch=z9hG4bK1,", bytes)} x\r\n\r\n`,
  "many Content-Lengths": (bytes) => `${HEAD}${VIA}${repeated("l: 0\r\n", bytes)}\r\n`,
  "many Routes": (bytes) => `${HEAD}${VIA}${repeated("Route: <sip:a;lr>\r\n", bytes)}\r\n`,
  "lines that are none": (bytes) => `${HEAD}${VIA}${repeated("nothing\r\n", bytes)}\r\n`,
  "lone line feeds": (bytes) => `${HEAD}${VIA}${repeated("\n", bytes)}\r\n\r\n`,
  "no line end": (bytes) => `${HEAD}${VIA}${repeated("\r", bytes)}`,
  "a long body": (bytes) => `${HEAD}${VIA}\r\n${repeated("v=0\r\n", bytes)}`,
};

const MIXED = "Content-Type: multipart/mixed;boundary=a";
const PART = "\r\n\r\n\r\n--a\r\nContent-Type:";

/** Whole messages of about so many octets, with bodies of several parts. */
const MULTIPARTS: Readonly<Record<string, (bytes: number) => string>> = {
  "many boundaries": (bytes) =>
    `${HEAD}${VIA}Content-Type: multipart/${repeated(";boundary=", bytes)}\r\n x\r\n\r\n\r\n\r\n`,
  "boundaries after white space": (bytes) =>
    `${HEAD}${VIA}Content-Type: multipart/;${repeated(" ", bytes)}boundary\r\n\r\n\r\n\r\n`,
  "a long subtype": (bytes) => `${HEAD}${VIA}Content-Type: multipart/${repeated("a", bytes)}\r\n\r\n\r\n\r\n`,
  "white space in the type of a part": (bytes) => `${HEAD}${VIA}${MIXED}${PART}${repeated(" ", bytes)}`,
  "line feeds in the type of a part": (bytes) => `${HEAD}${VIA}${MIXED}${PART}${repeated("\n", bytes)}`,
  "many types of a part": (bytes) => `${HEAD}${VIA}${MIXED}${PART}${repeated("Content-Type: ", bytes)}`,
  "many parts": (bytes) => `${HEAD}${VIA}${MIXED}\r\n\r\n\r\n\r\n${repeated("--a\r\n", bytes)}`,
  "many marks that end nowhere": (bytes) => `${HEAD}${VIA}${MIXED}\r\n\r\n\r\n\r\n${repeated("--", bytes)}`,
  "many empty lines": (bytes) => `${HEAD}${VIA}${MIXED}\r\n\r\n${repeated("\r\n\r\n", bytes)}`,
};

/** Values of about so many octets. */
const VALUES: Readonly<Record<string, (bytes: number) => string>> = {
  commas: (bytes) => repeated(",", bytes),
  "list of tokens": (bytes) => repeated("a,", bytes),
  "list of addresses": (bytes) => repeated("<sip:a>,", bytes),
  quotes: (bytes) => repeated('"', bytes),
  "quotes never closed": (bytes) => repeated('"a,', bytes),
  "a long quoted string": (bytes) => `"${repeated("a", bytes)}" <sip:a>`,
  backslashes: (bytes) => `"${repeated("\\", bytes)}`,
  "quoted pairs": (bytes) => `"${repeated('\\"', bytes)}" <sip:a>`,
  "opening brackets": (bytes) => repeated("<", bytes),
  "brackets in lists": (bytes) => repeated("<,", bytes),
  "closing brackets": (bytes) => `<sip:a${repeated(">", bytes)}`,
  "parameters without value": (bytes) => `<sip:a>${Array.from({ length: bytes / 8 }, (_, i) => `;p${i}`).join("")}`,
  "parameters with values": (bytes) => `<sip:a>${Array.from({ length: bytes / 10 }, (_, i) => `;p${i}="v"`).join("")}`,
  "parameters of a URI": (bytes) => `sip:a${Array.from({ length: bytes / 8 }, (_, i) => `;p${i}=1`).join("")}`,
  "parameters of a Via": (bytes) => `SIP/2.0/UDP a${Array.from({ length: bytes / 8 }, (_, i) => `;p${i}=1`).join("")}`,
  "parameters of credentials": (bytes) =>
    `Digest ${Array.from({ length: bytes / 10 }, (_, i) => `p${i}="x"`).join(",")}`,
  "one long parameter": (bytes) => `<sip:a>;p=${repeated("a", bytes)}`,
  semicolons: (bytes) => `sip:a${repeated(";", bytes)}`,
  "equals signs": (bytes) => `sip:a;p${repeated("=", bytes)}`,
  "escapes in a user": (bytes) => `sip:${repeated("%41", bytes)}@a`,
  "half escapes": (bytes) => `sip:${repeated("%4", bytes)}@a`,
  "a long user": (bytes) => `sip:${repeated("a", bytes)}@a`,
  "at signs": (bytes) => `sip:${repeated("a@", bytes)}`,
  colons: (bytes) => `sip:${repeated(":", bytes)}`,
  "a long host": (bytes) => `sip:${repeated("a.", bytes)}`,
  "a long reference": (bytes) => `sip:[${repeated("1:", bytes)}`,
  digits: (bytes) => repeated("9", bytes),
  "white space": (bytes) => repeated(" ", bytes),
  "white space between": (bytes) => `a${repeated(" ", bytes)}<sip:a>`,
  "a long display name": (bytes) => `${repeated("a ", bytes)}<sip:a>`,
  slashes: (bytes) => repeated("SIP/", bytes),
};

function readMessage(text: string): void {
  const result = sip.parseSipMessage(text, NO_LIMITS);
  const message = result.ok ? result.value : result.message;
  if (message === undefined) return;
  sip.validateRequest(message);
  sip.replaceTopVia(message, "SIP/2.0/UDP a");
  statelessResponse(message, "salt", { status: 400 });
  assert.ok(message.fields.length >= 0 && message.body.length >= 0);
}

/** A stream in pieces of 16 octets. */
function push(stream: string, to: { push(piece: string): void }): void {
  for (let at = 0; at < stream.length; at += 16) to.push(stream.slice(at, at + 16));
}

const sink = { onMessage: () => undefined, onPing: () => undefined, onBadStream: () => undefined };
const frames = { onFrame: () => undefined, onOversized: () => undefined, onBroken: () => undefined };

function assertLinear(work: (text: string) => void, shape: (bytes: number) => string): void {
  const [small, large] = [shape(SMALL_BYTES), shape(LARGE_BYTES)];
  const ratio = costRatio(
    () => work(small),
    () => work(large),
    MAX_RATIO,
  );
  assert.ok(ratio <= MAX_RATIO, `64 KB cost ${ratio.toFixed(1)} times 8 KB`);
}

describe("The cost of reading what is made to be costly", () => {
  for (const [name, shape] of Object.entries(MESSAGES)) {
    it(`given a message with ${name}, when it is eight times as long, then it costs at most 16 times as much`, () => {
      assertLinear(readMessage, shape);
    });
    it(`given ${name} in a stream of small pieces, when it is eight times as long, then so is the cost`, () => {
      assertLinear((text) => push(text, new StreamFramer(NO_LIMITS.maxBytes, sink)), shape);
    });
    it(`given ${name} in a datagram, when it is eight times as long, then so is the cost of the transaction layer`, () => {
      const { layer, sender, user } = makeLayer();
      assertLinear(
        (text) => {
          layer.onMessage(text, FLOW);
          layer.onBadInput("bad", FLOW, text);
          sender.take();
          user.requests.length = 0;
        },
        (bytes) => shape(bytes - 1_024),
      );
      layer.close();
    });
  }
  for (const [name, shape] of Object.entries({ ...MESSAGES, ...MULTIPARTS })) {
    it(`given a message with ${name}, when drachtio-srf gets one eight times as long, then so is the cost`, () => {
      assertLinear((text) => void readForDrachtio(`${text}\r\n\r\n`, true), shape);
    });
  }
  for (const [name, shape] of Object.entries(MULTIPARTS)) {
    it(`given a body with ${name}, when eight times as much is searched for a session, then so is the cost`, () => {
      assertLinear((text) => {
        const parsed = sip.parseSipMessage(text, NO_LIMITS);
        if (parsed.ok) sessionBody(parsed.value);
      }, shape);
    });
  }
  for (const [name, shape] of Object.entries(VALUES)) {
    for (const [parser, parse] of Object.entries(VALUE_FUNCTIONS)) {
      it(`given ${name}, when ${parser} gets eight times as many, then it costs at most 16 times as much`, () => {
        assertLinear(parse, shape);
      });
    }
  }
  it("given a frame in small pieces, when it is eight times as long, then so is the cost", () => {
    const shape = (bytes: number): string => `${bytes}#${repeated("x", bytes)}`;
    assertLinear((stream) => push(stream, new FrameDecoder(2 ** 20, frames)), shape);
  });
  it("given many small frames, when there are eight times as many, then so is the cost", () => {
    assertLinear(
      (stream) => new FrameDecoder(2 ** 20, frames).push(stream),
      (bytes) => repeated("4#ping", bytes),
    );
  });
});

describe("The measure of cost", () => {
  it("given work that grows with the square of its input, when it is measured, then the ratio shows it", () => {
    const square = (length: number) => () => {
      let sum = 0;
      for (let outer = 0; outer < length; outer += 1)
        for (let inner = 0; inner < length; inner += 1) sum += inner & outer;
      assert.ok(sum >= 0);
    };
    assert.ok(costRatio(square(300), square(2_400), MAX_RATIO) > MAX_RATIO);
  });
});
