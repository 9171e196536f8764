import assert from "node:assert/strict";
import { maskSecrets } from "../../../../src/sip/trace/mask-secrets.ts";
import { Trace } from "../../../../src/sip/trace/trace.ts";
import { TraceRing } from "../../../../src/sip/trace/trace-ring.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const ends = {
  protocol: "udp",
  localAddress: "0.0.0.0",
  localPort: 5060,
  remoteAddress: "192.0.2.7",
  remotePort: 5070,
} as const;

function textsIn(ring: TraceRing): string[] {
  return Array.from({ length: ring.size }, (_, index) => ring.get(ring.firstSequence + index)?.text ?? "lost");
}

describe("TraceRing", () => {
  it("given room, when messages are added, then they are there in order with their numbers and times", () => {
    const ring = new TraceRing(4_096);
    ring.add("one", ends, false, 1);
    ring.add("two", ends, true, 2.5);
    assert.deepEqual(ring.get(1), { sequence: 1, timeMs: 1, isSent: false, ends, text: "one" });
    assert.deepEqual(ring.get(2), { sequence: 2, timeMs: 2.5, isSent: true, ends, text: "two" });
    assert.equal(ring.get(3), undefined);
  });

  it("given messages of many lengths, when far more than fit are added, then what is left is always the last, unharmed", () => {
    const ring = new TraceRing(1_024);
    const all: string[] = [];
    for (let index = 0; index < 500; index += 1) {
      const text = `${index}:`.padEnd(1 + ((index * 7_919) % 700), String.fromCharCode(97 + (index % 26)));
      all.push(text);
      ring.add(text, ends, false, index);
      const kept = textsIn(ring);
      assert.ok(kept.length > 0);
      assert.deepEqual(kept, all.slice(-kept.length));
    }
    assert.equal(ring.get(ring.firstSequence - 1), undefined);
  });

  it("given small messages, when more than there are slots come, then the oldest go", () => {
    const ring = new TraceRing(1_024);
    for (let index = 0; index < 10; index += 1) ring.add(`m${index}`, ends, false, 0);
    assert.deepEqual(textsIn(ring), ["m6", "m7", "m8", "m9"]);
  });

  it("given a message that is longer than the ring, when added, then its start is kept", () => {
    const ring = new TraceRing(1_024);
    ring.add("short", ends, false, 0);
    ring.add("x".repeat(5_000), ends, false, 0);
    assert.deepEqual(textsIn(ring), ["x".repeat(1_024)]);
  });

  it("given octets above 127, when kept, then they come back", () => {
    const ring = new TraceRing(1_024);
    ring.add("caf\u00e9 \u00ff", ends, false, 0);
    assert.deepEqual(textsIn(ring), ["caf\u00e9 \u00ff"]);
  });
});

describe("Trace", () => {
  const clock = new ManualClock();
  const make = (keepBytes = 65_536): Trace => new Trace({ keepBytes, clock, visibleLocal: () => "192.0.2.1" });
  const request = (method: string, callId: string, to = "1001"): string =>
    `${method} sip:x SIP/2.0\r\nTo: <sip:${to}@tandem.local>\r\nCall-ID: ${callId}\r\nCSeq: 1 ${method}\r\n\r\n`;

  it("given messages of several calls, when asked for two Call-IDs, then those come, with real addresses", async () => {
    const trace = make();
    trace.received(request("INVITE", "a"), ends);
    trace.received(request("INVITE", "b"), ends);
    trace.sent(`SIP/2.0 100 Trying\r\ni : a\r\n\r\n`, ends);
    trace.sent(`SIP/2.0 100 Trying\r\nCALL-ID:\r\n c\r\n\r\n`, ends);
    const { messages, next, missed, more } = await trace.read({ after: 0, sipCallIds: ["a", "c"] });
    assert.deepEqual(
      messages.map(({ sequence, direction, sipCallId }) => `${sequence} ${direction} ${sipCallId}`),
      ["1 received a", "3 sent a", "4 sent c"],
    );
    assert.equal(messages[0]?.localAddress, "192.0.2.1");
    assert.deepEqual([next, missed, more], [4, 0, false]);
  });

  it("given a device, when asked for its address or its REGISTER, then both come and nothing else", async () => {
    const trace = make();
    trace.received(request("OPTIONS", "a"), { ...ends, remoteAddress: "192.0.2.9" });
    trace.received(request("REGISTER", "b", "1002"), { ...ends, remoteAddress: "192.0.2.9" });
    trace.received(request("OPTIONS", "c", "1002"), { ...ends, remoteAddress: "192.0.2.9" });
    trace.received(request("OPTIONS", "d"), ends);
    trace.received(request("OPTIONS", "e"), { ...ends, remotePort: 6000 });
    const { messages } = await trace.read({
      after: 0,
      remotes: [{ address: "192.0.2.7", port: 5070 }],
      registering: ["1002"],
    });
    assert.deepEqual(
      messages.map(({ sipCallId }) => sipCallId),
      ["b", "d"],
    );
  });

  it("given more than one answer holds, when asked on, then everything comes once", async () => {
    const trace = make(1_048_576);
    for (let index = 0; index < 2_500; index += 1) trace.received(request("OPTIONS", `id-${index}`), ends);
    const seen: string[] = [];
    let [after, more] = [0, true];
    while (more) {
      const answer = await trace.read({ after });
      seen.push(...answer.messages.map(({ sipCallId }) => sipCallId));
      ({ next: after, more } = answer);
    }
    assert.equal(seen.length, 2_500);
    assert.equal(new Set(seen).size, 2_500);
  });

  it("given messages that were overwritten, when asked for, then they are counted as missed", async () => {
    const trace = make(1_024);
    for (let index = 0; index < 10; index += 1) trace.received(request("OPTIONS", `${index}`), ends);
    const { messages, missed } = await trace.read({ after: 2 });
    assert.equal(messages.length + missed, 8);
    assert.ok(missed > 0);
  });

  it("given a reader, when messages come between its steps, then the event loop was not held and they are left to the next", async () => {
    const trace = make(1_048_576);
    for (let index = 0; index < 1_000; index += 1) trace.received(request("OPTIONS", "old"), ends);
    const reading = trace.read({ after: 0, sipCallIds: ["new"] });
    trace.received(request("OPTIONS", "new"), ends);
    const first = await reading;
    assert.deepEqual([first.messages.length, first.next], [0, 1_000]);
    assert.equal((await trace.read({ after: first.next, sipCallIds: ["new"] })).messages.length, 1);
  });

  it("given an edge that was started again, when a reader comes with a number of before, then it is told where it is", async () => {
    const trace = make();
    trace.received(request("OPTIONS", "a"), ends);
    const { next, messages } = await trace.read({ after: 5_000 });
    assert.deepEqual([next, messages.length], [1, 0]);
  });

  it("given no room, when asked, then it is off and nothing is kept", async () => {
    const trace = make(0);
    trace.received(request("OPTIONS", "a"), ends);
    assert.equal(trace.isOn, false);
    assert.deepEqual(await trace.read({ after: 0 }), { messages: [], next: 0, missed: 0, more: false });
  });
});

describe("masking", () => {
  it("given digest credentials, when masked, then the response is gone, the rest stays and the length is the same", () => {
    const text =
      'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username="1001", nonce="abc", uri="sip:x",\r\n' +
      ' response="0123456789abcdef", cnonce="q"\r\nproxy-authorization : Digest response=00ff, nonce="n"\r\n\r\nresponse="stays"';
    const masked = maskSecrets(text);
    assert.equal(masked.length, text.length);
    assert.doesNotMatch(masked, /0123456789abcdef|00ff/);
    assert.match(masked, /username="1001", nonce="abc", uri="sip:x"/);
    assert.match(masked, /response="\*{16}", cnonce="q"/);
    assert.match(masked, /response="stays"$/);
  });

  it("given other schemes, when masked, then only the scheme stays", () => {
    const text = "OPTIONS sip:x SIP/2.0\r\nAuthorization: Basic dXNlcjpwYXNz\r\nTo: x\r\n\r\n";
    assert.equal(maskSecrets(text), text.replace("dXNlcjpwYXNz", "*".repeat(12)));
    const folded = "OPTIONS sip:x SIP/2.0\r\nAuthorization:\r\n Bearer\r\n dG9rZW4\r\n\r\n";
    assert.doesNotMatch(maskSecrets(folded), /dG9rZW4/);
  });

  it("given rspauth and media keys, when masked, then they are gone", () => {
    const text =
      'SIP/2.0 200 OK\r\nAuthentication-Info: rspauth="00ff", nextnonce="n"\r\n\r\n' +
      "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\na=ice-pwd:hush\r\nk=clear:hush\r\n";
    const masked = maskSecrets(text);
    assert.doesNotMatch(masked, /00ff|c2VjcmV0|hush/);
    assert.match(masked, /nextnonce="n"/);
    assert.equal(masked.length, text.length);
  });

  it("given a quote that never ends, when masked, then it is masked to the end of the line", () => {
    const masked = maskSecrets('OPTIONS sip:x SIP/2.0\r\nAuthorization: Digest response="0123, x\r\nTo: y\r\n\r\n');
    assert.doesNotMatch(masked, /0123/);
    assert.match(masked, /\r\nTo: y\r\n/);
  });
});
