import assert from "node:assert/strict";
import { CtiError, Provider } from "../../../src/sdk/index.ts";
import { CtiServer, Refusal } from "../../support/cti-server.ts";
import { lineView, offeredCall, phoneView, virtualView } from "../../support/cti-samples.ts";
import { eventually } from "../../support/eventually.ts";
import { heard } from "../../support/heard-event.ts";

const SIGN_IN = { user: "cti", password: "secret", client: { name: "test" } };

describe("Provider", () => {
  let server: CtiServer;
  let provider: Provider | undefined;
  const open = async (more: object = {}): Promise<Provider> => {
    provider = await Provider.open({ servers: [server.url], ...SIGN_IN, random: () => 0, ...more });
    return provider;
  };
  /** Waits until the device is subscribed to with all others. @returns how often was subscribed until then */
  const asked = async (name: string): Promise<number> => {
    for (let times = 1; ; times += 1) {
      const { params } = await server.request("events.subscribe");
      const topics = params["topics"] as { readonly name?: string }[];
      if (!topics.some((topic) => topic.name === name)) continue;
      assert.ok(topics.some((topic) => topic.name === "phone-1001"));
      return times;
    }
  };
  beforeEach(async () => {
    server = await CtiServer.start();
    for (const number of ["1001", "1002"]) {
      server.world.devices.set(`phone-${number}`, phoneView(number));
      server.world.lines.set(`${number}@internal`, lineView(number));
    }
    server.world.devices.set("desk", virtualView("route-point", "desk", "5000"));
    server.world.lines.set("5000@internal", lineView("5000", ["desk"]));
  });
  afterEach(async () => {
    await provider?.close();
    provider = undefined;
    await server.close();
  });

  it("given devices and lines, when it is opened, then it is in service and knows all pages of them", async () => {
    server.pageSize = 2;
    const { state, terminals, addresses, session } = await open();
    assert.equal(state, "in-service");
    assert.deepEqual(terminals.map(({ name }) => name).sort(), ["desk", "phone-1001", "phone-1002"]);
    assert.deepEqual(addresses.map(({ number }) => number).sort(), ["1001", "1002", "5000"]);
    assert.equal(session.user, "cti");
  });

  it("given a user of some devices, when others come to it, then they are watched, too, those of one moment at once", async () => {
    const cti = await open();
    await server.request("events.subscribe");
    const came = ["1003", "1004", "1005"];
    for (const number of came) server.world.devices.set(`phone-${number}`, phoneView(number));
    server.emit(...came.map((number) => ({ type: "device.state", device: phoneView(number) }) as const));
    const times = await asked("phone-1005");
    assert.ok(times <= 2, `${times} times`);
    await eventually(() => assert.equal(server.session.subscriptions.size, 1), { timeoutMs: 3_000 });
    let isAway = true;
    server.handlers.set("events.subscribe", () => {
      if (!isAway) return { subscriptionId: "again", calls: [], devices: [], lines: [], routes: [] };
      isAway = false;
      throw new Refusal("NODE_UNAVAILABLE", { retry: "after" });
    });
    server.emit({ type: "device.removed", device: "phone-1003" });
    server.emit({ type: "device.state", device: phoneView("1003") });
    await asked("phone-1003");
    await asked("phone-1003");
    assert.equal(cti.terminals.length, 6);
  });

  it("given a device that changes before it is subscribed to, when the snapshot of that comes, then the change is told, once", async () => {
    const cti = await open();
    const told: string[] = [];
    cti.on("device.state", ({ device }) => told.push(`${device.name} ${device.doNotDisturb}`));
    cti.on("line.state", ({ line }) => told.push(`${line.name} ${line.isMessageWaiting}`));
    server.world.devices.set("phone-1003", phoneView("1003", { doNotDisturb: "silent" }));
    server.world.lines.set("1003@internal", { ...lineView("1003"), isMessageWaiting: true });
    const known = heard(cti, "line.state", ({ line }) => line.isMessageWaiting);
    server.emit({ type: "line.state", line: lineView("1003") }, { type: "device.state", device: phoneView("1003") });
    await known;
    const before = ["1003@internal false", "phone-1003 off", "phone-1003 silent", "1003@internal true"];
    assert.deepEqual(told, before);
    assert.equal(cti.terminal("phone-1003").view?.doNotDisturb, "silent");
    await cti.terminal("phone-1003").open();
    assert.deepEqual(told, before);
  });

  it("given a wrong password, when it is opened, then the refusal is thrown at once and nothing is left", async () => {
    server.handlers.set("provider.open", () => {
      throw new Refusal("AUTH_FAILED");
    });
    await assert.rejects(open(), (error) => error instanceof CtiError && error.code === "AUTH_FAILED");
    await eventually(() => assert.equal(server.connections, 0), { timeoutMs: 2_000 });
  });

  it("given an open device, when events of a call come, then the getters follow them", async () => {
    const cti = await open();
    await cti.terminal("phone-1001").open();
    const changed = heard(cti, "call.terminal");
    server.emit(
      { type: "call.snapshot", call: offeredCall("c1", "1001", "1002") },
      { type: "call.connection", callId: "c1", ver: 2, connectionId: "c1/2", state: "alerting" },
      { type: "call.terminal", callId: "c1", ver: 2, connectionId: "c1/2", device: "phone-1002", state: "ringing" },
    );
    await changed;
    const call = cti.call("c1");
    const callee = call?.connectionOf("1002");
    assert.equal(callee?.state, "alerting");
    assert.equal(callee?.basicState, "alerting");
    assert.equal(callee?.address?.number, "1002");
    assert.equal(call?.terminalConnection("phone-1002")?.state, "ringing");
    assert.equal(cti.terminal("phone-1002").calls[0], call);
    assert.equal(call?.version, 2);
  });

  it("given a route point, when a call is offered, then it can be redirected, and the promise waits for the events", async () => {
    const cti = await open();
    server.handlers.set("call.redirect", (params, session) => {
      setImmediate(() =>
        session.add({ type: "call.connection", callId: "c1", ver: 2, connectionId: "c1/2", state: "disconnected" }),
      );
      return { seq: session.seq + 1, callId: params["callId"] };
    });
    await using desk = await cti.openRouteTerminal("desk", { routes: false });
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "5000") });
    for await (const offer of desk.offers()) {
      assert.equal(offer.call.calling.number, "1001");
      assert.equal(offer.state, "idle");
      await offer.redirect("1002");
      assert.equal(offer.connection.state, "disconnected");
      break;
    }
    const { params } = await server.request("call.redirect");
    assert.deepEqual([params["device"], params["callId"], params["to"]], ["desk", "c1", "1002"]);
    assert.equal(desk.fence, 1);
  });

  it("given a call that is offered to the application, when that names no device, then it is commanded by the one that it waits at", async () => {
    const cti = await open();
    await using _desk = await cti.openRouteTerminal("desk", { routes: false });
    const known = heard(cti, "call.snapshot");
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "5000") });
    await known;
    const call = cti.call("c1") ?? assert.fail();
    await call.setUserData({ customer: "4711" });
    await call.drop();
    for (const method of ["call.setUserData", "call.drop"] as const) {
      const { params } = await server.request(method);
      assert.deepEqual([params["device"], params["callId"]], ["desk", "c1"]);
    }
  });

  it("given a call from one trunk to another, when it is commanded, then no device of the application is in it", async () => {
    const cti = await open();
    const known = heard(cti, "call.snapshot");
    const trunk = (number: string, state: "established" | "network-reached") =>
      ({
        connectionId: `c1/${number}`,
        party: { number },
        state,
        terminals: [{ device: "trunk", state: "talking" }],
      }) as const;
    const connections = [trunk("030123", "established"), trunk("040123", "network-reached")];
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "030123", "040123", { connections }) });
    await known;
    const call = cti.call("c1") ?? assert.fail();
    for (const asked of [call.drop(), call.setUserData({ a: "b" }), call.connectionOf("030123")?.drop()]) {
      await assert.rejects(asked ?? assert.fail(), (error) => {
        assert.ok(error instanceof CtiError);
        const { code, outcome, retry } = error;
        assert.deepEqual([code, outcome, retry], ["CLIENT_NO_PARTY", "not_applied", "never"]);
        return true;
      });
    }
  });

  it("given a group and when its standby is to take over, when it is opened, then the server is asked for both", async () => {
    await open({ group: "desk", standbyAfterMs: 500 });
    const { params } = await server.request("provider.open");
    assert.deepEqual([params["group"], params["standbyAfterMs"]], ["desk", 500]);
  });

  it("given a standby, when it becomes the owner, then what waits is given to it, and not before", async () => {
    const cti = await open({ group: "desk" });
    server.handlers.set("device.open", (_params, session) => ({ seq: session.seq, device: desk, calls: [] }));
    const terminal = await cti.openRouteTerminal("desk");
    const told: string[] = [];
    terminal.onRoute(({ id }) => told.push(id));
    terminal.onOffer(({ call }) => told.push(call.id));
    const call = offeredCall("c1", "1001", "5000");
    const asked = heard(cti, "route.request");
    server.emit({ type: "call.snapshot", call }, { type: "route.request", route });
    await asked;
    assert.deepEqual([terminal.isOwner, told], [false, []]);
    const noticed = heard(cti, "session.notice");
    server.emit({ type: "session.notice", notice: "owner", device: "desk", fence: 2, routes: [route] });
    await noticed;
    assert.deepEqual([terminal.isOwner, terminal.fence, told], [true, 2, ["r1"]]);
    const left = heard(cti, "session.notice");
    server.emit({ type: "session.notice", notice: "owner-changed", device: "desk" });
    await left;
    assert.equal(terminal.isOwner, false);
    const back = heard(cti, "session.notice");
    server.emit({ type: "session.notice", notice: "owner", device: "desk", fence: 4, routes: [route] });
    await back;
    assert.deepEqual(told, ["r1", "r1"]);
  });
});

const desk = virtualView("route-point", "desk", "5000");
const route = {
  routeId: "r1",
  ver: 1,
  callId: "c1",
  device: "desk",
  line: "5000@internal",
  callingNumber: "1001",
  calledNumber: "5000",
  state: "routing",
  untilMs: 1,
} as const;
