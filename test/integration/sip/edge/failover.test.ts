import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { DnsServer } from "../../../support/dns-server.ts";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { freePort } from "../../../support/free-port.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";
const NAME = "pbx.test";
const ID = "11111111-1111-4111-8111-111111111111";
const SOON = { timeoutMs: 2_000, intervalMs: 5 };

describe("SipEdge: a name with several targets", () => {
  let clock: ManualClock;
  let dns: DnsServer;
  let fixture: EdgeFixture;
  let first: SipPeer;
  let second: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    dns = await DnsServer.start({ "host.test": { addresses: ["127.0.0.1"] } });
    fixture = await EdgeFixture.startOn({ dns: { servers: [dns.address], failoverSeconds: 4 } }, clock);
    [first, second] = [await SipPeer.start(), await SipPeer.start()];
    application = await fixture.application("invite");
    serve(first.port, second.port);
  });
  afterEach(async () => {
    await first.close();
    await second.close();
    await fixture.stop();
    await dns.close();
  });

  function serve(...ports: readonly number[]): void {
    const services = ports.map((port, priority) => ({ priority, weight: 0, port, target: "host.test" }));
    dns.zone.set(`_sip._udp.${NAME}`, { services });
  }

  async function send(method = "INVITE", uri = `sip:1002@${NAME}`): Promise<string> {
    const body = method === "INVITE" ? SDP : "";
    const reply = await application.ask(`sip||\r\n${method} ${uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${body}`);
    assert.equal(reply.tokens[0], "OK", reply.tokens.join("|"));
    return reply.tokens[7] ?? "";
  }

  /** The second target answers and is acknowledged: the call stands there. */
  async function answeredBySecond(invite: string): Promise<void> {
    second.respond(fixture.sipPort, invite, "200 OK", "second", [`Contact: <${second.uri}>`], SDP);
    const ok = await application.takeSip("SIP/2.0 200");
    await application.ask(`sip||${ok.tokens[9]}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    assert.match(headerOf(await second.take("ACK"), "To"), /tag=second/);
  }

  /** The first target hears the INVITE again and again, and says nothing for 4 s. */
  async function staySilent(): Promise<void> {
    for (const waitMs of [500, 1_000, 2_000]) {
      clock.advance(waitMs);
      await first.take("INVITE");
    }
    clock.advance(499);
    await setImmediate();
    assert.deepEqual(second.received, []);
    clock.advance(1);
  }

  const identity = (text: string): string[] => ["Call-ID", "From", "To", "CSeq"].map((name) => headerOf(text, name));

  it("given a 503, when there is another target, then the same request goes there with another branch, and its answer counts", async () => {
    const txnId = await send();
    const refused = await first.take("INVITE");
    first.respond(fixture.sipPort, refused, "503 Service Unavailable", "first");
    const invite = await second.take("INVITE");
    assert.deepEqual(identity(invite), identity(refused));
    assert.notEqual(headerOf(invite, "Via"), headerOf(refused, "Via"));
    assert.match(headerOf(await first.take("ACK"), "To"), /tag=first/);
    second.respond(fixture.sipPort, invite, "180 Ringing", "second");
    assert.equal((await application.takeSip("SIP/2.0 180")).tokens[8], txnId);
    await answeredBySecond(invite);
    assert.equal(
      application.frames.some(({ text }) => text.startsWith("SIP/2.0 503")),
      false,
    );
    assert.equal(fixture.gauge("tandem_sip_failovers_total"), 1);
  });

  it("given a target that said 503 with Retry-After, when others call, then they go to the next first until that is over", async () => {
    await send();
    first.respond(fixture.sipPort, await first.take("INVITE"), "503 Service Unavailable", "a", ["Retry-After: 100"]);
    second.respond(fixture.sipPort, await second.take("INVITE"), "486 Busy Here", "b");
    await application.takeSip("SIP/2.0 486");
    await send();
    second.respond(fixture.sipPort, await second.take("INVITE"), "486 Busy Here", "b");
    await application.takeSip("SIP/2.0 486");
    clock.advance(100_000);
    await send();
    first.respond(fixture.sipPort, await first.take("INVITE"), "486 Busy Here", "a");
    await application.takeSip("SIP/2.0 486");
  });

  for (const status of ["486 Busy Here", "500 Server Internal Error", "603 Decline"]) {
    it(`given ${status}, when there is another target, then the call goes to no other`, async () => {
      await send();
      first.respond(fixture.sipPort, await first.take("INVITE"), status, "first");
      await application.takeSip(`SIP/2.0 ${status.slice(0, 3)}`);
      await first.take("ACK");
      assert.deepEqual(second.received, []);
    });
  }

  it("given a target that rang, when it says 503 then, then the application is told", async () => {
    await send();
    const invite = await first.take("INVITE");
    first.respond(fixture.sipPort, invite, "180 Ringing", "first");
    await application.takeSip("SIP/2.0 180");
    first.respond(fixture.sipPort, invite, "503 Service Unavailable", "first");
    await application.takeSip("SIP/2.0 503");
    assert.deepEqual(second.received, []);
  });

  it("given silence for the time that is configured, when there is another target, then the call goes there", async () => {
    await send();
    await first.take("INVITE");
    await staySilent();
    const invite = await second.take("INVITE");
    await answeredBySecond(invite);
  });

  it("given a silent target that wakes up, when it rings, then it is cancelled, and the call goes on at the other", async () => {
    await send();
    const silent = await first.take("INVITE");
    await staySilent();
    const invite = await second.take("INVITE");
    second.respond(fixture.sipPort, invite, "180 Ringing", "second");
    await application.takeSip("SIP/2.0 180");
    first.respond(fixture.sipPort, silent, "180 Ringing", "first");
    const cancel = await first.take("CANCEL");
    assert.equal(headerOf(cancel, "Via"), headerOf(silent, "Via"));
    first.respond(fixture.sipPort, silent, "487 Request Terminated", "first");
    await first.take("ACK");
    await answeredBySecond(invite);
    assert.equal(application.frames.length, 0);
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
  });

  it("given a silent target that answers after all, when the call is up elsewhere, then that session is ended, and only it", async () => {
    await send();
    const silent = await first.take("INVITE");
    await staySilent();
    await answeredBySecond(await second.take("INVITE"));
    first.respond(fixture.sipPort, silent, "200 OK", "first", [`Contact: <${first.uri}>`], SDP);
    assert.match(headerOf(await first.take("ACK"), "To"), /tag=first/);
    first.respond(fixture.sipPort, await first.take("BYE"), "200 OK", "");
    first.respond(fixture.sipPort, silent, "200 OK", "first", [`Contact: <${first.uri}>`], SDP);
    assert.match(headerOf(await first.take("ACK"), "To"), /tag=first/);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
    assert.equal(application.frames.length, 0);
    assert.deepEqual([first.received, second.received], [[], []]);
  });

  it("given a target that only says 100, when the time for a sign is over, then it keeps the call", async () => {
    await send();
    const invite = await first.take("INVITE");
    first.respond(fixture.sipPort, invite, "100 Trying", "");
    await eventually(() => assert.ok(fixture.gauge("tandem_sip_transaction_timers") === 0), {
      timeoutMs: 2_000,
      intervalMs: 2,
    });
    clock.advance(10_000);
    await setImmediate();
    assert.deepEqual(second.received, []);
  });

  it("given a port that nobody listens on, when the host says so, then the call goes to the next target", async () => {
    serve(await freePort(), second.port);
    await send();
    await eventually(
      () => {
        clock.advance(100);
        if (!second.received.some((text) => text.startsWith("INVITE"))) throw new Error("no INVITE yet");
      },
      { timeoutMs: 3_000, intervalMs: 5 },
    );
    await answeredBySecond(await second.take("INVITE"));
  });

  it("given a connection that is refused, when the next target is one of UDP, then the call goes there", async () => {
    const closed = { priority: 0, weight: 0, port: await freePort(), target: "host.test" };
    dns.zone.set("t.test", { services: [closed] });
    dns.zone.set(NAME, {
      pointers: [
        { order: 1, preference: 1, service: "SIP+D2T", replacement: "t.test" },
        { order: 2, preference: 1, service: "SIP+D2U", replacement: `_sip._udp.${NAME}` },
      ],
    });
    serve(second.port);
    await send();
    const invite = await second.take("INVITE");
    assert.match(headerOf(invite, "Via"), /^SIP\/2\.0\/UDP /);
    await answeredBySecond(invite);
  });

  it("given a call on its way to the next target, when the application cancels it, then that target gets the CANCEL", async () => {
    const txnId = await send();
    first.respond(fixture.sipPort, await first.take("INVITE"), "503 Service Unavailable", "first");
    const invite = await second.take("INVITE");
    second.respond(fixture.sipPort, invite, "100 Trying", "");
    const reply = await application.ask(`sip|${txnId}|\r\nCANCEL sip:1002@${NAME} SIP/2.0\r\n\r\n`);
    assert.equal(reply.tokens[0], "OK");
    const cancel = await second.take("CANCEL");
    assert.equal(headerOf(cancel, "Via"), headerOf(invite, "Via"));
    second.respond(fixture.sipPort, invite, "487 Request Terminated", "second");
    await application.takeSip("SIP/2.0 487");
    assert.deepEqual(
      first.received.filter((text) => text.startsWith("CANCEL")),
      [],
    );
  });

  it("given a call that was cancelled, when its target says 503 or is silent, then it goes to no other", async () => {
    const txnId = await send();
    const invite = await first.take("INVITE");
    await application.ask(`sip|${txnId}|\r\nCANCEL sip:1002@${NAME} SIP/2.0\r\n\r\n`);
    await staySilent();
    first.respond(fixture.sipPort, invite, "503 Service Unavailable", "first");
    await application.takeSip("SIP/2.0 503");
    assert.deepEqual(second.received, []);
  });

  it("given targets that all say 503, when the last has, then the application is told, and nothing is left", async () => {
    await send();
    first.respond(fixture.sipPort, await first.take("INVITE"), "503 Service Unavailable", "first");
    second.respond(fixture.sipPort, await second.take("INVITE"), "503 Service Unavailable", "second");
    assert.match(headerOf((await application.takeSip("SIP/2.0 503")).text, "To"), /tag=second/);
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
  });

  it("given an OPTIONS, when its target is silent, then it goes to no other; after a 503 it does", async () => {
    await send("OPTIONS", `sip:${NAME}`);
    const options = await first.take("OPTIONS");
    clock.advance(8_000);
    await setImmediate();
    assert.deepEqual(second.received, []);
    first.respond(fixture.sipPort, options, "503 Service Unavailable", "first");
    second.respond(fixture.sipPort, await second.take("OPTIONS"), "200 OK", "second");
    await application.takeSip("SIP/2.0 200");
  });

  it("given a request that cannot be sent at all, when it is refused, then its target is not at fault, and no other is tried", async () => {
    const fields = Array.from({ length: 252 }, (_, index) => `X-Field-${index}: 1\r\n`).join("");
    const command = `sip||\r\nINVITE sip:1002@${NAME} SIP/2.0\r\nfrom: sip:1001@localhost\r\n${fields}\r\n${SDP}`;
    assert.equal((await application.ask(command)).tokens[0], "OK");
    await application.takeSip("SIP/2.0 503");
    assert.equal(fixture.gauge("tandem_sip_failovers_total"), 0);
    assert.equal(fixture.gauge("tandem_sip_failing_targets"), 0);
  });

  it("given a name that does not exist, when called, then the application gets 503 that says so", async () => {
    const txnId = await send("INVITE", "sip:1002@nowhere.test");
    const refused = await application.takeSip("SIP/2.0 503");
    assert.equal(refused.tokens[8], txnId);
    assert.equal(headerOf(refused.text, "Warning"), '399 tandem "no address for nowhere.test: there is no such name"');
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
  });

  it("given a dead name server, when a name is called, then it gets 503 within 4 s, and a call to an address is sent at once", async () => {
    dns.isSilent = true;
    const asked = application.ask(
      `sip||\r\nINVITE sip:1002@dead.test SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`,
    );
    await send("INVITE", `sip:1002@127.0.0.1:${second.port}`);
    await second.take("INVITE");
    clock.advance(4_000);
    assert.equal((await asked).tokens[0], "OK");
    const refused = await application.takeSip("SIP/2.0 503");
    assert.match(headerOf(refused.text, "Warning"), /no address for dead\.test: no name server answers in time/);
  });

  it("given a name that is looked up, when the application is gone before there is an answer, then nobody is called", async () => {
    dns.isSilent = true;
    const command = `${ID}|sip||\r\nINVITE sip:1002@${NAME} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`;
    application.sendRaw(`${command.length}#${command}`);
    await eventually(() => assert.ok(dns.asked.includes(`SRV _sip._udp.${NAME}`)), SOON);
    application.close();
    await eventually(() => assert.equal(fixture.gauge("tandem_wire_applications"), 0), SOON);
    dns.isSilent = false;
    // The name server is asked again after a second.
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_names_waiting"), 0), { ...SOON, timeoutMs: 4_000 });
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
    assert.deepEqual(first.received, []);
  });

  describe("of a request that is proxied", () => {
    let caller: SipPeer;
    let third: SipPeer;
    beforeEach(async () => {
      [caller, third] = [await SipPeer.start(), await SipPeer.start()];
      serve(first.port, second.port, third.port);
      caller.send(fixture.sipPort, [
        `INVITE sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${caller.via()}`,
        `From: <${caller.uri}>;tag=caller`,
        "To: <sip:1002@127.0.0.1>",
        "Call-ID: proxied-failover",
        "CSeq: 1 INVITE",
        `Contact: <${caller.uri}>`,
        "Max-Forwards: 70",
      ]);
      const offered = await application.takeSip("INVITE");
      const command = `${ID}|proxy|${offered.tokens[8]}||||serial|||sip:1002@${NAME}`;
      application.sendRaw(`${command.length}#${command}`);
    });
    afterEach(async () => {
      await caller.close();
      await third.close();
    });

    it("given a 503, when the next target rings and answers, then the caller hears of that one only", async () => {
      first.respond(fixture.sipPort, await first.take("INVITE"), "503 Service Unavailable", "first");
      await first.take("ACK");
      const invite = await second.take("INVITE");
      second.respond(fixture.sipPort, invite, "180 Ringing", "second");
      assert.match(headerOf(await caller.take("SIP/2.0 180"), "To"), /tag=second/);
      second.respond(fixture.sipPort, invite, "200 OK", "second", [`Contact: <${second.uri}>`]);
      assert.match(headerOf(await caller.take("SIP/2.0 200"), "To"), /tag=second/);
    });

    it("given silence, when the next target answers, then the silent one is cancelled as soon as it rings", async () => {
      const silent = await first.take("INVITE");
      await staySilent();
      const invite = await second.take("INVITE");
      second.respond(fixture.sipPort, invite, "486 Busy Here", "second");
      await caller.take("SIP/2.0 486");
      first.respond(fixture.sipPort, silent, "180 Ringing", "first");
      assert.equal(headerOf(await first.take("CANCEL"), "Via").split(",")[0], headerOf(silent, "Via").split(",")[0]);
    });

    it("given a silent target that answers after all, when the next rings, then that is cancelled, and no other is tried", async () => {
      const silent = await first.take("INVITE");
      await staySilent();
      const invite = await second.take("INVITE");
      second.respond(fixture.sipPort, invite, "180 Ringing", "second");
      await caller.take("SIP/2.0 180");
      first.respond(fixture.sipPort, silent, "200 OK", "first", [`Contact: <${first.uri}>`]);
      assert.match(headerOf(await caller.take("SIP/2.0 200"), "To"), /tag=first/);
      await second.take("CANCEL");
      second.respond(fixture.sipPort, invite, "503 Service Unavailable", "second");
      await second.take("ACK");
      assert.deepEqual(third.received, []);
    });

    it("given a silent target that answers after all, when the next is silent too, then no other is tried", async () => {
      const silent = await first.take("INVITE");
      await staySilent();
      await second.take("INVITE");
      first.respond(fixture.sipPort, silent, "200 OK", "first", [`Contact: <${first.uri}>`]);
      await caller.take("SIP/2.0 200");
      clock.advance(4_000);
      assert.equal(fixture.gauge("tandem_sip_failovers_total"), 1);
    });
  });
});
