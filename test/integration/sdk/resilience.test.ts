import assert from "node:assert/strict";
import { CtiError, type Provider } from "../../../src/sdk/index.ts";
import { Refusal } from "../../support/cti-server.ts";
import { offeredCall, phoneView } from "../../support/cti-samples.ts";
import { eventually } from "../../support/eventually.ts";
import { heard } from "../../support/heard-event.ts";
import { SdkSite } from "../../support/sdk-site.ts";

describe("Provider, when connections break", () => {
  let site: SdkSite;
  beforeEach(() => {
    site = new SdkSite();
  });
  afterEach(() => site.close());

  it("given a session, when its connection breaks, then it is resumed, and no event is missed or told twice", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url], { watch: "all" });
    const seen: number[] = [];
    cti.on("call.userData", ({ seq }) => seen.push(seq));
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "1002") });
    const say = (note: string): void =>
      server.emit({ type: "call.userData", callId: "c1", ver: 2, userData: { note } });
    say("one");
    const lost = heard(cti, "provider.lost");
    const resumed = heard(cti, "provider.resumed");
    server.cut();
    await lost;
    assert.equal(cti.state, "out-of-service");
    say("two");
    await resumed;
    const last = heard(cti, "call.userData", ({ userData }) => userData["note"] === "three");
    say("three");
    await last;
    assert.deepEqual(seen, [2, 3, 4]);
    assert.equal(cti.state, "in-service");
    assert.equal(cti.call("c1")?.userData["note"], "three");
    const { params } = await server.requests.take(
      ({ method, params }) => method === "provider.open" && "resume" in params,
      "resume",
    );
    assert.equal((params["resume"] as { lastSeq: number }).lastSeq, 2);
  });

  it("given a command without an answer, when the connection breaks, then it is sent again by the same key, and done once", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    await cti.terminal("phone-1001").open();
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "1002") });
    let isFirst = true;
    server.handlers.set("call.hold", (_params, session) => {
      if (isFirst) server.cut();
      isFirst = false;
      session.add({ type: "call.userData", callId: "c1", ver: 2, userData: { held: "yes" } });
      return {};
    });
    await heard(cti, "call.snapshot");
    const held = await cti.call("c1")?.terminalConnections[0]?.hold();
    assert.deepEqual(held, { isUnchanged: false, isReplayed: true });
    assert.equal(cti.call("c1")?.userData["held"], "yes");
    const [first, second] = [await server.request("call.hold"), await server.request("call.hold")];
    assert.deepEqual(first.params, second.params);
    const { key } = first.params["meta"] as { key: string };
    assert.equal(server.executed.get(key), 1);
  });

  it("given a reply before its events, when the connection breaks between, then the promise waits for the events", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url], { watch: "all" });
    server.handlers.set("call.setUserData", (_params, session) => ({ seq: session.seq + 1 }));
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "1002") });
    await heard(cti, "call.snapshot");
    let isDone = false;
    const done = cti
      .call("c1")
      ?.setUserData({ note: "late" })
      .then(() => (isDone = true));
    await server.request("call.setUserData");
    const resumed = heard(cti, "provider.resumed");
    server.cut();
    await resumed;
    assert.equal(isDone, false);
    server.emit({ type: "call.userData", callId: "c1", ver: 2, userData: { note: "late" } });
    await done;
    assert.equal(cti.call("c1")?.userData["note"], "late");
  });

  it("given a log that is lost, when it comes back, then all is as the snapshot says, and leases are kept", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url], { watch: "all" });
    await using port = await cti.openMediaTerminal("port", { mode: "switch" });
    server.emit({ type: "call.snapshot", call: offeredCall("gone", "1001", "1002") });
    await heard(cti, "call.snapshot");
    const gone = cti.call("gone");
    server.world.calls.set("new", offeredCall("new", "1001", "6000"));
    server.forgetLogs();
    const snapshot = heard(cti, "provider.resnapshot");
    server.cut();
    assert.equal((await snapshot).isNewSession, false);
    assert.equal(gone?.isEnded, true);
    assert.deepEqual(
      cti.calls.map(({ id }) => id),
      ["new"],
    );
    const { value: offer } = (await port.offers().next()) as { value: { call: { id: string } } };
    assert.equal(offer.call.id, "new");
    assert.equal(server.session.subscriptions.size, 1);
    await heardAfter(cti, () => server.emit({ type: "call.userData", callId: "new", ver: 9, userData: { a: "1" } }));
    assert.equal(cti.seq, 1);
  });

  it("given two servers, when the first one is gone, then the second one takes over with all devices, and it stays there", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url]);
    await cti.openMediaTerminal("port", { mode: "dynamic", codecs: ["PCMU/8000"] });
    const { port } = first;
    const moved = heard(cti, "provider.resnapshot");
    await first.close();
    assert.deepEqual(await moved, { type: "provider.resnapshot", server: second.url, isNewSession: true });
    assert.deepEqual([...second.session.devices], ["port"]);
    const { params } = await second.request("device.open");
    assert.deepEqual(params["media"], { mode: "dynamic", codecs: ["PCMU/8000"] });
    await site.server("a", port);
    const resumed = heard(cti, "provider.resumed");
    second.cut();
    assert.equal((await resumed).server, second.url);
  });

  it("given a provider at its second server, when it is told to move to the first one, then it does, and leaves nothing behind", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([second.url, first.url]);
    await cti.openMediaTerminal("port", { mode: "dynamic", codecs: ["PCMU/8000"] });
    await assert.rejects(cti.moveTo("ws://127.0.0.1:9/cti"), isCode("CLIENT_NOT_KNOWN"));
    const moved = heard(cti, "provider.resnapshot");
    await cti.moveTo(first.url);
    assert.deepEqual(await moved, { type: "provider.resnapshot", server: first.url, isNewSession: true });
    assert.deepEqual([cti.server, cti.state, [...first.session.devices]], [first.url, "in-service", ["port"]]);
    await second.request("provider.close");
    await cti.moveTo(first.url);
    assert.equal(first.sessions.size, 1);
  });

  it("given a server that is not there, when a provider is told to move there, then it stays where it is", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url]);
    const { sessionId } = cti.session;
    const { url } = second;
    await second.close();
    await assert.rejects(cti.moveTo(url), isCode("CLIENT_UNREACHABLE"));
    await cti.address("1001").setForwarding("all", { internal: "1002" });
    assert.deepEqual([cti.server, cti.session.sessionId], [first.url, sessionId]);
    await cti.close();
    await assert.rejects(cti.moveTo(first.url), isCode("CLIENT_CLOSED"));
  });

  it("given an answer whose events are lost, when a snapshot takes their place, then what is older in the answer is not taken", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    const device = phoneView("1001");
    server.handlers.set("device.open", (_params, session) => {
      server.handlers.delete("device.open");
      return { seq: session.seq + 5, device, calls: [offeredCall("old", "1001", "1002")] };
    });
    const opening = cti.terminal("phone-1001").open();
    await server.request("device.open");
    const answered = heard(cti, "device.state");
    server.emit({ type: "device.state", device });
    await answered;
    server.forgetLogs();
    const snapshot = heard(cti, "provider.resnapshot");
    server.cut();
    await snapshot;
    await opening;
    assert.equal(cti.call("old"), undefined);
    assert.deepEqual([...server.session.devices], ["phone-1001"]);
  });

  it("given call control of one server that is away, when another server takes over, then the provider is in service", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url]);
    const out = heard(cti, "provider.state");
    first.emit({ type: "provider.state", state: "out-of-service" });
    await out;
    assert.equal(cti.state, "out-of-service");
    const moved = heard(cti, "provider.resnapshot");
    await first.close();
    await moved;
    assert.equal(cti.state, "in-service");
  });

  it("given call control that is away, when a provider is opened, then it is out of service until that is back", async () => {
    const server = await site.server("a");
    for (const [name, view] of server.world.devices) {
      const out = { isInService: false, cause: "call-node-failure" } as const;
      server.world.devices.set(name, { ...view, ...out });
    }
    const cti = await site.open([server.url]);
    assert.equal(cti.state, "out-of-service");
    const back = heard(cti, "provider.state");
    server.emit({ type: "provider.state", state: "in-service" });
    await back;
    assert.equal(cti.state, "in-service");
  });

  it("given a watch that is asked for as the session is lost, when another server takes over, then it is watched there", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url], { watch: "none" });
    first.handlers.set("events.subscribe", (_params, session) => ({ seq: session.seq + 5, subscriptionId: "never" }));
    const watching = cti.watch([{ kind: "device", name: "phone-1001" }]);
    await eventually(() => assert.equal(first.executed.size, 2), { timeoutMs: 2_000 });
    const answered = heard(cti, "device.state");
    first.emit({ type: "device.state", device: phoneView("1001") });
    await answered;
    await first.close();
    const watch = await watching;
    assert.equal(second.session.subscriptions.size, 2);
    await watch.close();
    assert.equal(second.session.subscriptions.size, 1);
  });

  it("given a command that was sent to a session that is lost, when another server takes over, then its outcome is unknown", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url]);
    first.handlers.set("line.setForwarding", () => new Promise(() => undefined));
    const refused = assert.rejects(
      cti.address("1001").setForwarding("all", { internal: "1002" }),
      (error) => error instanceof CtiError && error.code === "CLIENT_SESSION_LOST" && error.outcome === "unknown",
    );
    await first.request("line.setForwarding");
    await first.close();
    await refused;
    await cti.address("1001").setForwarding("all", { internal: "1002" });
    assert.equal((await second.request("line.setForwarding")).params["internal"], "1002");
  });

  it("given no server, when the deadline of a command passes, then it fails as not applied, and is not sent later", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    const lost = heard(cti, "provider.lost");
    const { port } = server;
    await server.close();
    await lost;
    await assert.rejects(
      cti.address("1001").setMessageWaiting(true, {}, { timeoutMs: 100 }),
      (error) => error instanceof CtiError && error.code === "CLIENT_TIMEOUT" && error.outcome === "not_applied",
    );
    const again = await site.server("a", port);
    await heard(cti, "provider.resnapshot");
    assert.ok(!again.requests.waiting.some(({ method }) => method === "line.setMessageWaiting"));
  });

  it("given a server that is silent, when two intervals have passed, then the connection is given up", async () => {
    const server = await site.server("a");
    server.heartbeatMs = 50;
    const cti = await site.open([server.url]);
    assert.match((await heard(cti, "provider.lost")).reason, /silent/);
    // It answers `provider.open`, so the session goes on for two intervals.
    await heard(cti, "provider.resumed");
  });

  it("given a busy server, when it says when to come back, then the command is repeated by the same key until it is done", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    let refusals = 2;
    server.handlers.set("device.setDoNotDisturb", () => {
      if (refusals-- > 0) throw new Refusal("LIMIT_RATE", { retry: "after", retryAfterMs: 5 });
      return { unchanged: true };
    });
    const done = await cti.terminal("phone-1001").setDoNotDisturb("silent");
    assert.deepEqual(done, { isUnchanged: true, isReplayed: false });
    const keys = new Set<string>();
    for (let request = 0; request < 3; request += 1) {
      const { params } = await server.request("device.setDoNotDisturb");
      keys.add((params["meta"] as { key: string }).key);
    }
    assert.equal(keys.size, 1);
  });

  it("given events, when 256 have come, then they are acknowledged, and the rest at the next heartbeat", async () => {
    const server = await site.server("a");
    server.heartbeatMs = 100;
    const cti = await site.open([server.url]);
    for (let count = 1; count <= 257; count += 1)
      server.emit({ type: "device.state", device: phoneView("1001", { isInService: count % 2 === 0 }) });
    await eventually(() => assert.equal(server.session.acked, 257), { timeoutMs: 3_000 });
    const acks = server.requests.waiting.filter(({ method }) => method === "provider.ack");
    assert.deepEqual(acks.map(({ params }) => params["seq"]).slice(0, 2), [256, 257]);
    assert.equal(cti.terminal("phone-1001").isInService, false);
  });

  it("given a gap between events, when it is seen, then the connection is given up, and what is missing comes by a resume", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url], { watch: "all" });
    const { session } = server;
    const resumed = heard(cti, "provider.resumed");
    session.log.push(
      JSON.stringify({
        jsonrpc: "2.0",
        method: "event",
        params: { seq: 1, type: "call.snapshot", call: offeredCall("c1", "1001", "1002") },
      }),
    );
    server.emit({ type: "call.userData", callId: "c1", ver: 2, userData: { a: "1" } });
    await resumed;
    await eventually(() => assert.equal(cti.call("c1")?.userData["a"], "1"), { timeoutMs: 1_000 });
  });

  it("given an event of a type that is not known, when it comes, then it is told as such and counts", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    const unknown = heard(cti, "unknown");
    server.emit({ type: "weather.changed", degrees: 21 } as never);
    assert.deepEqual(await unknown, { type: "unknown", seq: 1, name: "weather.changed", fields: { degrees: 21 } });
    assert.equal(cti.seq, 1);
  });

  it("given a signal, when it is aborted, then opening and commands end, and nothing is left of them", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    server.handlers.set("call.connect", () => new Promise(() => undefined));
    const controller = new AbortController();
    const call = cti.terminal("phone-1001").connect("1002", { signal: controller.signal });
    await server.request("call.connect");
    controller.abort(new Error("changed my mind"));
    await assert.rejects(call, /changed my mind/);
    await assert.rejects(site.open(["ws://127.0.0.1:9/cti"], { signal: AbortSignal.timeout(50) }), /timeout/);
  });

  it("given a wrong path, or what is no address, when a provider is opened, then it says so", async () => {
    const server = await site.server("a");
    const wrong = site.open([server.url.replace("/cti", "/")], { openTimeoutMs: 300 });
    await assert.rejects(wrong, /: applications are served at another path, which is \/cti \(CLIENT_UNREACHABLE\)$/);
    await assert.rejects(site.open(["nonsense"]), (error) => {
      assert.ok(error instanceof CtiError);
      assert.deepEqual([error.code, error.retry], ["CLIENT_PROTOCOL", "never"]);
      return true;
    });
  });

  it("given no server at all, when a provider is opened, then it fails within its time and says why", async () => {
    await assert.rejects(
      site.open(["ws://127.0.0.1:9/cti"], { openTimeoutMs: 300 }),
      (error) => error instanceof CtiError && error.code === "CLIENT_UNREACHABLE" && /ECONNREFUSED/.test(error.message),
    );
    await assert.rejects(site.open(["http://127.0.0.1/"]), /no address such as/);
    await assert.rejects(site.open([]), /at least one/);
  });

  it("given a provider that is closed, when it is used, then commands are refused, loops end, and it can be closed again", async () => {
    const server = await site.server("a");
    const cti = await site.open([server.url]);
    const port = await cti.openMediaTerminal("port", { mode: "switch" });
    const [events, offers] = [cti.events(), port.offers()];
    await cti.close();
    await cti.close();
    assert.equal(cti.state, "shutdown");
    assert.equal((await offers.next()).done, true);
    assert.equal(((await events.next()) as { value: { type: string } }).value.type, "provider.shutdown");
    assert.equal((await events.next()).done, true);
    await assert.rejects(
      cti.request("provider.topics", {}),
      (error) => error instanceof CtiError && error.code === "CLIENT_CLOSED",
    );
    assert.equal(port.isOwner, false);
  });
});

async function heardAfter(provider: Provider, run: () => void): Promise<void> {
  const next = heard(provider, "event");
  run();
  await next;
}

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CtiError && error.code === code;
}
