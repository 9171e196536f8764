import assert from "node:assert/strict";
import type { MethodResults } from "../../../src/protocol/index.ts";
import type { CallView } from "../../../src/signals/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { startControlledSwitch, type ControlledSwitch } from "../../support/controlled-switch.ts";
import { EventReplica, stateOf } from "../../support/event-replica.ts";
import { eventually } from "../../support/eventually.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import { answer, TalkingPhone } from "../../support/talking-phone.ts";
import type { Application } from "../../support/test-application.ts";

const WITHIN = { timeoutMs: 3_000, intervalMs: 5 };

describe("calls that applications watch and command", () => {
  let cleanup: Cleanup;
  let node: ControlledSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let application: Application;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startControlledSwitch(cleanup, [
      ...phoneOperations(["1001"], { speedDials: [{ label: "Bob", destination: "1002" }] }),
      ...phoneOperations(["1002"]),
      put("directory-number", { number: "7000" }),
      put("route-point", { name: "point", lines: [{ directoryNumber: "7000" }] }),
    ]);
    const { node: fixture } = node.node;
    alice = cleanup.add(await TalkingPhone.start(fixture, "1001"), (one) => one.close());
    bob = cleanup.add(await TalkingPhone.start(fixture, "1002"), (one) => one.close());
    application = node.open();
  });
  afterEach(() => cleanup.run());

  it("given a watched line, when a plain call is made, then it costs at most 20 events and 8 KB, and they tell all of it", async () => {
    const topics = ["1001@internal", "1002@internal"].map((name) => ({ kind: "line", name }));
    await application.call("events.subscribe", { topics });
    const known = new EventReplica();
    const near = await alice.dial("1002");
    const far = await bob.offered();
    far.call.respond(far.call.offer ?? assert.fail(), 180);
    await answer(far);
    near.adopt((await near.call.established()).body);
    const talking = await application.until("call.connection", ({ state }) => state === "established", 2);
    const { call } = await application.call<{ call: CallView }>("call.get", { callId: talking.callId });
    for (const event of application.events) known.apply(event);
    assert.deepEqual(known.calls.get(call.callId), stateOf(call));
    await near.hangUp();
    await far.ended();
    await application.until("call.state", ({ state }) => state === "invalid");
    const calls = application.events.filter(({ type }) => type.startsWith("call."));
    const bytes = calls.reduce(
      (sum, event) => sum + JSON.stringify({ jsonrpc: "2.0", method: "event", params: event }).length,
      0,
    );
    assert.ok(calls.length <= 20, `${calls.length} events`);
    assert.ok(bytes <= 8_192, `${bytes} bytes`);
  });

  it("given a token that may not dial a number, when it calls, consults or transfers to a speed dial for it, then that is refused, and another token's call rings there", async () => {
    const limited = node.open({ name: "limited", scope: { numbers: { deny: ["1002"] } } });
    const to = "*751";
    const device = "phone-1001";
    const refused = { code: "access-number" };
    await assert.rejects(limited.call("call.connect", { device, to }), refused);
    const made = application.call<{ callId: string }>("call.connect", { device, to });
    await answer(await alice.offered());
    await answer(await bob.offered());
    const { callId } = await made;
    await assert.rejects(limited.call("call.consult", { device, callId, to }), refused);
    await assert.rejects(limited.call("call.transfer", { device, callId, to }), refused);
  });

  it("given a call that goes on, when its media quality is asked for, then it is answered for each phone, and after its end refused", async () => {
    const near = await alice.dial("1002");
    const far = await bob.offered();
    await answer(far);
    near.adopt((await near.call.established()).body);
    await Promise.all([near.untilHears(far.toneHz), far.untilHears(near.toneHz)]);
    const { calls } = await application.call<{ calls: CallView[] }>("call.list", {});
    const asked = { callId: calls[0]?.callId ?? assert.fail() };
    type Answer = MethodResults["call.mediaQuality"];
    const { callId, sides } = await application.call<Answer>("call.mediaQuality", asked);
    assert.equal(callId, asked.callId);
    const facts = sides.map(({ device, codec, packetsReceived, mos = 0 }) => [
      device,
      codec,
      packetsReceived > 0,
      mos > 1,
    ]);
    const good = ["PCMA/8000", true, true];
    assert.deepEqual(facts, [
      ["phone-1001", ...good],
      ["phone-1002", ...good],
    ]);
    const one = await application.call<Answer>("call.mediaQuality", { ...asked, device: "phone-1002" });
    assert.deepEqual(
      one.sides.map(({ device }) => device),
      ["phone-1002"],
    );
    await near.hangUp();
    await far.ended();
    await eventually(async () => {
      assert.equal(await application.refusal("call.mediaQuality", asked), "call-ended");
    }, WITHIN);
  });

  it("given a route point that is open, when a call is offered, then it is redirected, and the phone there has it", async () => {
    const opened = await application.call("device.open", { device: "point" });
    assert.ok(Number(opened["fence"]) > 0);
    const near = await alice.dial("7000");
    const { call } = await application.until("call.snapshot");
    assert.equal(call.connections.find(({ party }) => party.number === "7000")?.state, "offered");
    const { callId } = call;
    const shown = await application.call<{ call: { operations: string[] } }>("call.get", { callId });
    assert.ok(shown.call.operations.includes("call.redirect"), String(shown.call.operations));
    const redirected = application.call("call.redirect", { device: "point", callId, to: "1002" });
    const far = await bob.offered();
    far.call.respond(far.call.offer ?? assert.fail(), 180);
    const done = await redirected;
    assert.equal(done["callId"], callId);
    assert.ok(Number(done["seq"]) <= application.lastSeq);
    await answer(far);
    near.adopt((await near.call.established()).body);
    await near.hangUp();
    await far.ended();
  });

  it("given a command with a key, when it is sent again, then it is done once and its result comes again", async () => {
    await application.call("device.open", { device: "phone-1001" });
    const meta = { key: "k1", keyMs: Date.now() };
    const first = application.call("call.connect", { device: "phone-1001", to: "1002" }, meta);
    const ringing = await alice.offered();
    await answer(ringing);
    await answer(await bob.offered());
    const { callId } = await first;
    const again = await application.call("call.connect", { device: "phone-1001", to: "1002" }, meta);
    assert.equal(again["replayed"], true);
    assert.equal(again["callId"], callId);
    const { calls } = await application.call<{ calls: CallView[] }>("call.list", {});
    assert.equal(calls.length, 1);
    const dropped = await application.call("call.drop", { device: "phone-1001", callId });
    assert.equal(dropped["unchanged"], undefined);
    await eventually(async () => {
      assert.equal((await application.call("call.drop", { device: "phone-1001", callId }))["unchanged"], true);
    }, WITHIN);
  });

  it("given a call in each of its states, when operations are listed, then call control would take all of them", async () => {
    const more: Readonly<Record<string, object>> = {
      "call.redirect": { to: "1002" },
      "call.transfer": { to: "1002" },
      "call.consult": { to: "1002" },
      "call.setUserData": { data: { a: "b" } },
      "call.sendDigits": { digits: "1" },
    };
    const check = async (device: string, callId: string, some: readonly string[]): Promise<void> => {
      const application = device === "point" ? atPoint : atPhone;
      const { call } = await application.call<{ call: { operations: string[] } }>("call.get", { callId });
      for (const method of some) assert.ok(call.operations.includes(method), `${method}: ${String(call.operations)}`);
      for (const method of call.operations) {
        const refused = await application
          .call(method, { device, callId, ...more[method] }, { dryRun: true })
          .then(() => undefined, String);
        assert.equal(refused, undefined, method);
      }
    };
    const atPoint = node.open({ name: "a", mayUseDevice: (device) => device === "point" });
    const atPhone = node.open({ name: "b", mayUseDevice: (device) => device === "phone-1001" });
    await atPoint.call("device.open", { device: "point" });
    const offered = await alice.dial("7000");
    const { call } = await atPoint.until("call.snapshot");
    await check("point", call.callId, ["call.accept", "call.redirect", "call.reject"]);
    await atPoint.call("call.accept", { device: "point", callId: call.callId });
    await check("point", call.callId, ["call.redirect", "call.drop"]);
    await atPoint.call("call.drop", { device: "point", callId: call.callId });
    await offered.call.invite?.response(603);
    await application.call("events.subscribe", { topics: [{ kind: "device", name: "phone-1001" }] });
    application.take();
    const near = await alice.dial("1002");
    const far = await bob.offered();
    far.call.respond(far.call.offer ?? assert.fail(), 180);
    await answer(far);
    near.adopt((await near.call.established()).body);
    const { callId } = await application.until("call.connection", ({ state }) => state === "established", 2);
    await application.until("call.terminal", ({ device, state }) => device === "phone-1002" && state === "talking");
    await check("phone-1001", callId, ["call.hold", "call.transfer", "call.park", "call.drop"]);
    await application.call("call.hold", { device: "phone-1001", callId });
    await check("phone-1001", callId, ["call.retrieve", "call.drop"]);
    await application.call("call.drop", { device: "phone-1001", callId });
    await far.ended();
  });

  it("given a standby, when the owner of a route point goes during a route dialogue, then the standby answers it, and the caller is put through", async () => {
    const [first, second] = [0, 1].map(() => node.open({ name: "router" }, "pair")) as [Application, Application];
    await standsIn(first, second, () => node.table.close(first.session, "administrator"));
  });

  it("given a standby, when the owner's connection is lost during a route dialogue, then the standby answers it, and the former owner stands by", async () => {
    const [first, second] = [0, 1].map(() => node.open({ name: "router" }, "pair", 200)) as [Application, Application];
    const lostMs = await standsIn(first, second, () => first.lose());
    assert.ok(lostMs >= 199 && lostMs < 2_000, `it took over after ${lostMs} ms`);
    assert.equal(first.resume(), true);
    await first.until("session.notice", ({ notice }) => notice === "owner-changed");
    assert.equal(await first.refusal("call.redirect", { device: "point", to: "1002" }), "conflict-fenced");
  });

  /** @returns after how many ms the second one was told */
  const standsIn = async (first: Application, second: Application, end: () => void): Promise<number> => {
    for (const each of [first, second]) await each.call("device.open", { device: "point", routes: true });
    const near = await alice.dial("7000");
    const asked = await first.until("route.request");
    const endedMs = performance.now();
    end();
    const notice = await second.until("session.notice", (event) => event.notice === "owner");
    const toldMs = performance.now() - endedMs;
    assert.deepEqual("routes" in notice ? notice.routes.map(({ routeId }) => routeId) : [], [asked.route.routeId]);
    const routed = second.call("route.select", {
      device: "point",
      routeId: asked.route.routeId,
      destinations: [{ to: "1002" }],
    });
    const far = await bob.offered();
    await answer(far);
    await routed;
    near.adopt((await near.call.established()).body);
    assert.match(far.call.offer?.get("diversion") ?? "", /reason=deflection/);
    await second.until("route.end");
    await near.hangUp();
    await far.ended();
    return toldMs;
  };

  it("given a call that there is not, when it is commanded, then the error says so", async () => {
    await application.call("device.open", { device: "phone-1001" });
    assert.equal(await application.refusal("call.hold", { device: "phone-1001", callId: "none" }), "not-found-call");
  });
});
