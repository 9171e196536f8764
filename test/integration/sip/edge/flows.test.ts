import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import { StreamPeer } from "../../../support/stream-peer.ts";
import type { WireClient, WireFrame } from "../../../support/wire-client.ts";

describe("SipEdge: flows", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let application: WireClient;
  const peers: (StreamPeer | SipPeer)[] = [];
  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    application = await fixture.application("register", "options");
  });
  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.close();
    await fixture.stop();
  });

  async function connect(): Promise<StreamPeer> {
    const peer = await StreamPeer.connect("tcp", "127.0.0.1", fixture.tcpPort);
    peers.push(peer);
    return peer;
  }

  function register(via: string, contact: string): readonly string[] {
    return [
      "REGISTER sip:127.0.0.1 SIP/2.0",
      `Via: ${via}`,
      "From: <sip:1001@127.0.0.1>;tag=r",
      "To: <sip:1001@127.0.0.1>",
      `Call-ID: ${randomUUID()}`,
      "CSeq: 1 REGISTER",
      "Max-Forwards: 70",
      `Contact: <${contact}>`,
    ];
  }

  /** Registers over a connection; the application says 200 with these lines. Returns the token of the flow. */
  async function registered(peer: StreamPeer, ...lines: string[]): Promise<string> {
    peer.send(register(`SIP/2.0/TCP ${peer.place};branch=${peer.branch()}`, `sip:1001@${peer.place};transport=tcp`));
    return accepted(await application.takeSip("REGISTER"), lines, () => peer.take("SIP/2.0 200"));
  }

  async function accepted(offered: WireFrame, lines: readonly string[], done: () => Promise<string>): Promise<string> {
    const { tokens, text } = offered;
    const head = ["SIP/2.0 200 OK", ...lines, "Content-Length: 0", "", ""].join("\r\n");
    await application.ask(`sip|${tokens[8]}|\r\n${head}`);
    await done();
    return headerOf(text, "X-Tandem-Flow");
  }

  /** Sends OPTIONS by way of a next hop. */
  async function options(nextHop: string): Promise<void> {
    const draft = "OPTIONS sip:1001@10.0.0.5 SIP/2.0\r\nContent-Length: 0\r\n\r\n";
    const { tokens } = await application.ask(`sip|||${nextHop}\r\n${draft}`);
    assert.equal(tokens[0], "OK");
  }

  const overFlow = (token: string, place: string): string => `sip:${token}@${place};transport=tcp`;

  it("given the token of a connection, when a request names it, then it goes over that, whatever the address", async () => {
    const [phone, other] = [await connect(), await connect()];
    const token = await registered(phone);
    await options(overFlow(token, other.place));
    phone.respond(await phone.take("OPTIONS"), "200 OK");
    assert.match((await application.takeSip("SIP/2.0 200")).text, /OPTIONS/);
  });

  it("given a connection that is gone, when a request names it, then 430 at once, and nobody else gets it", async () => {
    const [phone, other] = [await connect(), await connect()];
    const token = await registered(phone);
    await registered(other);
    phone.close();
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_connections"), 1), { timeoutMs: 2_000 });
    await options(overFlow(token, other.place));
    const { tokens, text } = await application.takeSip("SIP/2.0 430");
    assert.match(text, /^SIP\/2\.0 430 Flow Failed\r\n/);
    assert.deepEqual(tokens.slice(3, 7), ["0", "tcp", "", "0"]);
    await assert.rejects(other.take("OPTIONS", 50));
  });

  it("given a request without an answer, when its connection ends, then 430 at once, and none once there was one", async () => {
    const phone = await connect();
    const token = await registered(phone);
    await options(overFlow(token, phone.place));
    await phone.take("OPTIONS");
    await options(overFlow(token, phone.place));
    phone.respond(await phone.take("OPTIONS"), "182 Queued");
    await application.takeSip("SIP/2.0 182");
    phone.close();
    await application.takeSip("SIP/2.0 430");
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_connections"), 0), { timeoutMs: 2_000 });
    await assert.rejects(application.take(({ text }) => text.startsWith("SIP/2.0 430"), 50));
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 1);
  });

  it("given another edge, when the token of a connection before it is used, then 430", async () => {
    const token = await registered(await connect());
    clock.advance(1);
    await fixture.restart();
    application = await fixture.application("options");
    await options(overFlow(token, `127.0.0.1:${(await connect()).port}`));
    await application.takeSip("SIP/2.0 430");
  });

  it("given UDP, when a request names the flow after a restart, then it goes there from the same port", async () => {
    const phone = await SipPeer.start();
    peers.push(phone);
    phone.send(fixture.sipPort, register(phone.via(), "sip:1001@10.0.0.5"));
    const token = await accepted(await application.takeSip("REGISTER"), [], () => phone.take("SIP/2.0 200"));
    await fixture.restart();
    application = await fixture.application("options");
    await options(`sip:${token}@10.0.0.5:9`);
    const request = await phone.take("OPTIONS");
    assert.match(headerOf(request, "Via"), new RegExp(`127\\.0\\.0\\.1:${fixture.sipPort};`));
  });

  it("given a flow that the network names, when it is offered, then the application gets the true one only", async () => {
    const phone = await connect();
    const token = await registered(await connect());
    const lines = register(`SIP/2.0/TCP ${phone.place};branch=${phone.branch()}`, "sip:1001@10.0.0.5");
    phone.send([...lines, `X-Tandem-Flow: ${token}`]);
    const { text } = await application.takeSip("REGISTER");
    assert.equal(text.split(token).length, 1);
    assert.equal(text.match(/x-tandem-flow/gi)?.length, 1);
  });

  describe("that fall silent", () => {
    it("given a Flow-Timer, when the phone sends keep-alives, then it stays, and 30 s after one is missing it goes", async () => {
      const phone = await connect();
      const token = await registered(phone, "Contact: <sip:1001@h>;expires=3600", "Flow-Timer: 120");
      for (let round = 0; round < 3; round += 1) {
        clock.advance(115_000);
        phone.write("\r\n\r\n");
        await eventually(() => assert.equal(keepAlives(), round + 1), { timeoutMs: 2_000, intervalMs: 5 });
      }
      clock.advance(149_000);
      // What we send is no sign of life.
      const { place } = phone;
      await options(overFlow(token, place));
      await phone.take("OPTIONS");
      clock.advance(1_500);
      await phone.closed();
      await options(overFlow(token, place));
      await application.takeSip("SIP/2.0 430");
    });

    it("given none, when the phone is silent until its contact has ended, then only then it goes", async () => {
      const phone = await connect();
      await registered(phone, "Contact: <sip:1001@h>;expires=3600");
      clock.advance(3_629_000);
      assert.equal(fixture.gauge("tandem_sip_connections"), 1);
      clock.advance(1_500);
      await phone.closed();
    });
  });

  function keepAlives(): number {
    const samples = fixture.edge.metrics().filter(({ name }) => name === "tandem_sip_keepalives_received_total");
    return samples.reduce((sum, { value }) => sum + value, 0);
  }
});
