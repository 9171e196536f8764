import assert from "node:assert/strict";
import type { ImportedDialog } from "../../../../src/sip/dialog/index.ts";
import { EdgeFixture, SECRET } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import { WireClient } from "../../../support/wire-client.ts";

describe("SipEdge: dialogs that change hands", () => {
  let fixture: EdgeFixture;
  let peer: SipPeer;
  const clients: WireClient[] = [];

  beforeEach(async () => {
    fixture = await EdgeFixture.startOn({ limits: { maxDialogs: 3 } });
    peer = await SipPeer.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await peer.close();
    await fixture.stop();
  });

  async function named(tag: string): Promise<WireClient> {
    const client = await WireClient.connect(fixture.edge.wirePort);
    clients.push(client);
    await client.ask(`authenticate|${SECRET}|${tag}`);
    for (const verb of ["invite", "bye", "info"]) await client.ask(`route|${verb}`);
    return client;
  }

  async function kill(client: WireClient): Promise<void> {
    client.close();
    await client.closed();
  }

  function send(method: string, callId: string, to: string, cseq: number): void {
    peer.send(fixture.sipPort, [
      `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=from`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <${peer.uri}>`,
    ]);
  }

  /** A call that an application has answered; the To value with our tag. */
  async function established(application: WireClient, callId: string): Promise<string> {
    send("INVITE", callId, "<sip:1002@127.0.0.1>", 1);
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    const to = headerOf(await peer.take("SIP/2.0 200"), "To");
    send("ACK", callId, to, 1);
    await application.takeSip("ACK");
    return to;
  }

  async function answered(application: WireClient, method: string): Promise<string | undefined> {
    const { tokens } = await application.takeSip(method);
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.take("SIP/2.0 200");
    return tokens[9];
  }

  function described(callId: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const dialog: ImportedDialog = {
      role: "uas",
      callId,
      localTag: "ours",
      remoteTag: "from",
      local: "<sip:1002@127.0.0.1>;tag=ours",
      remote: `<${peer.uri}>;tag=from`,
      localCseq: 70,
      remoteCseq: 3,
      remoteTarget: peer.uri,
      protocol: "udp",
    };
    return { ...dialog, ...changes };
  }

  async function imports(client: WireClient, ...dialogs: readonly unknown[]): Promise<string> {
    const { tokens, text } = await client.ask(`import\r\n${JSON.stringify(dialogs)}`);
    return `${tokens.join("|")}${text === "" ? "" : ` ${text}`}`;
  }

  it("given an application that is gone, when another claims its instance id, then it gets the requests and no third does", async () => {
    const owner = await named("node-1");
    const to = await established(owner, "kept");
    await kill(owner);
    const [other, heir] = [await named("node-2"), await named("node-3")];
    assert.deepEqual((await heir.ask("claim|instance|node-1")).tokens, ["OK", "1"]);
    for (const cseq of [2, 3, 4]) {
      send("INFO", "kept", to, cseq);
      assert.equal(await answered(heir, "INFO"), "kept;from-tag=from");
    }
    assert.deepEqual(other.frames, []);
  });

  it("given an instance that is connected, when another claims it or its dialogs, then both are refused", async () => {
    const owner = await named("node-1");
    await established(owner, "kept");
    const other = await named("node-2");
    assert.deepEqual((await other.ask("claim|instance|node-1")).tokens, ["NOK", "instance is connected"]);
    const { tokens, text } = await other.ask("claim|dialogs\r\nkept;from-tag=from\r\nnever;from-tag=seen");
    assert.deepEqual(tokens, ["OK", "0", "1", "1"]);
    const { memoryId, ...lists } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    assert.deepEqual(lists, { unknown: ["never;from-tag=seen"], refused: ["kept;from-tag=from"] });
    assert.match(String(memoryId), /^[0-9a-f-]{36}$/);
  });

  it("given an edge that restarts, when it is asked, then it has the same memory id with its files and another without", async () => {
    const memories: unknown[] = [];
    for (const restart of [
      () => fixture.restart(),
      () => fixture.restartAsKilled(() => undefined),
      () => fixture.restartAsKilled(() => fixture.forget()),
    ]) {
      const { text } = await (await named("node-1")).ask("claim|dialogs");
      memories.push((JSON.parse(text) as { memoryId: unknown }).memoryId);
      await restart();
    }
    const { text } = await (await named("node-1")).ask("claim|dialogs");
    memories.push((JSON.parse(text) as { memoryId: unknown }).memoryId);
    assert.deepEqual(
      memories.map((memory) => memories.indexOf(memory)),
      [0, 0, 0, 3],
    );
  });

  it("given a request that waits for an application that is gone, when its dialog is claimed, then it is offered at once", async () => {
    const owner = await WireClient.authenticated(fixture.edge.wirePort, SECRET, ["invite", "ack"]);
    clients.push(owner);
    const to = await established(owner, "kept");
    await kill(owner);
    send("BYE", "kept", to, 2);
    const heir = await WireClient.authenticated(fixture.edge.wirePort, SECRET);
    clients.push(heir);
    assert.deepEqual((await heir.ask("claim|instance|")).tokens, ["OK", "1"]);
    await answered(heir, "BYE");
  });

  it("given claims that make no sense, when they come, then each is refused by its text", async () => {
    const client = await named("node-1");
    for (const [command, reason] of [
      ["claim", "invalid claim: expected instance or dialogs"],
      ["claim|everything", "invalid claim: expected instance or dialogs"],
      [`claim|dialogs\r\n${"a\r\n".repeat(1_001)}`, "invalid claim: more than 1000 dialogs"],
      ["import", "invalid import: not a JSON array"],
      ['import\r\n{"a":1}', "invalid import: not a JSON array"],
      [`import\r\n[${"{},".repeat(256)}{}]`, "invalid import: more than 256 dialogs"],
    ]) {
      assert.deepEqual((await client.ask(command ?? "")).tokens, ["NOK", reason]);
    }
  });

  it("given an edge without its files, when an application imports a dialog, then requests go both ways as before", async () => {
    const first = await named("node-1");
    const to = await established(first, "kept");
    await kill(first);
    await fixture.restartAsKilled(() => fixture.forget());
    const heir = await named("node-1");
    const localTag = to.split("tag=")[1] ?? "";
    const dialog = described("kept", { localTag, local: to });
    assert.equal(await imports(heir, dialog), 'OK|1|0|0 {"refused":[]}');
    const { tokens } = await heir.ask("sip||kept;from-tag=from|\r\nINFO sip:placeholder SIP/2.0\r\n\r\n");
    assert.equal(tokens[0], "OK");
    const info = await peer.take("INFO");
    assert.deepEqual(
      ["CSeq", "From", "To", "Call-ID"].map((name) => headerOf(info, name)),
      ["71 INFO", to, `<${peer.uri}>;tag=from`, "kept"],
    );
    peer.respond(fixture.sipPort, info, "200 OK", "");
    send("BYE", "kept", to, 4);
    assert.equal(await answered(heir, "BYE"), "kept;from-tag=from");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given an imported dialog, when it is imported again and the edge restarts, then it is there once, with the edge's own CSeq", async () => {
    const client = await named("node-1");
    assert.match(await imports(client, described("kept")), /^OK\|1\|0\|0/);
    assert.match(await imports(client, described("kept", { localCseq: 5 })), /^OK\|0\|1\|0/);
    await fixture.restart();
    const again = await named("node-1");
    assert.deepEqual((await again.ask("claim|dialogs\r\nkept;from-tag=from")).tokens, ["OK", "1", "0", "0"]);
    await again.ask("sip||kept;from-tag=from|\r\nINFO sip:placeholder SIP/2.0\r\n\r\n");
    assert.equal(headerOf(await peer.take("INFO"), "CSeq"), "1071 INFO");
  });

  it("given dialogs that cannot be taken, when they are imported with one that can, then that is and each other says why", async () => {
    const [client, other] = [await named("node-1"), await named("node-2")];
    await imports(other, described("others"));
    const bad: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ role: "proxy" }, "invalid dialog: role"],
      [{ callId: "with space" }, "invalid dialog: callId"],
      [{ localTag: "" }, "invalid dialog: localTag"],
      [{ remoteTag: undefined }, "invalid dialog: remoteTag"],
      [{ local: "<sip:1002@127.0.0.1>;tag=another" }, "invalid dialog: local"],
      [{ remote: `<${peer.uri}>;tag=from\r\nX: y` }, "invalid dialog: remote"],
      [{ localCseq: 2 ** 31 - 1 }, "invalid dialog: localCseq"],
      [{ remoteCseq: -2 }, "invalid dialog: remoteCseq"],
      [{ inviteCseq: 1.5 }, "invalid dialog: inviteCseq"],
      [{ remoteTarget: "tel:1002" }, "invalid dialog: remoteTarget"],
      [{ routeSet: ["sip:a.example;lr"] }, "invalid dialog: routeSet"],
      [{ routeSet: Array(65).fill("<sip:a.example;lr>") }, "invalid dialog: routeSet"],
      [{ localContact: "<<" }, "invalid dialog: localContact"],
      [{ nextHop: "sip:a.example" }, "invalid dialog: nextHop"],
      [{ session: { intervalSeconds: 10, refresher: "local" } }, "invalid dialog: session"],
      [{ allow: ["IN VITE"] }, "invalid dialog: allow"],
      [{ body: "x".repeat(16_385) }, "invalid dialog: body"],
      [{ protocol: "sctp" }, "invalid dialog: protocol"],
      [{ protocol: "tls" }, "requested protocol/transport not available"],
      [{ admin: true }, "invalid dialog: unknown field"],
      [{ callId: "others" }, "dialog belongs to another application"],
    ];
    const dialogs = [...bad.map(([changes]) => described("bad", changes)), null, described("good")];
    const reply = await imports(client, ...dialogs, described("good", { localTag: "t", local: "<sip:a@b>;tag=t" }));
    assert.match(reply, new RegExp(`^OK\\|1\\|0\\|${bad.length + 2} `));
    const { refused } = JSON.parse(reply.slice(reply.indexOf(" "))) as { refused: { index: number; reason: string }[] };
    assert.deepEqual(refused, [
      ...bad.map(([, reason], index) => ({ index, reason })),
      { index: bad.length, reason: "invalid dialog: not an object" },
      { index: bad.length + 2, reason: "dialog is known with other tags" },
    ]);
  });

  it("given as many dialogs as there may be, when one more is imported, then it is refused", async () => {
    const client = await named("node-1");
    const reply = await imports(client, ...["a", "b", "c", "d"].map((callId) => described(callId)));
    assert.equal(reply, 'OK|3|0|1 {"refused":[{"index":3,"reason":"dialog limit reached"}]}');
  });

  it("given an imported dialog with a route set and a refresh that is ours, when it is taken up, then the refresh goes by the route", async () => {
    const client = await named("node-1");
    const route = `<sip:127.0.0.1:${peer.port};lr>`;
    const dialog = described("kept", {
      remoteTarget: "sip:1001@192.0.2.1",
      routeSet: [route],
      session: { intervalSeconds: 90, refresher: "local", ageSeconds: 80 },
      allow: ["UPDATE"],
    });
    assert.match(await imports(client, dialog), /^OK\|1/);
    const update = await peer.take("UPDATE sip:1001@192.0.2.1 ");
    assert.equal(headerOf(update, "Route"), route);
    assert.match(headerOf(update, "Session-Expires"), /^90;refresher=uac/);
  });

  it("given sessions of unknown age whose refresh is ours, when they are imported, then a short one is refreshed soon, a long one later", async () => {
    const clock = new ManualClock(Date.now());
    const timed = await EdgeFixture.start(clock);
    try {
      const client = await timed.application("bye");
      const session = (intervalSeconds: number): object => ({ intervalSeconds, refresher: "local" });
      const short = described("short", { session: session(90), allow: ["UPDATE"] });
      const long = described("long", { session: session(1_800), allow: ["UPDATE"] });
      assert.match(await imports(client, short, long), /^OK\|2/);
      clock.advance(2_000);
      assert.equal(timed.gauge("tandem_sip_dialogs"), 2);
      clock.advance(3_000);
      const update = await peer.take("UPDATE");
      assert.equal(headerOf(update, "Call-ID"), "short");
      peer.respond(timed.sipPort, update, "200 OK", "", ["Session-Expires: 1800;refresher=uas"]);
      clock.advance(200_000);
      assert.deepEqual(
        peer.received.filter((text) => text.startsWith("UPDATE") && headerOf(text, "Call-ID") === "long"),
        [],
      );
      clock.advance(250_000);
      await eventually(
        () =>
          assert.ok(peer.received.some((text) => text.startsWith("UPDATE") && headerOf(text, "Call-ID") === "long")),
        { timeoutMs: 2_000, intervalMs: 5 },
      );
    } finally {
      await timed.stop();
    }
  });

  it("given an edge that no application has come to yet, when a request of an unknown dialog comes, then it waits for one", async () => {
    send("BYE", "before", "<sip:1002@127.0.0.1>;tag=ours", 2);
    await eventually(() => assert.equal(fixture.gauge("tandem_sip_pending_requests"), 1), {
      timeoutMs: 2_000,
      intervalMs: 5,
    });
    assert.deepEqual(peer.received, []);
    const client = await named("node-1");
    assert.equal(await answered(client, "BYE"), "before;from-tag=from");
  });
});
