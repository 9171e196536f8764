import assert from "node:assert/strict";
import { PromptPlayer } from "../../../../src/media/prompt/prompt-player.ts";
import { timestampOf } from "../../../../src/media/rtp/rtp-header.ts";

/** Three frames; the last two repeat. */
const prompt = {
  audio: Buffer.concat([Buffer.alloc(160, 1), Buffer.alloc(160, 2), Buffer.alloc(160, 3)]),
  loopStartBytes: 160,
};

function newPlayer(): { player: PromptPlayer; sent: Buffer[] } {
  const sent: Buffer[] = [];
  const sink = { send: (packet: Buffer) => void sent.push(Buffer.from(packet)) };
  return {
    player: new PromptPlayer({ prompt, payloadType: 0, start: { ssrc: 1, sequence: 1, timestamp: 0 }, sink }),
    sent,
  };
}

describe("PromptPlayer", () => {
  it("given a prompt with a loop, when played past its end, then it goes on at the loop", () => {
    const { player, sent } = newPlayer();
    for (let frame = 0; frame < 6; frame += 1) player.playFrame();
    assert.deepEqual(
      sent.map((packet) => packet[12]),
      [1, 2, 3, 2, 3, 2],
    );
  });

  it("given skipped frames, when played on, then the audio goes on and the time has passed", () => {
    const { player, sent } = newPlayer();
    player.playFrame();
    player.skipFrames(10);
    player.playFrame();
    assert.deepEqual(
      sent.map((packet) => [packet[12], timestampOf(packet)]),
      [
        [1, 0],
        [2, 11 * 160],
      ],
    );
  });
});
