import assert from "node:assert/strict";
import { ControlFixture, settled } from "../../support/control-fixture.ts";
import type { Application } from "../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
  { name: "route-1", kind: "route-point" as const, lines: ["9000"] },
];

describe("what applications are told of the provider", () => {
  let fixture: ControlFixture;
  let application: Application;
  const own = new Set<string>();
  beforeEach(async () => {
    own.clear();
    for (const device of ["phone-1001", "route-1"]) own.add(device);
    fixture = await ControlFixture.start({ devices: DEVICES });
    application = fixture.open({ name: "clerk", permissions: [], mayUseDevice: (device) => own.has(device) });
  });
  afterEach(() => fixture.close());

  const watch = (topics: readonly object[]): Promise<unknown> => application.call("events.subscribe", { topics });

  describe("while call control is away", () => {
    it("given a short absence, when it is back within five seconds, then nobody is told", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      fixture.callControl.disconnect();
      fixture.clock.advance(1_900);
      fixture.callControl.connect();
      await settled();
      fixture.clock.advance(10_000);
      assert.deepEqual(application.take(), []);
    });

    it("given a long absence, when five seconds are over, then devices and the provider are out of service, and in service again after it", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      fixture.callControl.disconnect();
      pass(5_000);
      assert.deepEqual(application.take(), ["device.state phone-1001 out", "provider.state out-of-service"]);
      const { device } = await application.call<{ device: { cause: string } }>("device.get", { device: "phone-1001" });
      assert.equal(device.cause, "call-node-failure");
      fixture.callControl.connect();
      await settled();
      assert.deepEqual(application.take(), ["provider.state in-service", "device.state phone-1001 in"]);
    });

    it("given an application that watches all, when it is away for long, then each device is told to be out of service", async () => {
      application = fixture.open();
      await watch([{ kind: "all" }]);
      fixture.callControl.disconnect();
      pass(5_000);
      assert.deepEqual(application.take(), [
        "device.state phone-1001 out",
        "device.state phone-1002 out",
        "provider.state out-of-service",
      ]);
    });

    it("given applications that were told, when CTIManager is killed meanwhile, then they are told when call control is back", async () => {
      fixture.callControl.disconnect();
      pass(5_000);
      assert.deepEqual(application.take(), ["provider.state out-of-service"]);
      await fixture.kill();
      application.resume();
      await settled();
      assert.deepEqual(application.take(), ["provider.state in-service"]);
    });

    it("given calls that change meanwhile, when call control is back, then all of it is told", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      const callId = fixture.callControl.calls.start("1001", "1002");
      application.take();
      fixture.callControl.disconnect();
      fixture.callControl.calls.end(callId);
      fixture.callControl.connect();
      await settled();
      assert.equal(application.take().at(-1), "call.state invalid");
    });
  });

  it("given signals that are lost, when call control is back, then the session begins anew, and snapshots show what is", async () => {
    const topics = [{ kind: "device", name: "phone-1001" }];
    await watch(topics);
    fixture.callControl.calls.start("1001", "1002");
    application.take();
    fixture.callControl.forget();
    fixture.callControl.connect();
    await settled();
    assert.equal(application.closed, "resume to take a snapshot");
    assert.equal(application.resume(), false);
    const shown = await application.call<{ calls: unknown[]; seq: number }>("events.subscribe", { topics });
    assert.equal(shown.calls.length, 1);
    fixture.callControl.calls.end("call-1");
    assert.equal(application.take().at(-1), "call.state invalid");
  });

  describe("when the configuration changes", () => {
    it("given a watched provider, when a device comes and goes, then it is told, and others are not", async () => {
      await watch([{ kind: "provider" }]);
      const other = fixture.open({ name: "other", permissions: [], mayUseDevice: () => false });
      await other.call("events.subscribe", { topics: [{ kind: "provider" }] });
      const view = fixture.callControl.devices.get("phone-1001");
      assert.ok(view !== undefined);
      own.add("phone-9");
      fixture.callControl.tell({ kind: "device", device: { ...view, name: "phone-9" } });
      fixture.callControl.tell({ kind: "device", device: { ...view, name: "phone-9", doNotDisturb: "reject" } });
      assert.deepEqual(application.take(), ["device.state phone-9 in"]);
      fixture.callControl.tell({ kind: "removed", device: "phone-9" });
      assert.deepEqual(application.take(), ["device.removed"]);
      assert.deepEqual(other.take(), []);
    });

    it("given a session that watches a device, when it is resumed by who may not, then no more of it is told", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      own.clear();
      application.resume();
      assert.deepEqual(application.take(), ["session.notice topic-ended device:phone-1001"]);
    });

    it("given an inventory that is begun, when the session is resumed by who may use less, then its other pages show no more than that", async () => {
      own.add("phone-1002");
      const first = await application.call<{ next: string }>("provider.inventory", { limit: 1 });
      own.clear();
      own.add("route-1");
      application.resume();
      const rest = await application.call<{ devices: { name: string }[]; lines: { name: string }[] }>(
        "provider.inventory",
        { after: first.next },
      );
      assert.deepEqual(
        [...rest.devices, ...rest.lines].map(({ name }) => name),
        ["route-1", "9000@internal"],
      );
    });

    it("given a call that is watched, when its device is taken from the user, then no more of the call is told", async () => {
      const callId = fixture.callControl.calls.start("1001", "1002");
      await watch([{ kind: "call", callId }]);
      own.clear();
      fixture.core.configurationChanged(new Map([["cti-token", new Set(["t"])]]));
      await settled();
      assert.deepEqual(application.take(), [`session.notice topic-ended call:${callId}`]);
      fixture.callControl.calls.end(callId);
      await settled();
      assert.deepEqual(application.take(), []);
    });

    it("given a device that is taken from the user, when it was watched and open, then it is closed, and no more of it is told", async () => {
      await watch([{ kind: "provider" }, { kind: "device", name: "phone-1001" }]);
      await application.call("device.open", { device: "route-1" });
      await settled();
      application.take();
      own.clear();
      fixture.core.configurationChanged(new Map([["user", new Set(["clerk"])]]));
      await settled();
      assert.deepEqual(
        new Set(application.take()),
        new Set([
          "session.notice device-closed route-1",
          "session.notice topic-ended device:phone-1001",
          "device.removed",
          "line.removed",
        ]),
      );
      assert.equal(fixture.callControl.owners.get("route-1")?.state, "left");
      fixture.callControl.calls.start("1001", "1002");
      assert.deepEqual(application.take(), []);
    });

    it("given a session that watches the provider again and again, when others come and go meanwhile, then only what has changed is written", async () => {
      for (let count = 0; count < 3; count += 1) {
        const { subscriptionId } = await application.call("events.subscribe", { topics: [{ kind: "provider" }] });
        await application.call("events.unsubscribe", { subscriptionId });
      }
      own.add("phone-1002");
      own.delete("phone-1001");
      await watch([{ kind: "provider" }]);
      const written = fixture.recordsOf(application).flatMap((record) => {
        if (record.type !== "fact" && record.type !== "fact-removed") return [];
        return record.key.startsWith("inventory") ? [`${record.type} ${record.key}`] : [];
      });
      assert.deepEqual(written.sort(), [
        "fact inventory",
        "fact inventory device:phone-1001",
        "fact inventory device:phone-1002",
        "fact inventory device:route-1",
        "fact inventory line:1001@internal",
        "fact inventory line:1002@internal",
        "fact inventory line:9000@internal",
        "fact-removed inventory device:phone-1001",
        "fact-removed inventory line:1001@internal",
      ]);
      assert.deepEqual(await inNextProcess(() => own.delete("phone-1002")), ["device.removed", "line.removed"]);
    });

    it("given a session that has watched the provider, when it does again after a restart, then it is told what goes from then on", async () => {
      const { subscriptionId } = await application.call("events.subscribe", { topics: [{ kind: "provider" }] });
      await application.call("events.unsubscribe", { subscriptionId });
      assert.deepEqual(await inNextProcess(() => own.delete("phone-1001")), []);
      await watch([{ kind: "provider" }]);
      fixture.callControl.tell({ kind: "removed", device: "phone-1001" });
      fixture.callControl.tell({ kind: "removed", device: "route-1" });
      assert.deepEqual(application.take(), ["device.removed"]);
    });

    it("given a device that is given to the user, when it watches the provider, then it is told of it and of its lines", async () => {
      await watch([{ kind: "provider" }]);
      own.add("phone-1002");
      fixture.core.configurationChanged(new Map([["user", new Set(["clerk"])]]));
      assert.deepEqual(application.take(), ["device.state phone-1002 in", "line.state"]);
    });

    it("given a line that comes to a watched device, when it has gone, then that is told, too", async () => {
      await watch([{ kind: "provider" }, { kind: "device", name: "phone-1001" }]);
      tellLine("1009@internal", ["phone-1001"]);
      assert.deepEqual(application.take(), ["line.state"]);
      fixture.callControl.tell({ kind: "removed", line: "1009@internal" });
      assert.deepEqual(application.take(), ["line.removed"]);
    });

    it("given a line, when no device of the user has it any more, then it is gone for the user", async () => {
      await watch([{ kind: "provider" }]);
      tellLine("1001@internal", ["phone-1002"]);
      assert.deepEqual(application.take(), ["line.removed"]);
    });

    it("given a watched line, when it is given to a device of somebody else, then neither that nor its calls are told", async () => {
      const callId = fixture.callControl.calls.start("1001", "1002");
      await watch([{ kind: "line", name: "1001@internal" }]);
      tellLine("1001@internal", ["phone-1002"]);
      assert.deepEqual(application.take(), ["session.notice topic-ended line:1001@internal"]);
      fixture.callControl.calls.end(callId);
      fixture.callControl.calls.start("1001", "1002");
      assert.deepEqual(application.take(), []);
    });

    it("given a watched line that is removed, when somebody else has one of its name, then it is not told", async () => {
      await watch([{ kind: "line", name: "1001@internal" }]);
      fixture.callControl.tell({ kind: "removed", line: "1001@internal" });
      tellLine("1001@internal", ["phone-1002"]);
      assert.deepEqual(application.take(), ["line.removed", "session.notice topic-ended line:1001@internal"]);
    });

    it("given a provider that is watched for other events, or no more, when a device comes, then it is not told", async () => {
      const topics = [{ kind: "provider" }];
      await application.call("events.subscribe", { topics, types: ["provider.state"] });
      const { subscriptionId } = await application.call("events.subscribe", { topics });
      await application.call("events.unsubscribe", { subscriptionId });
      own.add("phone-9");
      tellDevice("phone-9");
      assert.deepEqual(application.take(), []);
    });
  });

  describe("when the configuration changes while CTIManager is not there", () => {
    const changed = async (): Promise<string[]> => {
      fixture.callControl.disconnect();
      return inNextProcess(() => {
        own.add("phone-9");
        tellDevice("phone-9");
        fixture.callControl.tell({ kind: "removed", device: "phone-1001" });
        fixture.callControl.tell({ kind: "removed", line: "1001@internal" });
      });
    };

    it("given a watched provider, when it is back, then it tells once what has come and gone", async () => {
      await watch([{ kind: "provider" }]);
      assert.deepEqual(await changed(), ["device.state phone-9 in", "device.removed", "line.removed"]);
      assert.deepEqual(await inNextProcess(() => undefined), []);
    });

    it("given a provider that is watched by who may control all, when it is back, then it tells the same", async () => {
      application = fixture.open();
      await watch([{ kind: "provider" }]);
      assert.deepEqual(await changed(), ["device.state phone-9 in", "device.removed", "line.removed"]);
      assert.deepEqual(await inNextProcess(() => undefined), []);
    });

    it("given a device that is taken from the user meanwhile, and one that is given, when it is back, then it tells so", async () => {
      await watch([{ kind: "provider" }]);
      const told = await inNextProcess(() => {
        own.delete("phone-1001");
        own.add("phone-1002");
      });
      assert.deepEqual(told, ["device.removed", "line.removed", "device.state phone-1002 in", "line.state"]);
    });

    it("given a user who may control all no more, when it is back, then what is left to the user is known", async () => {
      const rights = { permissions: ["control-all-devices"] as const, mayUseDevice: () => true };
      const user = { name: "clerk", ...rights };
      application = fixture.open(user);
      await watch([{ kind: "provider" }]);
      const told = await inNextProcess(() => {
        fixture.open({ name: "clerk", permissions: [], mayUseDevice: (device) => own.has(device) });
      });
      assert.deepEqual(told, ["device.removed", "line.removed"]);
      fixture.callControl.tell({ kind: "removed", device: "phone-1001" });
      assert.deepEqual(application.take(), ["device.removed"]);
    });
  });

  describe("subscriptions", () => {
    it("given types, when a call changes, then only these are told", async () => {
      const topics = [{ kind: "device", name: "phone-1001" }];
      await application.call("events.subscribe", { topics, types: ["call.state"] });
      const callId = fixture.callControl.calls.start("1001", "1002");
      fixture.callControl.calls.end(callId);
      assert.deepEqual(application.take(), ["call.state active", "call.state invalid"]);
    });

    it("given two subscriptions to the same, when a call changes, then it is told once", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      await watch([{ kind: "line", name: "1001@internal" }]);
      fixture.callControl.calls.start("1001", "1002");
      assert.equal(application.take().filter((event) => event === "call.state active").length, 1);
    });

    it("given a device that comes into a call that goes on, when it is watched, then the call is told whole, and then its changes", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      const callId = fixture.callControl.calls.start("1002", "9000");
      fixture.callControl.calls.ring(callId);
      fixture.callControl.calls.redirect(callId, "1001");
      fixture.callControl.calls.ring(callId);
      assert.deepEqual(application.take(), [
        "call.snapshot",
        `call.connection ${callId}/3 alerting`,
        "call.terminal phone-1001 ringing",
      ]);
    });

    it("given a call that a watched device has left, when it goes on, then it is still told", async () => {
      await watch([{ kind: "device", name: "phone-1001" }]);
      const callId = fixture.callControl.calls.start("1002", "1001");
      fixture.callControl.calls.redirect(callId, "9000");
      application.take();
      fixture.callControl.calls.end(callId);
      assert.equal(application.take().at(-1), "call.state invalid");
    });

    it("given a watched call that is merged into another, when that goes on, then that is told", async () => {
      const second = fixture.callControl.calls.start("1001", "9000");
      const first = fixture.callControl.calls.start("1002", "9000");
      await watch([{ kind: "call", callId: second }]);
      fixture.callControl.calls.merge(first, second);
      assert.deepEqual(application.take(), ["call.snapshot", "call.state invalid"]);
      fixture.callControl.calls.end(first);
      assert.equal(application.take().at(-1), "call.state invalid");
    });

    it("given media of a device, when it begins, then who has the device open is told, and who only watches is not", async () => {
      const watcher = fixture.open();
      await watcher.call("events.subscribe", { topics: [{ kind: "all" }] });
      await application.call("device.open", { device: "route-1" });
      const media = { callId: "c", device: "route-1", moment: "started" as const };
      fixture.callControl.tell({ kind: "media", media });
      assert.ok(application.take().includes("media.started"));
      assert.ok(!watcher.take().includes("media.started"));
    });
  });

  function tellDevice(name: string): void {
    const view = fixture.callControl.devices.get("phone-1002") ?? assert.fail();
    fixture.callControl.tell({ kind: "device", device: { ...view, name } });
  }

  function tellLine(name: string, devices: readonly string[]): void {
    const view = fixture.callControl.lines.get("1002@internal") ?? assert.fail();
    fixture.callControl.tell({ kind: "line", line: { ...view, name, devices } });
  }

  /** CTIManager is killed, and something changes before it is there again. @returns what the application is told of it */
  async function inNextProcess(change: () => void): Promise<string[]> {
    application.take();
    fixture.callControl.disconnect();
    change();
    await fixture.kill();
    application.resume();
    await settled();
    return application.take();
  }

  /** The application is heard meanwhile. */
  function pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 500) {
      application.session.hear();
      fixture.clock.advance(500);
    }
  }
});
