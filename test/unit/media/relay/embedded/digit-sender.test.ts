import assert from "node:assert/strict";
import { DigitSender } from "../../../../../src/media/relay/embedded/digit-sender.ts";
import { sequenceOf } from "../../../../../src/media/rtp/rtp-header.ts";

/** A digit that is sent, and what came of it: `sequence duration`, with `end` for its end. */
function newSender(clockRateHz = 8_000): { sender: DigitSender; told: string[] } {
  const told: string[] = [];
  const sender = new DigitSender({
    start: { ssrc: 1, sequence: 1, timestamp: 1_000 },
    payloadType: 101,
    clockRateHz,
    event: 5,
    sink: {
      sendEvent: (packet, rate) => {
        assert.equal(rate, clockRateHz);
        const end = packet.readUInt8(13) >= 0x80 ? " end" : "";
        told.push(`${sequenceOf(packet)} ${packet.readUInt16BE(14)}${end}`);
      },
      endEvent: (units) => told.push(`passed ${units}`),
    },
    onOver: (isSent) => told.push(isSent ? "over" : "nothing"),
  });
  return { sender, told };
}

function play(sender: DigitSender, frames: number): void {
  for (let frame = 0; frame < frames; frame += 1) sender.playFrame();
}

describe("DigitSender", () => {
  it("given a digit, when it is played, then its end is sent three times, and it is over after a pause, once", () => {
    const { sender, told } = newSender();
    play(sender, 11);
    assert.deepEqual(told, [
      ...["1 160", "2 320", "3 480", "4 640", "5 800", "6 960", "7 1120"],
      ...["8 1280 end", "9 1280 end", "10 1280 end", "passed 1440"],
    ]);
    play(sender, 5);
    sender.cut();
    assert.deepEqual(told.slice(11), ["over"]);
  });

  it("given another clock rate, when it is played, then durations are in units of that", () => {
    const { sender, told } = newSender(48_000);
    play(sender, 10);
    assert.deepEqual([told[0], told[7], told[10]], ["1 960", "8 7680 end", "passed 8640"]);
  });

  it("given a stall, when it is played on, then time has passed, and the end is there", () => {
    const { sender, told } = newSender();
    play(sender, 1);
    sender.skipFrames(50);
    play(sender, 3);
    sender.skipFrames(50);
    play(sender, 2);
    assert.deepEqual(told, ["1 160", "2 1280 end", "3 1280 end", "4 1280 end", "passed 1440", "over"]);
  });

  it("given a digit under way, when it is cut, then it ends there; before it has begun nothing is sent", () => {
    const underWay = newSender();
    play(underWay.sender, 2);
    underWay.sender.cut();
    underWay.sender.cut();
    underWay.sender.playFrame();
    assert.deepEqual(underWay.told, ["1 160", "2 320", "3 320 end", "passed 320", "over"]);
    const fresh = newSender();
    fresh.sender.cut();
    assert.deepEqual(fresh.told, ["passed 0", "nothing"]);
  });
});
