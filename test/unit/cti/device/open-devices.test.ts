import assert from "node:assert/strict";
import { SwitchError } from "../../../../src/common/index.ts";
import { ControlFixture, HEARTBEAT_MS, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "port-1", kind: "cti-port" as const, lines: ["2001"] },
  { name: "route-1", kind: "route-point" as const, lines: ["9000"] },
];
const WATCHER = { name: "operator", scope: { isMonitorOnly: true } };
const CODECS = ["PCMA/8000"];

describe("devices that applications open", () => {
  let fixture: ControlFixture;
  let first: Application;
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: DEVICES });
    first = fixture.open({ name: "operator" }, "desk");
  });
  afterEach(() => fixture.close());

  const requests = (): string[] => {
    return fixture.callControl.deviceRequests
      .splice(0)
      .map((request) => `${request.type} ${request.device}${request.type === "silent" ? ` ${request.isSilent}` : ""}`);
  };
  const owner = (device = "route-1"): string | undefined => fixture.callControl.owners.get(device)?.session;

  it("given a route point, when it is opened, then call control knows the owner, and it is told that it is in service", async () => {
    const { fence } = await first.call("device.open", { device: "route-1", routes: true });
    await settled();
    assert.equal(owner(), first.sessionId);
    assert.equal(fixture.callControl.owners.get("route-1")?.fence, fence);
    assert.deepEqual(first.take(), ["session.notice owner route-1", "device.state route-1 in"]);
  });

  it("given signals that are late, when a device is opened and closed, then each reply waits for them, and its number covers them", async () => {
    const watcher = fixture.open({ name: "watcher" });
    await watcher.call("events.subscribe", { topics: [{ kind: "device", name: "route-1" }] });
    for (const [method, event] of [
      ["device.open", "device.state route-1 in"],
      ["device.close", "device.state route-1 out"],
    ] as const) {
      fixture.callControl.holdSignals();
      let isAnswered = false;
      const reply = watcher.call<{ seq: number }>(method, { device: "route-1" });
      void reply.then(() => (isAnswered = true));
      await settled();
      assert.equal(isAnswered, false, method);
      fixture.callControl.releaseSignals();
      const { seq } = await reply;
      fixture.table.flush();
      const shown = watcher.events.filter((one) => one.seq <= seq).length;
      assert.ok(watcher.take().slice(0, shown).includes(event), method);
    }
  });

  it("given signals that do not come, when a device is closed, then the error says that it is done", async () => {
    await first.call("device.open", { device: "route-1" });
    await first.call("events.subscribe", { topics: [{ kind: "device", name: "route-1" }] });
    fixture.callControl.holdSignals();
    const refused = first.error("device.close", { device: "route-1" });
    await settled();
    fixture.clock.advance(5_000);
    const { code, facts } = await refused;
    assert.deepEqual([code, facts.outcome], ["node-failed-during", "applied"]);
    assert.equal(fixture.callControl.owners.get("route-1")?.state, "left");
  });

  it("given call control that is away, when a device is closed, then it is closed at once, and call control hears of it later", async () => {
    await first.call("device.open", { device: "route-1" });
    fixture.callControl.disconnect();
    await first.call("device.close", { device: "route-1" });
    fixture.callControl.connect();
    await settled();
    assert.equal(fixture.callControl.owners.get("route-1")?.state, "left");
  });

  it("given an owner, when its session is resumed by who may only watch, then it has the devices no more, and a standby has", async () => {
    const second = fixture.open({ name: "operator" }, "desk");
    for (const one of [first, second]) await one.call("device.open", { device: "route-1", routes: true });
    await first.call("device.open", { device: "phone-1001" });
    first.take();
    requests();
    assert.equal(first.resume(WATCHER), true);
    await settled();
    assert.deepEqual(first.take(), ["session.notice device-closed route-1"]);
    assert.deepEqual(requests(), ["own route-1"]);
    assert.equal(owner(), second.sessionId);
    assert.equal(await first.refusal("device.open", { device: "route-1" }), "access-monitor-only");
    const { openDevices } = await first.call<{ openDevices: string[] }>("provider.topics", {});
    assert.deepEqual(openDevices, ["phone-1001"]);
  });

  it("given an owner that has failed, when its session is resumed by who may only watch, then nobody owns the device", async () => {
    await first.call("device.open", { device: "route-1" });
    fixture.clock.advance(2 * HEARTBEAT_MS);
    await settled();
    requests();
    first.resume(WATCHER);
    await settled();
    assert.deepEqual(requests(), ["silent route-1 false", "disown route-1"]);
  });

  it("given an owner that may only watch, or not even that, since CTIManager was killed, when the next one is there, then it owns nothing", async () => {
    await first.call("device.open", { device: "route-1" });
    fixture.change(WATCHER);
    await fixture.kill();
    assert.deepEqual(requests().slice(-1), ["disown route-1"]);
    first.resume(WATCHER);
    assert.deepEqual(first.take().slice(-1), ["session.notice device-closed route-1"]);
    const other = fixture.open({ name: "other" });
    await other.call("device.open", { device: "port-1" });
    fixture.change({ name: "other", mayUseDevice: () => false });
    await fixture.kill();
    assert.deepEqual(requests().slice(-1), ["disown port-1"]);
  });

  it("given an open device, when the same session opens it again, then nothing changes", async () => {
    const { fence } = await first.call("device.open", { device: "route-1" });
    requests();
    const again = await first.call("device.open", { device: "route-1" });
    assert.equal(again["fence"], fence);
    assert.deepEqual(requests(), []);
  });

  it("given a standby of the group, when the owner is silent for two intervals, then it takes over at once, and nothing has failed", async () => {
    const second = fixture.open({ name: "operator" }, "desk");
    const opened = await first.call("device.open", { device: "route-1", routes: true });
    const standby = await second.call("device.open", { device: "route-1", routes: true });
    assert.equal(standby["fence"], undefined);
    assert.equal(await second.refusal("call.redirect", { device: "route-1", to: "1001" }), "conflict-fenced");
    requests();
    for (let beat = 0; beat < 4; beat += 1) {
      second.session.hear();
      fixture.clock.advance(HEARTBEAT_MS / 2);
      await settled();
    }
    assert.deepEqual(requests(), ["silent route-1 true", "own route-1"]);
    assert.equal(owner(), second.sessionId);
    assert.ok((fixture.callControl.owners.get("route-1")?.fence ?? 0) > Number(opened["fence"]));
    assert.ok(second.take().includes("session.notice owner route-1"));
  });

  describe("whose owner has asked for a standby to take its place", () => {
    const AFTER_MS = 500;
    let owning: Application;
    let second: Application;
    beforeEach(async () => {
      owning = fixture.open({ name: "operator" }, "pair", AFTER_MS);
      second = fixture.open({ name: "operator" }, "pair", AFTER_MS);
      for (const one of [owning, second]) await one.call("device.open", { device: "route-1", routes: true });
      owning.take();
      second.take();
      requests();
    });
    const pass = async (ms: number): Promise<void> => {
      fixture.clock.advance(ms);
      await settled();
    };

    it("given a lost connection, when it is not resumed in time, then the standby has the device, long before the owner has failed", async () => {
      owning.lose();
      await pass(AFTER_MS - 1);
      assert.deepEqual(requests(), ["silent route-1 true"]);
      await pass(1);
      assert.deepEqual(requests(), ["own route-1"]);
      assert.equal(owner(), second.sessionId);
      assert.ok(second.take().includes("session.notice owner route-1"));
    });

    it("given a standby that has taken over, when the former owner is back, then it is told, is refused as fenced, and stands by", async () => {
      owning.lose();
      await pass(AFTER_MS);
      assert.equal(owning.resume(), true);
      assert.ok(owning.take().includes("session.notice owner-changed route-1"));
      const error = await owning.error("call.redirect", { device: "route-1", to: "1001" });
      assert.equal(error.code, "conflict-fenced");
      assert.equal(error.facts.actor?.session, second.sessionId);
      second.lose();
      await pass(AFTER_MS);
      assert.equal(owner(), owning.sessionId);
    });

    it("given a lost connection, when it is resumed in time, or when it was we who ended it, then the owner owns it as before", async () => {
      owning.lose();
      await pass(AFTER_MS - 1);
      owning.resume();
      await pass(1);
      second.session.hear();
      await pass(AFTER_MS);
      assert.deepEqual(requests(), ["silent route-1 true", "silent route-1 false"]);
      second.session.hear();
      owning.lose(true);
      await pass(AFTER_MS);
      assert.deepEqual(requests(), ["silent route-1 true"]);
      assert.equal(owner(), owning.sessionId);
      assert.deepEqual(owning.take(), []);
    });

    it("given no standby that is there, when the connection is lost, then nothing changes until one is", async () => {
      second.lose();
      owning.lose();
      await pass(AFTER_MS);
      requests();
      await pass(AFTER_MS);
      assert.deepEqual(requests(), []);
      second.resume();
      await settled();
      assert.deepEqual(requests(), ["own route-1"]);
      assert.equal(owner(), second.sessionId);
    });

    it("given no standby, when the connection is lost, then it has failed after two intervals, and not before", async () => {
      fixture.table.close(second.session, "application");
      requests();
      owning.lose();
      await pass(2 * HEARTBEAT_MS - 1);
      assert.deepEqual(requests(), ["silent route-1 true"]);
      await pass(1);
      assert.deepEqual(requests(), ["failed route-1"]);
    });

    it("given a lost connection, when CTIManager is killed in between, then the standby takes over once both times are over", async () => {
      owning.lose();
      await pass(AFTER_MS / 2);
      await fixture.kill();
      second.resume();
      await pass(AFTER_MS - 1);
      assert.equal(owner(), owning.sessionId);
      await pass(1);
      assert.equal(owner(), second.sessionId);
      await fixture.kill();
      assert.equal(owner(), second.sessionId);
    });

    it("given CTIManager that is killed, when the owner does not come back, then it has the usual time", async () => {
      await fixture.kill();
      second.resume();
      for (let beat = 0; beat < 4; beat += 1) {
        assert.equal(owner(), owning.sessionId, `after ${(beat * HEARTBEAT_MS) / 2} ms`);
        second.session.hear();
        await pass(HEARTBEAT_MS / 2);
      }
      assert.equal(owner(), second.sessionId);
    });
  });

  it("given a former owner that is back, when it commands, then it is refused as fenced, and the owner is named", async () => {
    const second = fixture.open({ name: "operator" }, "desk");
    await first.call("device.open", { device: "route-1" });
    await second.call("device.open", { device: "route-1" });
    await first.call("device.close", { device: "route-1" });
    await first.call("device.open", { device: "route-1" });
    const error = await first.error("call.redirect", { device: "route-1", to: "1001" });
    assert.equal(error.code, "conflict-fenced");
    assert.equal(error.facts.actor?.session, second.sessionId);
  });

  it("given no standby, when the owner fails, then call control is told, and of the end of the lease", async () => {
    await first.call("device.open", { device: "route-1" });
    requests();
    fixture.clock.advance(2 * HEARTBEAT_MS);
    await settled();
    assert.deepEqual(requests().slice(-1), ["failed route-1"]);
    fixture.clock.advance(8 * HEARTBEAT_MS);
    await settled();
    assert.deepEqual(requests(), ["lost route-1"]);
  });

  it("given an owner, when it is silent for an interval and is heard again, then call control knows, so that calls wait", async () => {
    await first.call("device.open", { device: "route-1" });
    requests();
    fixture.clock.advance(HEARTBEAT_MS);
    await settled();
    assert.deepEqual(requests(), ["silent route-1 true"]);
    first.session.hear();
    await settled();
    assert.deepEqual(requests(), ["silent route-1 false"]);
  });

  it("given an owner that is silent, when it is heard before call control has answered, then calls wait no more", async () => {
    await first.call("device.open", { device: "route-1" });
    requests();
    fixture.callControl.hold = true;
    fixture.clock.advance(HEARTBEAT_MS);
    first.session.hear();
    fixture.callControl.release();
    await settled();
    assert.deepEqual(requests(), ["silent route-1 true", "silent route-1 false"]);
  });

  it("given an owner that falls silent while call control is away, when that is back, then it is told who owns the device, too", async () => {
    await first.call("device.open", { device: "route-1" });
    requests();
    fixture.callControl.disconnect();
    fixture.clock.advance(HEARTBEAT_MS);
    fixture.callControl.connect();
    await settled();
    assert.deepEqual(requests(), ["own route-1", "silent route-1 true"]);
  });

  it("given an owner that has failed, when it resumes, then it owns the device with the fence of before", async () => {
    const { fence } = await first.call("device.open", { device: "route-1" });
    fixture.clock.advance(2 * HEARTBEAT_MS);
    await settled();
    assert.equal(first.resume(), true);
    await settled();
    assert.deepEqual(fixture.callControl.owners.get("route-1"), {
      fence,
      session: first.sessionId,
      state: "owned",
    });
  });

  it("given an open device, when CTIManager is killed, then the next one owns it with the same fence", async () => {
    const { fence } = await first.call("device.open", { device: "port-1", media: { mode: "dynamic", codecs: CODECS } });
    requests();
    await fixture.kill();
    assert.deepEqual(requests(), ["own port-1", "silent port-1 true"]);
    assert.equal(fixture.callControl.owners.get("port-1")?.fence, fence);
    first.resume();
    fixture.callControl.calls.start("1001", "2001", "c1");
    assert.equal((await first.call("call.answer", { device: "port-1", callId: "c1" }))["callId"], "c1");
  });

  it("given call control that has been away, when it is back, then it is told who owns what", async () => {
    await first.call("device.open", { device: "route-1" });
    requests();
    fixture.callControl.disconnect();
    fixture.callControl.connect();
    await settled();
    assert.deepEqual(requests(), ["own route-1"]);
  });

  it("given an owner, when another application opens the device with other media, then it is told who has it", async () => {
    const other = fixture.open({ name: "other" });
    await first.call("device.open", { device: "port-1", media: { mode: "dynamic", codecs: CODECS } });
    const media = { mode: "static", address: "192.0.2.1", port: 4_000, codecs: CODECS };
    const error = await other.error("device.open", { device: "port-1", media });
    assert.equal(error.code, "device-owned");
    assert.equal(error.facts.actor?.user, "operator");
    assert.equal(await other.refusal("call.drop", { device: "port-1" }), "device-owned");
  });

  it("given a dynamic registration, when another application registers the same, then both may command its calls", async () => {
    const other = fixture.open({ name: "other" });
    const media = { mode: "dynamic", codecs: CODECS };
    await first.call("device.open", { device: "port-1", media });
    await other.call("device.open", { device: "port-1", media });
    fixture.callControl.calls.start("1001", "2001", "c1");
    await other.call("call.accept", { device: "port-1", callId: "c1" });
    assert.equal(owner("port-1"), first.sessionId);
    await first.call("device.close", { device: "port-1" });
    await settled();
    assert.equal(owner("port-1"), other.sessionId);
  });

  it("given phones and kinds, when they are opened as they cannot be, then the code says why", async () => {
    const media = { mode: "dynamic", codecs: CODECS };
    assert.equal(await first.refusal("device.open", { device: "phone-1001", media }), "media-on-phone");
    assert.equal(await first.refusal("device.open", { device: "phone-1001", routes: true }), "device-type");
    assert.equal(await first.refusal("device.open", { device: "port-1", routes: true }), "device-type");
    assert.equal(await first.refusal("device.open", { device: "nobody" }), "not-found-device");
    assert.equal(await first.refusal("call.drop", { device: "port-1" }), "device-not-open");
    assert.equal((await first.call("device.close", { device: "port-1" }))["unchanged"], true);
  });

  it("given an application that has calls accepted, when it opens a device, then call control is told so, and of a standby its own choice", async () => {
    const second = fixture.open({ name: "operator" }, "desk");
    const last = (): boolean | undefined => {
      const request = fixture.callControl.deviceRequests.findLast(({ type }) => type === "own");
      return request?.type === "own" ? request.autoAccept : assert.fail();
    };
    const media = { mode: "dynamic", codecs: CODECS };
    await first.call("device.open", { device: "port-1", media, autoAccept: true });
    assert.equal(last(), true);
    await second.call("device.open", { device: "port-1", media });
    await first.call("device.close", { device: "port-1" });
    await settled();
    assert.equal(owner("port-1"), second.sessionId);
    assert.equal(last(), undefined);
    await second.call("device.open", { device: "port-1", media, autoAccept: true });
    assert.equal(last(), true, "it has chosen otherwise");
    await second.call("device.open", { device: "port-1", media, autoAccept: false });
    assert.equal(last(), undefined);
  });

  it("given what cannot accept calls, or is not offered them, when it is to accept them by itself, then the code says why", async () => {
    assert.equal(await first.refusal("device.open", { device: "phone-1001", autoAccept: true }), "device-type");
    const routing = { device: "route-1", routes: true, autoAccept: true };
    const { code, facts } = await first.error("device.open", routing);
    assert.deepEqual([code, facts.path], ["validation-combination", "/autoAccept"]);
    assert.equal(fixture.callControl.deviceRequests.length, 0);
    await first.call("device.open", { device: "phone-1001", autoAccept: false });
  });

  it("given a user with few devices, when it opens one more, then the limit is told", async () => {
    const poor = fixture.open({ name: "poor", maxOpenDevices: 1 });
    await poor.call("device.open", { device: "phone-1001" });
    const error = await poor.error("device.open", { device: "port-1" });
    assert.equal(error.code, "limit-devices");
    assert.deepEqual(error.facts.limit?.value, 1);
    await poor.call("device.close", { device: "phone-1001" });
    await poor.call("device.open", { device: "port-1" });
  });

  it("given an open device, when an administrator restricts it, then it is closed and cannot be opened, and is seen", async () => {
    await first.call("device.open", { device: "route-1" });
    first.take();
    const view = fixture.callControl.devices.get("route-1");
    assert.ok(view !== undefined);
    fixture.callControl.tell({ kind: "device", device: { ...view, isRestricted: true, isInService: false } });
    await settled();
    assert.deepEqual(first.take().slice(0, 2), ["device.state route-1 out", "session.notice device-closed route-1"]);
    assert.equal(await first.refusal("device.open", { device: "route-1" }), "access-restricted");
    assert.equal(await first.refusal("call.drop", { device: "route-1" }), "access-restricted");
    const { device } = await first.call<{ device: { operations: string[] } }>("device.get", { device: "route-1" });
    assert.deepEqual(device.operations, []);
  });

  it("given a registration that call control does not take, when a device is opened, then it is told at once, and nothing is owned", async () => {
    fixture.callControl.device = () => Promise.reject(new SwitchError("bad-params", "no such codec"));
    assert.equal(await first.refusal("device.open", { device: "route-1" }), "validation-parameter");
    assert.equal(fixture.core.metrics().find(({ name }) => name === "tandem_cti_owned_devices")?.value, 0);
  });

  it("given a device that is being opened, when the session opens it otherwise at once, then the last one counts, and is let go of with the session", async () => {
    fixture.callControl.hold = true;
    const media = { mode: "dynamic", codecs: CODECS };
    const opens = [{}, { media }, { media }].map((more) => first.call("device.open", { device: "port-1", ...more }));
    await settled();
    fixture.callControl.release();
    for (const opened of await Promise.all(opens)) assert.ok("fence" in opened);
    const { openDevices } = await first.call<{ openDevices: string[] }>("provider.topics", {});
    assert.deepEqual(openDevices, ["port-1"]);
    fixture.table.close(first.session, "application");
    await settled();
    assert.equal(fixture.callControl.owners.get("port-1")?.state, "left");
    await fixture.open({ name: "other" }).call("device.open", { device: "port-1" });
  });

  it("given a device that is being opened, when the session closes it at once, then it is closed", async () => {
    fixture.callControl.hold = true;
    const opened = first.call("device.open", { device: "port-1" });
    const closed = first.call("device.close", { device: "port-1" });
    await settled();
    fixture.callControl.release();
    await Promise.all([opened, closed]);
    assert.equal(fixture.callControl.owners.get("port-1")?.state, "left");
  });

  it("given an open device, when call control refuses to have it otherwise, then it is as it was", async () => {
    await first.call("device.open", { device: "port-1", media: { mode: "dynamic", codecs: CODECS } });
    const { callControl } = fixture;
    const taken = callControl.device.bind(callControl);
    callControl.device = () => {
      callControl.device = taken;
      return Promise.reject(new SwitchError("bad-params", "no such codec"));
    };
    assert.equal(
      await first.refusal("device.open", { device: "port-1", media: { mode: "dynamic", codecs: ["X"] } }),
      "validation-parameter",
    );
    await settled();
    assert.equal(owner("port-1"), first.sessionId);
    assert.equal(fixture.callControl.owners.get("port-1")?.state, "owned");
    const { openDevices } = await first.call<{ openDevices: string[] }>("provider.topics", {});
    assert.deepEqual(openDevices, ["port-1"]);
  });

  it("given call control that does not answer, when a device is opened, then it is refused, and is not owned later", async () => {
    fixture.callControl.hold = true;
    const refused = first.refusal("device.open", { device: "route-1" });
    await settled();
    fixture.clock.advance(5_000);
    assert.equal(await refused, "node-unavailable");
    fixture.callControl.release();
    await settled();
    assert.equal(fixture.callControl.owners.get("route-1")?.state, "left");
  });
});
