import assert from "node:assert/strict";
import { FRAME_SAMPLES, JitterBuffer } from "../../../../src/media/conference/jitter-buffer.ts";

/** Each octet stands for itself. */
const IDENTITY = new Int16Array(256).map((_, octet) => octet);

class Source {
  readonly buffer = new JitterBuffer();
  readonly frame = new Int16Array(FRAME_SAMPLES);

  /** Writes `samples` of one value as a packet. */
  write(timestamp: number, value: number, { samples = FRAME_SAMPLES, isSpurt = false } = {}): void {
    this.buffer.write(timestamp >>> 0, Buffer.alloc(samples, value), 0, samples, IDENTITY, isSpurt);
  }

  /** The first and the last sample of the next frame, or `silence`. */
  read(): string {
    return this.buffer.read(this.frame) ? `${this.frame[0]}-${this.frame[FRAME_SAMPLES - 1]}` : "silence";
  }
}

describe("JitterBuffer", () => {
  it("given nothing, when read, then it is silence", () => {
    const source = new Source();
    source.frame.fill(9);
    assert.equal(source.read(), "silence");
    assert.ok(source.frame.every((sample) => sample === 0));
  });

  it("given packets in disorder with one lost, when read, then they are in order, 40 ms late, with a gap", () => {
    const source = new Source();
    source.write(1000, 1);
    source.write(1000 + 320, 3);
    source.write(1000 + 160, 2);
    source.write(1000 + 640, 5);
    const heard = Array.from({ length: 8 }, () => source.read());
    assert.deepEqual(heard, ["0-0", "0-0", "1-1", "2-2", "3-3", "0-0", "5-5", "silence"]);
  });

  it("given timestamps over their end, when read, then nothing is amiss", () => {
    const source = new Source();
    source.write(2 ** 32 - 160, 1);
    source.write(2 ** 32, 2);
    source.read();
    source.read();
    assert.deepEqual([source.read(), source.read()], ["1-1", "2-2"]);
  });

  it("given a packet that is half late, when read, then its second half is heard", () => {
    const source = new Source();
    source.write(0, 1, { samples: 80 });
    for (let count = 0; count < 3; count += 1) source.read();
    source.write(80, 2, { samples: 240 });
    assert.deepEqual([source.read(), source.read()], ["2-2", "silence"]);
  });

  it("given packets that come too late, when three did, then their sender is waited for anew", () => {
    const source = new Source();
    source.write(0, 1);
    for (let count = 0; count < 10; count += 1) source.read();
    source.write(160, 2);
    source.write(320, 3);
    assert.equal(source.read(), "silence");
    source.write(480, 4);
    assert.deepEqual([source.read(), source.read(), source.read()], ["0-0", "0-0", "4-4"]);
  });

  it("given a late packet that says it follows a pause, when read, then it is waited for at once", () => {
    const source = new Source();
    source.write(0, 1);
    for (let count = 0; count < 10; count += 1) source.read();
    source.write(160, 2, { isSpurt: true });
    assert.deepEqual([source.read(), source.read(), source.read()], ["0-0", "0-0", "2-2"]);
  });

  it("given a second without packets, when the next comes, then it is as the first, whatever its time", () => {
    const source = new Source();
    source.write(0, 1);
    for (let count = 0; count < 60; count += 1) source.read();
    source.write(7, 2);
    assert.deepEqual([source.read(), source.read(), source.read()], ["0-0", "0-0", "2-2"]);
  });

  it("given a burst after a stall of the network, when it is too far ahead, then what comes now is next, 40 ms late", () => {
    const source = new Source();
    for (let packet = 0; packet < 8; packet += 1) source.write(160 * packet, packet + 1);
    assert.deepEqual([source.read(), source.read(), source.read()], ["0-0", "0-0", "6-6"]);
    assert.deepEqual([source.read(), source.read(), source.read()], ["7-7", "8-8", "silence"]);
  });

  it("given a sender whose clock is fast, when read for long, then delay stays below 100 ms", () => {
    const source = new Source();
    let written = 0;
    let deepest = 0;
    for (let frame = 0; frame < 5_000; frame += 1) {
      // One packet more in a hundred, which is far more than any clock is wrong.
      const packets = frame % 100 === 0 ? 2 : 1;
      for (let count = 0; count < packets; count += 1) source.write(160 * (written += 1), written & 0xff);
      source.read();
      const behind = (written - (source.frame[0] ?? 0)) & 0xff;
      if (frame > 10) deepest = Math.max(deepest, behind);
    }
    assert.ok(deepest <= 5, `${deepest} frames behind`);
  });

  it("given a stall of the reader, when frames are skipped, then what was for them is not heard later", () => {
    const source = new Source();
    for (let packet = 0; packet < 5; packet += 1) source.write(160 * packet, packet + 1);
    source.buffer.skip(4);
    assert.deepEqual([source.read(), source.read()], ["3-3", "4-4"]);
    source.buffer.skip(100);
    assert.equal(source.read(), "silence");
  });

  it("given a packet that is empty or far too long, when written, then it is left out", () => {
    const source = new Source();
    source.write(0, 1, { samples: 0 });
    source.write(0, 1, { samples: 1000 });
    assert.equal(source.read(), "silence");
  });
});
