import assert from "node:assert/strict";
import { StreamFramer } from "../../../src/sip/transport/connection/stream-framer.ts";
import { FrameDecoder } from "../../../src/sip/wire/frame-decoder.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate, readCorpus } from "./mutation.ts";
import { Random } from "./random.ts";

const STREAMS_IN_A_ROUND = 40;
const MAX_MESSAGE_BYTES = 20_000;

type Reader = (pieces: readonly string[]) => string[];

/** A stream gives the same however it is cut, nothing longer than allowed, and nothing behind its end. */
export function streamTarget(name: string, read: Reader, write: (text: string, random: Random) => string): FuzzTarget {
  const corpus = readCorpus();
  return {
    name,
    round: (seed) => {
      const random = new Random(seed);
      for (let count = 0; count < STREAMS_IN_A_ROUND; count += 1) {
        let stream = "";
        for (let messages = 1 + random.below(4); messages > 0; messages -= 1) {
          const text = random.pick(corpus);
          stream += write(random.once(2) ? text : mutate(text, random, corpus), random);
        }
        if (random.once(2)) stream = mutate(stream, random, corpus);
        const whole = read([stream]);
        assert.deepEqual(read(random.cut(stream, 1 + random.below(3_000))), whole);
        assert.deepEqual(read(random.cut(stream, 3)), whole);
      }
    },
  };
}

/** The framer of SIP over TCP. */
export function framerTarget(): FuzzTarget {
  return streamTarget("tcp-framer", readSip, (text, random) => text + "\r\n".repeat(random.below(4)));
}

/** The decoder of the wire protocol. */
export function decoderTarget(): FuzzTarget {
  return streamTarget("wire-decoder", readFrames, (text, random) => {
    const length = random.once(8) ? random.pick([0, -1, text.length + 1, text.length * 100, 1e12]) : text.length;
    return `${length}#${text}`;
  });
}

function readSip(pieces: readonly string[]): string[] {
  const seen: string[] = [];
  let isBad = false;
  const note = (what: string): void => {
    assert.ok(!isBad, "something was told behind the end of a stream");
    assert.ok(what.length <= 2 * MAX_MESSAGE_BYTES + 20, "more is held than allowed");
    seen.push(what);
  };
  const framer = new StreamFramer(MAX_MESSAGE_BYTES, {
    onMessage: (text) => note(`message ${text}`),
    onPing: () => note("ping"),
    onBadStream: (reason) => {
      note(`bad ${reason}`);
      isBad = true;
    },
  });
  for (const piece of pieces) framer.push(piece);
  return seen;
}

function readFrames(pieces: readonly string[]): string[] {
  const seen: string[] = [];
  const decoder = new FrameDecoder(MAX_MESSAGE_BYTES, {
    onFrame: (payload) => void seen.push(`frame ${payload}`),
    onOversized: (start, length) => void seen.push(`oversized ${length} ${start}`),
    onBroken: (reason) => void seen.push(`broken ${reason}`),
  });
  for (const piece of pieces) decoder.push(piece);
  assert.ok(seen.filter((what) => what.startsWith("broken")).length <= 1);
  return seen;
}
