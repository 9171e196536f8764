import assert from "node:assert/strict";
import { digitsOf } from "../../../../src/call/virtual/info-digits.ts";
import { mediaView } from "../../../../src/call/virtual/media-views.ts";
import type { AgreedAudio, AudioTerminal } from "../../../../src/media/index.ts";

const TERMINAL: AudioTerminal = { address: "192.0.2.1", port: 4_000, codecs: ["PCMA"], sessionId: 1, version: 1 };
const BOTH: AgreedAudio = {
  remote: { address: "192.0.2.9", port: 6_000 },
  codec: "PCMA/8000",
  packetTimeMs: 20,
  sends: true,
  receives: true,
};

describe("media of devices of applications", () => {
  it("given media of a call, when it begins or ends, then that is told with its addresses, unless nothing is sent or got", () => {
    const facts = { callId: "call", device: "port", codec: "PCMA/8000", packetTimeMs: 20 };
    const local = { address: "192.0.2.1", port: 4_000 };
    const view = (audio: AgreedAudio): unknown =>
      mediaView("port", "started", TERMINAL, { callId: "call", audio: { ...BOTH, ...audio } });
    const { remote } = BOTH;
    assert.deepEqual(view(BOTH), { ...facts, moment: "started", direction: "both", local, remote });
    assert.deepEqual(view({ ...BOTH, sends: false }), { ...facts, moment: "started", direction: "receive", local });
    assert.deepEqual(view({ ...BOTH, receives: false }), { ...facts, moment: "started", direction: "send", remote });
    assert.equal(view({ ...BOTH, sends: false, receives: false }), undefined);
    const stopped = mediaView("port", "stopped", TERMINAL, { callId: "call", audio: BOTH });
    assert.equal(stopped?.moment, "stopped");
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
