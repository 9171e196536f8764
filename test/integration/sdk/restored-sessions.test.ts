import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { CtiError, type RouteSession } from "../../../src/sdk/index.ts";
import { offeredCall, phoneView, ROUTE } from "../../support/cti-samples.ts";
import { Refusal } from "../../support/cti-server.ts";
import { heard } from "../../support/heard-event.ts";
import { DESK, SdkSite } from "../../support/sdk-site.ts";

describe("a provider whose session is restored", () => {
  let site: SdkSite;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  beforeEach(() => {
    site = new SdkSite();
  });
  afterEach(() => site.close());

  it("given a route dialogue, when it ends while the log is lost, then it has ended here, too, and nobody is offered it", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    const terminal = await cti.openRouteTerminal("desk");
    const came = new Promise<RouteSession>((resolve) => terminal.onRoute(resolve));
    server.emit(
      { type: "call.snapshot", call: offeredCall("c1", "1001", "5000") },
      { type: "route.request", route: ROUTE },
    );
    const route = await came;
    let ended = 0;
    route.on("ended", () => (ended += 1));
    // The call and its dialogue end while the log is lost.
    server.forgetLogs();
    const snapshot = heard(cti, "provider.resnapshot");
    server.cut();
    await snapshot;
    assert.equal(cti.call("c1"), undefined, "the call is gone");
    const late: string[] = [];
    terminal.onRoute(({ id }) => late.push(id));
    await turn();
    assert.deepEqual([route.isEnded, ended, late], [true, 1, []]);
  });

  it("given a provider that is locked out for a moment, when it signs in later, then it goes on", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    let refusals = 2;
    server.handlers.set("provider.open", () => {
      if (refusals-- > 0) throw new Refusal("AUTH_LOCKED", { retry: "after", retryAfterMs: 50 });
    });
    const resumed = heard(cti, "provider.resumed");
    const shut = heard(cti, "provider.shutdown").then(({ error }) => `shut down: ${error?.message}`);
    server.cut();
    const outcome = await Promise.race([resumed.then(() => "resumed"), shut]);
    await Promise.allSettled([resumed, shut]);
    assert.equal(outcome, "resumed");
  });

  it("given a server that refuses, when it is to be moved to, then that is said, and not that it has moved", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url]);
    second.handlers.set("provider.open", () => {
      throw new Refusal("NODE_UNAVAILABLE", { retry: "after" });
    });
    const moved = await cti.moveTo(second.url).then(
      () => "moved",
      (error: unknown) => (error instanceof CtiError ? error.code : String(error)),
    );
    assert.equal(cti.server, first.url);
    assert.notEqual(moved, "moved");
  });

  it("given a session that is being restored, when a device is opened and the connection breaks again, then that waits like any command", async () => {
    const server = await site.server();
    const cti = await site.open([server.url], { watch: "all" });
    // The session is restored, slowly, and the connection breaks again meanwhile.
    let isSlow = true;
    let began: () => void = () => undefined;
    const restoring = new Promise<void>((resolve) => (began = resolve));
    server.handlers.set("provider.inventory", () => {
      if (isSlow) {
        began();
        return new Promise(() => undefined);
      }
      server.handlers.delete("provider.inventory");
      const { devices, lines } = server.world;
      return { devices: [...devices.values()], lines: [...lines.values()] };
    });
    server.handlers.set("device.open", () =>
      isSlow ? new Promise(() => undefined) : { device: { ...phoneView("1001"), operations: [] }, calls: [] },
    );
    server.forgetLogs();
    server.cut();
    await restoring;
    const opening = cti
      .terminal("phone-1001")
      .open()
      .then(
        () => "opened",
        (error: CtiError) => `${error.code} ${error.outcome}`,
      );
    // Asked at once, or not before the session is restored: either may be.
    await delay(200);
    isSlow = false;
    server.cut();
    assert.equal(await opening, "opened");
  });

  it("given a standby, when it is the owner after a fail-over, then it has the route dialogues that wait", async () => {
    const [first, second] = [await site.server("a"), await site.server("b")];
    const cti = await site.open([first.url, second.url], { group: "g" });
    first.handlers.set("device.open", () => ({ device: DESK, calls: [] }));
    second.handlers.set("device.open", () => ({
      device: DESK,
      calls: [offeredCall("c1", "1001", "5000")],
      routes: [ROUTE],
      fence: 3,
    }));
    const terminal = await cti.openRouteTerminal("desk");
    assert.equal(terminal.isOwner, false);
    const told: string[] = [];
    terminal.onRoute(({ id }) => told.push(id));
    const stream = terminal.routes();
    const moved = heard(cti, "provider.resnapshot");
    await first.close();
    await moved;
    await turn();
    assert.equal(terminal.isOwner, true);
    const next = await Promise.race([
      stream.next().then((one: IteratorResult<RouteSession, undefined>) => one.value?.id),
      delay(200).then(() => "nothing"),
    ]);
    assert.deepEqual([told, next], [["r1"], "r1"]);
  });

  it("given a device that went while events were missed, when the session is restored, then all others are watched still", async () => {
    const server = await site.server();
    server.world.devices.set("phone-1002", phoneView("1002"));
    // As CTIManager does it: src/cti/operations/subscribe-events.ts, keyOf
    server.handlers.set("events.subscribe", (params, session) => {
      for (const { kind, name } of params["topics"] as { kind: string; name?: string }[]) {
        if (kind === "device" && !server.world.devices.has(name ?? "")) throw new Refusal("NOT_FOUND_DEVICE");
      }
      const subscriptionId = `sub-${session.subscriptions.size + 1}`;
      session.subscriptions.add(subscriptionId);
      return { subscriptionId, calls: [], devices: [], lines: [], routes: [] };
    });
    const cti = await site.open([server.url]);
    const failed: string[] = [];
    cti.on("provider.notRestored", ({ what }) => failed.push(what));
    server.world.devices.delete("phone-1002");
    server.sessions.clear();
    const snapshot = heard(cti, "provider.resnapshot");
    server.cut();
    await snapshot;
    assert.deepEqual([failed, server.session.subscriptions.size], [[], 1]);
  });

  it("given a watch that is refused, when a provider is opened, then opening it fails", async () => {
    const server = await site.server();
    server.handlers.set("events.subscribe", () => {
      throw new Refusal("PROTOCOL_TOO_BIG");
    });
    const outcome = await site.open([server.url], { watch: "all" }).then(
      () => "in service",
      (error: CtiError) => error.code,
    );
    assert.equal(outcome, "PROTOCOL_TOO_BIG");
  });

  it("given an event, when its handler looks at seq, then that says that it has been applied", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    const seen: [number, number][] = [];
    cti.on("device.state", ({ seq }) => seen.push([seq, cti.seq]));
    const told = heard(cti, "device.state");
    server.emit({ type: "device.state", device: phoneView("1001", { isInService: false }) });
    await told;
    assert.deepEqual(seen, [[1, 1]]);
  });
});
