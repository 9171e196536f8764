import assert from "node:assert/strict";
import type { CallView, DeviceView, LineView } from "../../../../src/signals/index.ts";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
  { name: "phone-1003", lines: ["1003"] },
  { name: "port-1", kind: "cti-port" as const, lines: ["2001"] },
];

const OWN = new Set(["phone-1001", "port-1"]);
const CLERK = {
  name: "clerk",
  permissions: [],
  mayUseDevice: (device: string) => OWN.has(device),
  mayDial: (number: string) => !number.startsWith("0"),
};

describe("operations of applications", () => {
  let fixture: ControlFixture;
  let clerk: Application;
  let operator: Application;
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: DEVICES });
    clerk = fixture.open(CLERK);
    operator = fixture.open();
  });
  afterEach(() => fixture.close());

  describe("what a user may", () => {
    it("given a device of somebody else, when it is watched or commanded, then it is refused as not allowed", async () => {
      const device = "phone-1002";
      assert.equal(await clerk.refusal("device.get", { device }), "access-device");
      assert.equal(await clerk.refusal("device.open", { device }), "access-device");
      assert.equal(await clerk.refusal("call.connect", { device, to: "1003" }), "access-device");
      assert.equal(await clerk.refusal("line.get", { line: "1002@internal" }), "access-device");
      const topics = [{ kind: "device", name: device }];
      assert.equal(await clerk.refusal("events.subscribe", { topics }), "access-device");
      assert.equal(await clerk.refusal("events.subscribe", { topics: [{ kind: "all" }] }), "access-feature");
    });

    it("given calls of others, when they are asked for, then there are none; a call with one's own device is there", async () => {
      const theirs = fixture.callControl.calls.start("1002", "1003");
      const ours = fixture.callControl.calls.start("1002", "1001");
      assert.equal(await clerk.refusal("call.get", { callId: theirs }), "not-found-call");
      assert.equal(
        await clerk.refusal("events.subscribe", { topics: [{ kind: "call", callId: theirs }] }),
        "not-found-call",
      );
      const { calls } = await clerk.call<{ calls: CallView[] }>("call.list", {});
      assert.deepEqual(
        calls.map(({ callId }) => callId),
        [ours],
      );
      assert.equal((await operator.call<{ calls: CallView[] }>("call.list", {})).calls.length, 2);
    });

    it("given a token for watching, when something is commanded, then it is refused", async () => {
      const watcher = fixture.open({ name: "watcher", scope: { isMonitorOnly: true } });
      assert.equal(await watcher.refusal("call.connect", { device: "phone-1001", to: "1002" }), "access-monitor-only");
      assert.equal(await watcher.refusal("device.open", { device: "port-1" }), "access-monitor-only");
      const autoAnswer = { device: "phone-1001", on: true };
      assert.equal(await watcher.refusal("device.setAutoAnswer", autoAnswer), "access-monitor-only");
      assert.equal(
        await clerk.refusal("device.setAutoAnswer", { ...autoAnswer, device: "phone-1002" }),
        "access-device",
      );
      assert.equal(await clerk.refusal("device.setAutoAnswer", autoAnswer), "access-feature");
      await clerk.call("device.open", { device: "port-1" });
      assert.equal(await clerk.refusal("device.setAutoAnswer", { ...autoAnswer, device: "port-1" }), "device-type");
      await watcher.call("device.open", { device: "phone-1001" });
      const { device } = await watcher.call<{ device: { operations: string[] } }>("device.get", {
        device: "phone-1001",
      });
      assert.deepEqual(device.operations, []);
    });

    it("given numbers that a token bars, when they are dialed, then it is refused wherever they stand", async () => {
      const device = "phone-1001";
      const error = await clerk.error("call.connect", { device, to: "030123" });
      assert.deepEqual([error.code, error.facts.path], ["access-number", "/to"]);
      assert.equal(await clerk.refusal("call.transfer", { device, to: "030123" }), "access-number");
      const line = "1001@internal";
      assert.equal(
        await clerk.refusal("line.setForwarding", { line, kind: "all", internal: "030123" }),
        "access-number",
      );
      assert.equal(fixture.callControl.commands.length, 0);
    });

    it("given a user who may not change how callers are shown, when a redirect does, then it is refused", async () => {
      const params = { device: "phone-1001", to: "1002", callingNumber: "110" };
      assert.equal(await clerk.refusal("call.redirect", params), "access-feature");
      const callId = fixture.callControl.calls.start("1002", "1001");
      await operator.call("call.redirect", { ...params, callId });
      assert.deepEqual(fixture.callControl.commands.at(-1)?.command, { type: "redirect", callId, ...params });
    });
  });

  it("given who may not change how callers are shown, when a route does so in its second destination, then that is refused, and named", async () => {
    const port = fixture.callControl.devices.get("port-1");
    assert.ok(port !== undefined);
    fixture.callControl.tell({ kind: "device", device: { ...port, name: "route-1", kind: "route-point" } });
    const router = fixture.open({ name: "router", permissions: [] });
    await router.call("device.open", { device: "route-1", routes: true });
    const destinations = [{ to: "1001" }, { to: "1002", callingNumber: "110" }];
    const { code, facts } = await router.error("route.select", { device: "route-1", routeId: "r", destinations });
    assert.deepEqual([code, facts.path], ["access-feature", "/destinations/1/callingNumber"]);
    assert.equal(fixture.callControl.commands.length, 0);
  });

  describe("parameters", () => {
    const cases: readonly (readonly [string, object, string, string])[] = [
      ["call.connect", { device: "phone-1001", to: "not a number" }, "validation-number", "/to"],
      ["call.connect", { device: "phone-1001" }, "validation-parameter", "/to"],
      ["call.connect", { device: "phone-1001", to: "1002", color: "red" }, "validation-parameter", "/color"],
      ["call.sendDigits", { device: "phone-1001", digits: "12x" }, "validation-dtmf", "/digits"],
      ["call.dropParty", { device: "phone-1001" }, "validation-combination", "/connectionId"],
      ["call.pickup", { device: "phone-1001", group: "g", number: "1002" }, "validation-combination", "/number"],
      ["call.unpark", { device: "phone-1001", slot: "x y" }, "validation-number", "/slot"],
      [
        "call.setUserData",
        { device: "phone-1001", data: { a: "x".repeat(4_000), b: "x".repeat(4_000), c: "x".repeat(4_000) } },
        "validation-data-size",
        "/data",
      ],
      [
        "call.setUserData",
        { device: "phone-1001", data: Object.fromEntries(Array.from({ length: 65 }, (_each, at) => [`n${at}`, "x"])) },
        "validation-data-size",
        "/data",
      ],
      [
        "call.setUserData",
        { device: "phone-1001", data: JSON.parse('{"__proto__":"x"}') as object },
        "validation-parameter",
        "/data/__proto__",
      ],
      ["call.connect", { device: "phone-1001", to: "1002", callId: "short" }, "validation-parameter", "/callId"],
      [
        "call.consult",
        { device: "phone-1001", to: "1002", newCallId: "a b c d e" },
        "validation-parameter",
        "/newCallId",
      ],
      [
        "call.redirect",
        { device: "phone-1001", to: "1002", originalCalled: { number: "no number" } },
        "validation-number",
        "/originalCalled/number",
      ],
      [
        "device.open",
        { device: "port-1", media: { mode: "static", address: "fe80::1%lo", port: 4_000, codecs: ["PCMA"] } },
        "validation-parameter",
        "/media/address",
      ],
      [
        "device.open",
        { device: "port-1", media: { mode: "dynamic", codecs: ["PCMA\r\na=x"] } },
        "validation-parameter",
        "/media/codecs/0",
      ],
      [
        "device.open",
        { device: "port-1", media: { mode: "static", address: "nowhere", port: 4_000, codecs: ["PCMA/8000"] } },
        "validation-parameter",
        "/media/address",
      ],
      ["provider.inventory", { after: "7/9" }, "validation-parameter", "/after"],
    ];
    for (const [method, params, code, path] of cases) {
      it(`given ${method} with ${JSON.stringify(params).slice(0, 80)}, then it is ${code} at ${path}`, async () => {
        const error = await operator.error(method, params);
        assert.deepEqual([error.code, error.facts.path], [code, path]);
        assert.equal(fixture.callControl.commands.length, 0);
      });
    }
  });

  describe("commands", () => {
    it("given conditions on a call, when a command is done with none, then it is refused, and not done without them", async () => {
      const connect = ["call.connect", { device: "phone-1001", to: "1002" }] as const;
      const forward = ["line.setForwarding", { line: "1001@internal", kind: "all", internal: "1002" }] as const;
      for (const [method, params] of [connect, forward]) {
        const { code, facts } = await operator.error(method, params, { ifVersion: 1 });
        assert.deepEqual([code, facts.path], ["validation-combination", "/meta/ifVersion"]);
        assert.equal(await operator.refusal(method, params, { ifState: "talking" }), "validation-combination");
      }
      assert.equal(fixture.callControl.commands.length, 0);
    });

    it("given a command, when it is done, then call control is told on whose behalf, and all that goes with it", async () => {
      const meta = {
        key: "k",
        keyMs: 5,
        deadlineMs: 9,
        ifVersion: 3,
        ifState: "talking",
        traceparent: "00-1",
        dryRun: true,
        waits: false,
      };
      const callId = fixture.callControl.calls.start("1001", "1002");
      await operator.call("call.hold", { device: "phone-1001", callId }, meta);
      assert.deepEqual(fixture.callControl.commands, [
        {
          key: `${operator.sessionId}:k`,
          keyMs: 5,
          actor: { user: "operator", session: operator.sessionId, client: "test" },
          command: { type: "hold", device: "phone-1001", callId },
          conditions: { version: 3, state: "talking" },
          deadlineMs: 9,
          waits: false,
          isDryRun: true,
          traceparent: "00-1",
        },
      ]);
    });

    it("given a watched device, when a command changes its call, then the effects are told up to seq of the result", async () => {
      await operator.call("events.subscribe", { topics: [{ kind: "device", name: "phone-1001" }] });
      const { callId, seq } = await operator.call("call.connect", { device: "phone-1001", to: "1002" });
      assert.equal(seq, operator.lastSeq);
      assert.ok(operator.take().includes("call.state active"));
      assert.equal((await operator.call("call.drop", { device: "phone-1001", callId }))["seq"], operator.lastSeq);
      assert.equal((await operator.call("call.drop", { device: "phone-1001", callId }))["unchanged"], true);
    });

    it("given call control that is away, when something is commanded, then it is refused with a time to wait, and not done", async () => {
      fixture.callControl.disconnect();
      const error = await operator.error("call.connect", { device: "phone-1001", to: "1002" });
      assert.equal(error.code, "node-unavailable");
      assert.ok(Number(error.facts.retryAfterMs) > 0);
      assert.equal(await operator.refusal("events.subscribe", { topics: [{ kind: "all" }] }), "node-unavailable");
      fixture.callControl.connect();
      await settled();
      await operator.call("call.connect", { device: "phone-1001", to: "1002" });
    });

    it("given call control that goes away during a command, when it is back, then it is asked with the same key, and it is done once", async () => {
      fixture.callControl.losesNextReply = true;
      const done = operator.call("call.connect", { device: "phone-1001", to: "1002" });
      await settled();
      fixture.callControl.connect();
      await settled();
      fixture.clock.advance(200);
      assert.equal((await done)["replayed"], true);
      assert.equal(fixture.callControl.calls.live.length, 1);
    });

    it("given call control that goes away during a command, when it stays away, then it is said that nobody knows", async () => {
      fixture.callControl.losesNextReply = true;
      const refused = operator.error("call.connect", { device: "phone-1001", to: "1002" });
      for (let beat = 0; beat < 110; beat += 1) {
        await settled();
        fixture.clock.advance(100);
      }
      const error = await refused;
      assert.deepEqual([error.code, error.facts.outcome], ["node-failed-during", "unknown"]);
    });
  });

  describe("queries", () => {
    it("given devices and lines, when the inventory is asked for in pages, then they are all of one moment", async () => {
      type Page = { seq: number; devices: DeviceView[]; lines: LineView[]; next?: string };
      const first = await operator.call<Page>("provider.inventory", { limit: 3 });
      const view = fixture.callControl.devices.get("port-1");
      assert.ok(view !== undefined);
      fixture.callControl.tell({ kind: "removed", device: "port-1" });
      const second = await operator.call<Page>("provider.inventory", { limit: 3, after: first.next });
      const third = await operator.call<Page>("provider.inventory", { limit: 3, after: second.next });
      assert.deepEqual([second.seq, third.seq, third.next], [first.seq, first.seq, undefined]);
      const names = (pages: readonly Page[]): string[] =>
        pages.flatMap(({ devices, lines }) => [...devices, ...lines].map(({ name }) => name));
      assert.deepEqual(names([first, second, third]), [
        "phone-1001",
        "phone-1002",
        "phone-1003",
        "port-1",
        "1001@internal",
        "1002@internal",
        "1003@internal",
        "2001@internal",
      ]);
      assert.deepEqual(names([await clerk.call<Page>("provider.inventory", {})]), [
        "phone-1001",
        "1001@internal",
        "2001@internal",
      ]);
    });

    it("given subscriptions, when they are listed, ended and ended again, then each is what it was", async () => {
      const topics = [{ kind: "device", name: "phone-1001" }, { kind: "provider" }];
      const { subscriptionId } = await clerk.call("events.subscribe", { topics, types: ["call.state"] });
      const listed = await clerk.call("provider.topics", {});
      assert.deepEqual(listed["subscriptions"], [{ subscriptionId, topics, types: ["call.state"] }]);
      assert.ok(!(listed["topics"] as string[]).includes("all"));
      await clerk.call("events.unsubscribe", { subscriptionId });
      assert.equal(await clerk.refusal("events.unsubscribe", { subscriptionId }), "not-found-subscription");
    });

    it("given an ended call, when it is asked for within ten minutes, then it is there with nothing to be done, and then it is not", async () => {
      const callId = fixture.callControl.calls.start("1001", "1002");
      fixture.callControl.calls.end(callId);
      const { call } = await operator.call<{ call: CallView & { operations: string[] } }>("call.get", { callId });
      assert.deepEqual([call.state, call.operations], ["invalid", []]);
      for (let second = 0; second < 601; second += 1) {
        fixture.clock.advance(1_000);
        operator.session.hear();
      }
      fixture.callControl.calls.end(fixture.callControl.calls.start("1001", "1002"));
      assert.equal(await operator.refusal("call.get", { callId }), "not-found-call");
    });

    it("given a call that has ended before CTIManager was killed, when it is asked for, then it is there, for who may see it", async () => {
      const clerk = fixture.open({ name: "clerk", permissions: [], mayUseDevice: (device) => device === "phone-1001" });
      const other = fixture.open({ name: "other", permissions: [], mayUseDevice: () => false });
      const [early, late] = [1, 2].map(() => fixture.callControl.calls.start("1001", "1002"));
      fixture.callControl.calls.end(early ?? "");
      await settled();
      fixture.clock.advance(100);
      fixture.callControl.disconnect();
      // The next process hears of it.
      fixture.callControl.calls.end(late ?? "");
      await fixture.kill();
      for (const application of [clerk, other]) application.resume();
      for (const callId of [early, late]) {
        const { call } = await clerk.call<{ call: CallView }>("call.get", { callId });
        assert.deepEqual([call.callId, call.state], [callId, "invalid"]);
        assert.equal((await clerk.call<{ call: CallView }>("call.get", { callId })).call.state, "invalid");
        assert.equal(await other.refusal("call.get", { callId }), "not-found-call");
      }
    });
  });
});
