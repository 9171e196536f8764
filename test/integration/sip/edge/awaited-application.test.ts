import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

/** More than the system takes for a socket that is not read. */
const UNREAD_OCTETS = 20_000_000;

describe("SipEdge: requests while an application is awaited", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function send(method: string, callId: string, branch = callId, body = ""): void {
    const lines = [
      `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: SIP/2.0/UDP ${peer.address}:${peer.port};branch=z9hG4bK${branch}`,
      `From: <${peer.uri}>;tag=from`,
      "To: <sip:1002@127.0.0.1>",
      `Call-ID: ${callId}`,
      `CSeq: 1 ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
    ];
    peer.send(fixture.sipPort, lines, body);
  }

  async function waiting(count: number): Promise<void> {
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_pending_requests"), count), { timeoutMs: 2_000 });
  }

  async function gone(application: WireClient): Promise<void> {
    application.close();
    await eventually(() => assert.equal(fixture.gauge("tandem_wire_applications"), 0), { timeoutMs: 2_000 });
  }

  async function answer(application: WireClient, method: string): Promise<void> {
    const { tokens } = await application.takeSip(method);
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
  }

  it("given an edge that has just started, when requests come before the application, then it is offered them", async () => {
    send("INVITE", "call");
    await peer.take("SIP/2.0 100");
    send("REGISTER", "registration");
    await waiting(2);
    const application = await fixture.application("invite", "register");
    await answer(application, "INVITE");
    await answer(application, "REGISTER");
    const replies = [await peer.take("SIP/2.0 200"), await peer.take("SIP/2.0 200")];
    assert.deepEqual(replies.map((reply) => headerOf(reply, "Call-ID")).sort(), ["call", "registration"]);
  });

  it("given an application that has gone, when a call comes before it is back, then it is offered the call", async () => {
    await gone(await fixture.application("invite"));
    send("INVITE", "call");
    await peer.take("SIP/2.0 100");
    await answer(await fixture.application("invite"), "INVITE");
    await peer.take("SIP/2.0 200");
  });

  it("given an application that ends its side and reads no more, when a call comes, then it waits for the next one, and the edge can be ended", async () => {
    const application = await fixture.application("invite");
    application.leaveUnread(UNREAD_OCTETS);
    await eventually(() => assert.equal(fixture.gauge("tandem_wire_applications"), 0), { timeoutMs: 2_000 });
    send("INVITE", "call");
    await waiting(1);
    await answer(await fixture.application("invite"), "INVITE");
    await peer.take("SIP/2.0 200");
    await fixture.edge.close();
  });

  it("given one that does not come back, when four seconds have passed, then who waits gets 503, and who comes later at once", async () => {
    await gone(await fixture.application("invite"));
    send("INVITE", "early");
    await waiting(1);
    clock.advance(4_000);
    const early = await peer.take("SIP/2.0 503");
    assert.deepEqual([headerOf(early, "Call-ID"), headerOf(early, "Retry-After")], ["early", "2"]);
    send("INVITE", "late");
    assert.equal(headerOf(await peer.take("SIP/2.0 503"), "Call-ID"), "late");
    assert.equal(fixture.gauge("tandem_sip_pending_requests"), 0);
  });

  it("given a call that waits, when its caller gives up, then it gets 487, and no application hears of it", async () => {
    send("INVITE", "call");
    await peer.take("SIP/2.0 100");
    send("CANCEL", "call");
    await peer.take("SIP/2.0 487");
    const application = await fixture.application("invite");
    await application.ask("ping");
    assert.deepEqual(application.frames, []);
  });

  it("given an application that comes without a verb, when a request waits for that, then it still waits, and gets 503 in the end", async () => {
    send("MESSAGE", "text");
    await waiting(1);
    const application = await fixture.application("invite");
    await application.ask("ping");
    assert.deepEqual(application.frames, []);
    clock.advance(4_000);
    await peer.take("SIP/2.0 503");
  });

  it("given an application of another verb that comes and goes, when a call comes, then nobody is awaited for it", async () => {
    clock.advance(4_000);
    await gone(await fixture.application("message"));
    send("INVITE", "call");
    await peer.take("SIP/2.0 503");
  });

  it("given an application that takes calls no more, when one comes, then nobody is awaited for it", async () => {
    const application = await fixture.application("invite");
    await application.ask("remove_route|invite");
    send("INVITE", "call");
    await peer.take("SIP/2.0 503");
  });

  it("given calls that wait, when there are a thousand, then the next one gets 503 at once, and an application all that wait", async () => {
    for (let count = 0; count < 1_000; count += 100) {
      for (let index = count; index < count + 100; index += 1) send("INVITE", `call-${index}`);
      await waiting(count + 100);
    }
    send("INVITE", "one-more");
    assert.equal(headerOf(await peer.take("SIP/2.0 503"), "Call-ID"), "one-more");
    const application = await fixture.application("invite");
    for (let index = 0; index < 1_000; index += 1) {
      assert.equal(headerOf((await application.takeSip("INVITE")).text, "Call-ID"), `call-${index}`);
    }
  });

  it("given texts that wait, when there are eight megabytes of them, then the next one gets 503 at once", async () => {
    const text = "x".repeat(50_000);
    for (let index = 0; index < 160; index += 1) {
      send("MESSAGE", `text-${index}`, `text-${index}`, text);
      await waiting(index + 1);
    }
    for (let index = 160; index < 170; index += 1) send("MESSAGE", `text-${index}`, `text-${index}`, text);
    await peer.take("SIP/2.0 503");
    assert.ok(fixture.gauge("tandem_sip_pending_requests") < 168);
  });

  it("given a call that waits, when the edge ends, then its caller gets 503", async () => {
    send("INVITE", "call");
    await peer.take("SIP/2.0 100");
    await fixture.edge.close();
    await peer.take("SIP/2.0 503");
  });

  it("given an application that takes records, when a call has waited, then it is told of the attempt, too", async () => {
    send("INVITE", "call");
    await peer.take("SIP/2.0 100");
    const application = await fixture.application("cdr:attempt", "invite");
    const attempt = await application.take(({ tokens }) => tokens[1] === "cdr:attempt");
    assert.equal((await application.takeSip("INVITE")).text, attempt.text);
  });

  it("given nobody yet, when somebody asks whether anybody is there, then 503 at once", async () => {
    send("OPTIONS", "probe");
    await peer.take("SIP/2.0 503");
  });

  it("given calls that waited when the edge was killed, when it is back, then their callers get 503", async () => {
    send("INVITE", "call");
    await peer.take("SIP/2.0 100");
    await fixture.restartAsKilled(() => peer.received.splice(0));
    assert.equal(headerOf(await peer.take("SIP/2.0 503"), "Call-ID"), "call");
  });
});
