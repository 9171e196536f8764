import assert from "node:assert/strict";
import { digitsOf } from "../../../../src/call/virtual/info-digits.ts";
import { mediaViews } from "../../../../src/call/virtual/media-views.ts";
import type { AgreedAudio, AudioTerminal } from "../../../../src/media/index.ts";

const OWNER = { callId: "call", device: "port" };
const TERMINAL: AudioTerminal = { address: "192.0.2.1", port: 4_000, codecs: ["PCMA"], sessionId: 1, version: 1 };
const BOTH: AgreedAudio = {
  remote: { address: "192.0.2.9", port: 6_000 },
  codec: "PCMA/8000",
  packetTimeMs: 20,
  sends: true,
  receives: true,
};

describe("media of devices of applications", () => {
  it("given media both ways, when it is held, taken back and over, then what begins and ends is told, with its addresses", () => {
    const held = { ...BOTH, sends: false };
    const facts = { ...OWNER, codec: "PCMA/8000", packetTimeMs: 20 };
    const local = { address: "192.0.2.1", port: 4_000 };
    const both = { ...facts, direction: "both", local, remote: BOTH.remote };
    assert.deepEqual(mediaViews(OWNER, TERMINAL, undefined, BOTH), [{ ...both, moment: "started" }]);
    assert.deepEqual(mediaViews(OWNER, TERMINAL, BOTH, held), [
      { ...both, moment: "stopped" },
      { ...facts, direction: "receive", local, moment: "started" },
    ]);
    const silent = { ...BOTH, sends: false, receives: false };
    assert.deepEqual(mediaViews(OWNER, TERMINAL, silent, BOTH), [{ ...both, moment: "started" }]);
    assert.deepEqual(mediaViews(OWNER, TERMINAL, BOTH, undefined), [{ ...both, moment: "stopped" }]);
  });

  for (const [contentType, text, digits] of [
    ["application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"],
    ["application/dtmf-relay; charset=utf-8", "signal = * \nDuration=100", "*"],
    ["Application/DTMF-Relay", "Duration=160\r\nSignal=11\r\n", "#"],
    ["application/dtmf-relay", "Signal=d", "D"],
    ["application/dtmf-relay", "Signal=17", ""],
    ["application/dtmf-relay", "Signalling=1", ""],
    ["application/dtmf", "12#", "12#"],
    ["application/dtmf", "1".repeat(33), ""],
    ["application/dtmf", "1;drop", ""],
    ["text/plain", "Signal=1", ""],
  ] as const) {
    it(`given an INFO of ${contentType} with ${JSON.stringify(text.slice(0, 20))}, when its digits are read, then they are ${JSON.stringify(digits)}`, () => {
      assert.equal(digitsOf({ contentType, text }), digits);
    });
  }
});
