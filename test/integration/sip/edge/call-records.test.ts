import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

describe("SipEdge: call records", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;
  let recorder: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite", "bye");
    recorder = await fixture.application("cdr:attempt", "cdr:start", "cdr:stop");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function send(method: string, cseq: number, to = "<sip:1002@127.0.0.1>", extra: readonly string[] = []): void {
    peer.send(fixture.sipPort, [
      `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${method === "CANCEL" ? invitedBy : via()}`,
      `From: <${peer.uri}>;tag=from`,
      `To: ${to}`,
      "Call-ID: recorded",
      `CSeq: ${cseq} ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
      ...extra,
    ]);
  }

  let invitedBy = "";
  const via = (): string => (invitedBy = peer.via());

  /** Takes the next record and checks its tokens but the first, and how its message begins. */
  async function expectRecord(tokens: readonly string[], start: string): Promise<string> {
    const frame = await recorder.take(({ tokens: got }) => got[1]?.startsWith("cdr:") === true);
    const [, type, source, time = "", ...detail] = frame.tokens;
    assert.deepEqual([type, source, ...detail], tokens);
    assert.match(time, /^\d\d:\d\d:\d\d\.\d{6}$/);
    assert.ok(frame.text.startsWith(start), frame.text);
    return frame.text;
  }

  async function offered(): Promise<string> {
    send("INVITE", 1);
    const { tokens, text } = await application.takeSip("INVITE");
    assert.equal(await expectRecord(["cdr:attempt", "network"], "INVITE"), text);
    return tokens[8] ?? "";
  }

  async function established(): Promise<string> {
    const echo = await application.ask(`sip|${await offered()}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    const ok = await peer.take("SIP/2.0 200");
    assert.equal(await expectRecord(["cdr:start", "application", "uas"], "SIP/2.0 200"), echo.text);
    send("ACK", 1, headerOf(ok, "To"));
    await application.takeSip("ACK");
    return headerOf(ok, "To");
  }

  it("given a call that is answered and ended by its caller, when recorded, then attempt, start, stop", async () => {
    send("BYE", 2, await established());
    await application.takeSip("BYE");
    await expectRecord(["cdr:stop", "network", "normal-release"], "BYE");
  });

  it("given the application ends it, when recorded, then the BYE is its own", async () => {
    await established();
    await application.ask("sip||recorded;from-tag=from\r\nBYE sip:placeholder SIP/2.0\r\n\r\n");
    await expectRecord(["cdr:stop", "application", "normal-release"], "BYE");
  });

  it("given a refusal, when recorded, then call-rejected with the response", async () => {
    await application.ask(`sip|${await offered()}|\r\nSIP/2.0 486 Busy Here\r\n\r\n`);
    await expectRecord(["cdr:stop", "application", "call-rejected"], "SIP/2.0 486");
  });

  it("given the caller cancels, when recorded, then call-canceled", async () => {
    await offered();
    send("CANCEL", 1);
    await peer.take("SIP/2.0 487");
    await expectRecord(["cdr:stop", "application", "call-canceled"], "SIP/2.0 487");
  });

  it("given no ACK, when the edge ends the call, then system-initiated-termination", async () => {
    await application.ask(`sip|${await offered()}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await expectRecord(["cdr:start", "application", "uas"], "SIP/2.0 200");
    clock.advance(33_000);
    await expectRecord(["cdr:stop", "application", "system-initiated-termination"], "BYE");
  });

  it("given the session expires, when the edge ends the call, then session-expired", async () => {
    const timer = "Session-Expires: 90;refresher=uac\r\n";
    await application.ask(`sip|${await offered()}|\r\nSIP/2.0 200 OK\r\n${timer}\r\n`);
    await expectRecord(["cdr:start", "application", "uas"], "SIP/2.0 200");
    send("ACK", 1, headerOf(await peer.take("SIP/2.0 200"), "To"));
    await application.takeSip("ACK");
    clock.advance(90_000);
    await expectRecord(["cdr:stop", "application", "session-expired"], "BYE");
  });

  it("given no application takes calls, when an INVITE comes, then attempt and call-rejected", async () => {
    await application.ask("remove_route|invite");
    send("INVITE", 1);
    await peer.take("SIP/2.0 503");
    await expectRecord(["cdr:attempt", "network"], "INVITE");
    await expectRecord(["cdr:stop", "application", "call-rejected"], "SIP/2.0 503");
  });

  for (const [status, tokens] of [
    ["200 OK", ["cdr:start", "network", "uac"]],
    ["486 Busy Here", ["cdr:stop", "network", "call-rejected"]],
    ["487 Request Terminated", ["cdr:stop", "network", "call-canceled"]],
  ] as const) {
    it(`given a call of the application, when the peer answers ${status}, then that is recorded once`, async () => {
      const reply = await application.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\n\r\n`);
      assert.equal(await expectRecord(["cdr:attempt", "application"], "INVITE"), reply.text);
      const invite = await peer.take("INVITE");
      for (let times = 0; times < 2; times += 1) {
        peer.respond(fixture.sipPort, invite, status, "callee", [`Contact: <${peer.uri}>`]);
      }
      await expectRecord(tokens, `SIP/2.0 ${status}`);
      await application.takeSip(`SIP/2.0 ${status}`);
      await application.ask("ping");
      assert.deepEqual(recorder.frames, []);
    });
  }

  it("given a call that is proxied, when answered and ended, then both sides are recorded", async () => {
    const txnId = await offered();
    const callee = await SipPeer.start();
    const draft = "INVITE sip:x SIP/2.0\r\n\r\n";
    const done = application.ask(`proxy|${txnId}|remainInDialog|||serial|||${callee.uri}\r\n${draft}`);
    const invite = await callee.take("INVITE");
    await expectRecord(["cdr:attempt", "application"], "INVITE");
    callee.respond(fixture.sipPort, invite, "200 OK", "callee", [`Contact: <${callee.uri}>`]);
    assert.deepEqual((await done).tokens, ["OK", "done"]);
    await expectRecord(["cdr:start", "network", "proxy-uac"], "SIP/2.0 200");
    await expectRecord(["cdr:start", "application", "proxy-uas"], "SIP/2.0 200");
    const ok = await peer.take("SIP/2.0 200");
    send("BYE", 2, headerOf(ok, "To"), [`Route: ${headerOf(ok, "Record-Route")}`]);
    await expectRecord(["cdr:stop", "network", "normal-release"], "BYE");
    await callee.close();
  });

  it("given two applications that record, when calls come, then they share them", async () => {
    const second = await fixture.application("cdr:attempt");
    for (const callId of ["a", "b", "c", "d"]) {
      peer.send(fixture.sipPort, [
        `INVITE sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: <${peer.uri}>;tag=from`,
        "To: <sip:1002@127.0.0.1>",
        `Call-ID: ${callId}`,
        "CSeq: 1 INVITE",
        `Contact: <${peer.uri}>`,
      ]);
      await application.takeSip("INVITE");
    }
    await recorder.ask("ping");
    await second.ask("ping");
    assert.deepEqual([recorder.frames.length, second.frames.length], [2, 2]);
  });
});
