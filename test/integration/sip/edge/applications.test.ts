import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually.ts";
import { EdgeFixture, SECRET } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import { WireClient } from "../../../support/wire-client.ts";

describe("SipEdge: several applications", () => {
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let clock: ManualClock;

  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function send(method: string, callId: string, to = "<sip:1002@127.0.0.1>", cseq = 1): void {
    peer.send(fixture.sipPort, [
      `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=from`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
    ]);
  }

  const count = ({ frames }: WireClient, method: string): number => {
    return frames.filter(({ text }) => text.startsWith(method)).length;
  };

  async function named(...tags: string[]): Promise<WireClient> {
    const client = await WireClient.connect(fixture.edge.wirePort);
    await client.ask(`authenticate|${SECRET}|${tags.join(",")}`);
    for (const verb of ["invite", "bye", "info"]) await client.ask(`route|${verb}`);
    return client;
  }

  /** The edge has seen that one of two applications is gone. */
  async function applicationGone(): Promise<void> {
    await eventually(() => assert.equal(fixture.gauge("tandem_wire_applications"), 1), { timeoutMs: 2_000 });
  }

  async function established(application: WireClient, callId: string): Promise<string> {
    send("INVITE", callId);
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    const to = headerOf(await peer.take("SIP/2.0 200"), "To");
    send("ACK", callId, to);
    await application.takeSip("ACK");
    return to;
  }

  it("given three that take a verb, when requests come, then each gets a third, however often it routed", async () => {
    const clients = [
      await fixture.application("message", "message", "message"),
      await fixture.application("options", "message"),
      await fixture.application("message"),
    ];
    for (let index = 0; index < 9; index += 1) send("MESSAGE", `m${index}`);
    send("OPTIONS", "o");
    await clients[1]?.takeSip("OPTIONS");
    for (const client of clients) await client.ask("ping");
    assert.deepEqual(
      clients.map((client) => count(client, "MESSAGE")),
      [3, 3, 3],
    );
  });

  it("given a route is removed, when requests come, then the others get them, and none does when none is left", async () => {
    const one = await fixture.application("message");
    const two = await fixture.application("message");
    await one.ask("remove_route|message");
    for (const callId of ["a", "b"]) send("MESSAGE", callId);
    await two.takeSip("MESSAGE");
    await two.takeSip("MESSAGE");
    await two.ask("remove_route|message");
    send("MESSAGE", "c");
    await peer.take("SIP/2.0 503");
    assert.deepEqual(one.frames, []);
  });

  it("given a dialog, when its application comes back under its instance id, then it gets the requests and no other", async () => {
    const owner = await named("node-1", "calls");
    const to = await established(owner, "kept");
    const other = await named("node-2");
    owner.close();
    await owner.closed();
    const again = await named("node-1");
    for (const cseq of [2, 3, 4]) {
      send("INFO", "kept", to, cseq);
      const { tokens } = await again.takeSip("INFO");
      await again.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
      await peer.take("SIP/2.0 200");
    }
    assert.deepEqual(other.frames, []);
    for (const client of [other, again]) client.close();
  });

  it("given the edge was restarted, when the owner is back among others, then the dialog is its own", async () => {
    const owner = await named("node-1");
    const to = await established(owner, "kept");
    await fixture.restart();
    const other = await named("node-2");
    const again = await named("node-1");
    send("BYE", "kept", to, 2);
    await again.takeSip("BYE");
    assert.deepEqual(other.frames, []);
    for (const client of [owner, other, again]) client.close();
  });

  it("given a dialog whose owner is being started again, when requests come, then they wait for it and no other gets them", async () => {
    const owner = await named("node-1");
    const to = await established(owner, "kept");
    const other = await named("node-2");
    owner.close();
    await applicationGone();
    send("INFO", "kept", to, 2);
    send("BYE", "kept", to, 3);
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_pending_requests"), 2), { timeoutMs: 2_000 });
    const again = await named("node-1");
    await again.takeSip("INFO");
    await again.takeSip("BYE");
    assert.deepEqual(other.frames, []);
    for (const client of [other, again]) client.close();
  });

  it("given a dialog whose owner stays away, when a request has waited for it, then another gets it and keeps it", async () => {
    const owner = await named("node-1");
    const to = await established(owner, "kept");
    const other = await named("node-2");
    owner.close();
    await applicationGone();
    send("INFO", "kept", to, 2);
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_pending_requests"), 1), { timeoutMs: 2_000 });
    clock.advance(4_000);
    await other.takeSip("INFO");
    const again = await named("node-1");
    send("INFO", "kept", to, 3);
    await other.takeSip("INFO");
    assert.deepEqual(again.frames, []);
    for (const client of [other, again]) client.close();
  });

  for (const tags of [Array.from({ length: 21 }, (_, index) => `t${index}`).join(","), "x".repeat(33), "a b", "a,,b"]) {
    it(`given the tags ${tags.slice(0, 40)}, when authenticating, then it is refused`, async () => {
      const client = await WireClient.connect(fixture.edge.wirePort);
      assert.deepEqual((await client.ask(`authenticate|${SECRET}|${tags}`)).tokens, ["NO", "invalid tags"]);
      await client.closed();
    });
  }
});
