import assert from "node:assert/strict";
import { SipPeer } from "../../support/sip-peer.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";

/** Far above what the switch needs; drachtio-srf by itself would need longer for one of the messages. */
const WITHIN_MS = 2_000;
const MESSAGES = 10;

describe("bodies of strangers that are made to be slow to read", () => {
  let node: SwitchFixture;
  let peer: SipPeer;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    peer = await SipPeer.start();
  });
  afterEach(async () => {
    await peer.close();
    await node.stop();
  });

  function send(callId: string, contentType: string, body: string): void {
    const lines = [
      `OPTIONS sip:127.0.0.1:${node.server.port} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=a`,
      "To: <sip:127.0.0.1>",
      `Call-ID: ${callId}`,
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
      `Content-Type: ${contentType}`,
    ];
    peer.send(node.server.port, lines, body);
  }

  const part = (length: number): string => `\r\n\r\n--a\r\nContent-Type:${" ".repeat(length)}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ["many boundaries", `multipart/${";boundary=".repeat(240)}\r\n x`, "\r\n\r\n"],
    ["as many boundaries as may come", `multipart/${";boundary=".repeat(95)}\r\n x`, "\r\n\r\n"],
    ["white space in the type of a part", "multipart/mixed;boundary=a", part(30_000)],
    ["as much white space as may come", "multipart/mixed;boundary=a", part(60_000)],
    ["many types of a part", "multipart/mixed;boundary=a", part(0) + "Content-Type: ".repeat(2_000)],
  ];
  for (const [why, contentType, body] of cases) {
    it(`given requests with ${why}, when they come, then the switch answers another one at once`, async () => {
      for (let count = 0; count < MESSAGES; count += 1) send(`hostile-${count}`, contentType, body);
      send("honest", "text/plain", "hello");
      const startedMs = performance.now();
      let answer = "";
      while (!answer.includes("\r\nCall-ID: honest\r\n")) answer = await peer.take("SIP/2.0", WITHIN_MS);
      assert.ok(performance.now() - startedMs < WITHIN_MS);
      assert.match(answer, /^SIP\/2\.0 200 /);
    });
  }
});
