import assert from "node:assert/strict";
import { Provider, type MediaTerminal } from "../../../src/sdk/index.ts";
import { CtiServer } from "../../support/cti-server.ts";
import { lineView, offeredCall, ROUTE, virtualView } from "../../support/cti-samples.ts";
import { heard } from "../../support/heard-event.ts";

const ALERTING = { type: "call.connection", callId: "c1", ver: 2, connectionId: "c1/2", state: "alerting" } as const;
const ESTABLISHED = { ...ALERTING, ver: 3, state: "established" } as const;

describe("listeners that come late", () => {
  let server: CtiServer;
  let provider: Provider;
  beforeEach(async () => {
    server = await CtiServer.start();
    server.world.devices.set("desk", virtualView("route-point", "desk", "5000"));
    server.world.devices.set("port", virtualView("cti-port", "port", "6000"));
    server.world.lines.set("5000@internal", lineView("5000", ["desk"]));
    server.world.lines.set("6000@internal", lineView("6000", ["port"]));
    provider = await Provider.open({
      servers: [server.url],
      user: "cti",
      password: "secret",
      client: { name: "test" },
      random: () => 0,
    });
  });
  afterEach(async () => {
    await provider.close();
    await server.close();
  });

  /** Listeners get their turn before that. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const port = (): Promise<MediaTerminal> =>
    provider.openMediaTerminal("port", { mode: "dynamic", codecs: ["PCMA/8000"] });

  it("given a route dialogue, when it is ended by the application, then the call is offered, once, and not before", async () => {
    const desk = await provider.openRouteTerminal("desk");
    const asked = new Promise((resolve) => desk.onRoute(resolve));
    const told: string[] = [];
    desk.onOffer(({ call }) => told.push(call.id));
    server.emit(
      { type: "call.snapshot", call: offeredCall("c1", "1001", "5000") },
      { type: "route.request", route: ROUTE },
    );
    await asked;
    desk.onOffer(({ call }) => told.push(`late ${call.id}`));
    // What the device's own snapshot says has a dialogue, too.
    server.world.calls.set("c1", offeredCall("c1", "1001", "5000"));
    server.world.routes.set("r1", ROUTE);
    await provider.watch([{ kind: "device", name: "desk" }]);
    await turn();
    assert.deepEqual(told, []);
    const rings = heard(provider, "call.connection");
    server.emit({ type: "route.end", route: { ...ROUTE, ver: 2, state: "ended", ended: "application" } }, ALERTING);
    await rings;
    assert.deepEqual(told, ["c1", "late c1"]);
  });

  it("given a call whose dialogue is over, and one in a dialogue, when a route point is opened, then only the first is offered", async () => {
    server.world.calls.set("c1", offeredCall("c1", "1001", "5000"));
    server.world.calls.set("c2", offeredCall("c2", "1002", "5000"));
    server.handlers.set("device.open", () => ({
      device: virtualView("route-point", "desk", "5000"),
      calls: [...server.world.calls.values()],
      routes: [{ ...ROUTE, callId: "c2" }],
      fence: 1,
    }));
    const desk = await provider.openRouteTerminal("desk");
    const told: string[] = [];
    desk.onOffer(({ call }) => told.push(call.id));
    desk.onRoute(({ call }) => told.push(`route ${call.id}`));
    await turn();
    assert.deepEqual(told, ["c1", "route c2"]);
  });

  it("given a route dialogue that was there before the device was opened, when a listener of routes comes, then it hears of it", async () => {
    server.world.calls.set("c1", offeredCall("c1", "1001", "5000"));
    server.world.routes.set("r1", ROUTE);
    await provider.watch([{ kind: "device", name: "desk" }]);
    const desk = await provider.openRouteTerminal("desk");
    await turn();
    const told: string[] = [];
    desk.onRoute(({ id }) => told.push(id));
    await turn();
    assert.deepEqual(told, ["r1"]);
    const ended = heard(provider, "route.end");
    server.emit({ type: "route.end", route: { ...ROUTE, ver: 2, state: "ended", ended: "timer-expired" } });
    await ended;
    desk.onRoute(({ id }) => told.push(`late ${id}`));
    await turn();
    assert.deepEqual(told, ["r1"]);
  });

  it("given calls that wait at a port, when listeners come, then each hears of those that wait still, unless it is gone at once", async () => {
    const terminal = await port();
    const known = heard(provider, "call.snapshot", ({ call }) => call.callId === "c2");
    server.emit(
      { type: "call.snapshot", call: offeredCall("c1", "1001", "6000") },
      { type: "call.snapshot", call: offeredCall("c2", "1002", "6000") },
    );
    await known;
    const told: string[] = [];
    terminal.onOffer(({ call }) => told.push(`one ${call.id}`));
    terminal.onOffer(({ call }) => told.push(`gone ${call.id}`))();
    await turn();
    assert.deepEqual(told.splice(0), ["one c1", "one c2"]);
    const answered = heard(provider, "call.connection", ({ state }) => state === "established");
    server.emit(ESTABLISHED);
    await answered;
    terminal.onOffer(({ call }) => told.push(`other ${call.id}`));
    await turn();
    assert.deepEqual(told, ["other c2"]);
  });

  it("given a call that has ended while it waited, when a listener comes, then it hears nothing of it", async () => {
    const terminal = await port();
    const ended = heard(provider, "call.state");
    server.emit(
      { type: "call.snapshot", call: offeredCall("c1", "1001", "6000") },
      { type: "call.state", callId: "c1", ver: 2, state: "invalid" },
    );
    await ended;
    const told: string[] = [];
    terminal.onOffer(({ call }) => told.push(call.id));
    await turn();
    assert.deepEqual(told, []);
  });

  it("given media of a port, when a listener comes, then it hears what is wanted or flows, and nothing of what has ended", async () => {
    const terminal = await port();
    const wanted = { type: "media.wanted", media: { callId: "c1", device: "port", moment: "wanted" } } as const;
    const flowing = { callId: "c2", device: "port", direction: "send", codec: "PCMA/8000" } as const;
    const started = { type: "media.started", media: { ...flowing, moment: "started" } } as const;
    const calls = ["c1", "c2"].map((id) => ({ type: "call.snapshot", call: offeredCall(id, "1001", "6000") }) as const);
    const flows = heard(provider, "media.started");
    server.emit(...calls, wanted, started);
    await flows;
    const told: string[] = [];
    const note = terminal.onMedia(({ callId, moment }) => told.push(`${callId} ${moment}`));
    await turn();
    note();
    assert.deepEqual(told.splice(0), ["c1 wanted", "c2 started"]);
    const ended = heard(provider, "call.state");
    server.emit(
      { type: "media.stopped", media: { ...flowing, moment: "stopped" } },
      { type: "call.state", callId: "c1", ver: 2, state: "invalid" },
    );
    await ended;
    terminal.onMedia(({ callId, moment }) => told.push(`${callId} ${moment}`));
    await turn();
    assert.deepEqual(told, []);
  });
});
