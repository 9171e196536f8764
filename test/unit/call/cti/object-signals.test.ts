import assert from "node:assert/strict";
import { ObjectSignals } from "../../../../src/call/cti/object-signals.ts";
import { ObjectViews } from "../../../../src/call/cti/object-views.ts";
import { StoredInventory } from "../../../../src/call/device/index.ts";
import { silentLogger } from "../../../../src/common/index.ts";
import { ConfigurationMirror, type Operation } from "../../../../src/database/index.ts";
import type { SqliteStore } from "../../../../src/database/sqlite/sqlite-store.ts";
import type { CtiSignal, MediaRegistration, MessageCount } from "../../../../src/signals/index.ts";
import { change, keptConfiguration, phoneOperations, phoneRemoval, put } from "../../../support/kept-configuration.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { StoredText } from "../../../support/stored-text.ts";
import { TEST_PROFILE } from "../../../support/switch-fixture.ts";

const MEDIA: MediaRegistration = { mode: "dynamic", codecs: ["PCMA"] };

describe("signals of devices and lines", () => {
  let store: SqliteStore;
  let mirror: ConfigurationMirror;
  let stored: StoredInventory;
  let clock: ManualClock;
  let file: StoredText;
  let registered: Set<string>;
  let opened: Set<string>;
  let messages: Map<string, MessageCount>;
  let views: ObjectViews;
  let told: CtiSignal[];
  let signals: ObjectSignals;

  beforeEach(async () => {
    store = await keptConfiguration();
    await change(
      store,
      ...phoneOperations(["1001"]),
      ...phoneOperations(["1002"]),
      put("directory-number", { number: "2000" }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "2000" }] }),
      put("route-point", { name: "point", lines: [{ directoryNumber: "2000" }] }),
    );
    mirror = new ConfigurationMirror(store);
    const profiles = new Map([TEST_PROFILE].map((profile) => [profile.name, profile]));
    for (const name of ["cti-port", "route-point"]) profiles.set(name, { ...TEST_PROFILE, name });
    stored = new StoredInventory(mirror, { realm: "tandem.test", node: "test", profiles, logger: silentLogger });
    clock = new ManualClock(0);
    file = new StoredText();
    registered = new Set();
    opened = new Set();
    messages = new Map();
    views = new ObjectViews(mirror, stored.inventory, {
      isRegistered: (aor) => registered.has(aor),
      openedAs: (device) => (opened.has(device) ? MEDIA : undefined),
      messagesOf: (line) => messages.get(line) ?? { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 },
    });
    signals = start();
  });
  afterEach(() => {
    signals.close();
    store.close();
  });

  /** A process over what is on file. */
  function start(): ObjectSignals {
    told = [];
    return new ObjectSignals({ views, store: file, clock, tell: (signal) => told.push(signal) });
  }

  async function configure(...operations: readonly Operation[]): Promise<void> {
    await change(store, ...operations);
    const touched = await mirror.refresh();
    await stored.takeUp(touched);
    signals.configurationChanged(touched);
  }

  /** What was told since it was asked last: the object, and what is to be seen of it. */
  function words(): string[] {
    return told.splice(0).map((signal) => {
      if (signal.kind === "line") return `line ${signal.line.name}`;
      if (signal.kind === "removed") return `removed ${signal.device ?? signal.line ?? ""}`;
      if (signal.kind !== "device") return signal.kind;
      const { name, isInService, cause = "" } = signal.device;
      return `${name} ${isInService ? "in" : `out: ${cause}`}`;
    });
  }

  const register = (number: string): void => {
    registered.add(`${number}/phone-${number}`);
    signals.deviceChanged(`phone-${number}`);
  };
  const unregister = (number: string): void => {
    registered.delete(`${number}/phone-${number}`);
    signals.deviceChanged(`phone-${number}`);
  };
  /** A turn in which what was left is done. */
  const turn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it("given nobody listens, when a phone registers, then nothing is told and nothing is kept", () => {
    register("1001");
    assert.deepEqual([words(), file.keys], [[], []]);
  });

  it("given somebody listens, when a phone registers, refreshes and is gone, then it is in service, and out of it, once each", () => {
    signals.begin();
    register("1001");
    register("1001");
    unregister("1001");
    assert.deepEqual(words(), ["phone-1001 in", "phone-1001 out: device-unregistered"]);
  });

  it("given a CTI port and a route point, when an application opens one, then it is in service with its media", () => {
    signals.begin();
    opened.add("port");
    signals.deviceChanged("port");
    const [first] = told;
    assert.ok(first?.kind === "device");
    assert.deepEqual(first.device, {
      name: "port",
      kind: "cti-port",
      lines: ["2000@internal"],
      isInService: true,
      isRestricted: false,
      capabilities: { answer: "application", offers: true, digits: true },
      media: MEDIA,
      doNotDisturb: "off",
    });
    assert.deepEqual(views.device("point")?.cause, "device-unregistered");
    opened.delete("port");
    signals.deviceChanged("port");
    assert.deepEqual(words(), ["port in", "port out: device-unregistered"]);
  });

  it("given a phone in service, when its control is taken away, of the device or of all its lines, then it is out of service for that", async () => {
    register("1001");
    signals.begin();
    const phone = (more: object): Operation => ({ type: "merge", kind: "phone", name: "phone-1001", body: more });
    await configure(phone({ allowControl: false }));
    assert.deepEqual(words(), ["phone-1001 out: device-restricted"]);
    assert.equal(views.device("phone-1001")?.isRestricted, true);
    await configure(phone({ allowControl: true }));
    assert.deepEqual(words(), ["phone-1001 in"]);
    await configure({ type: "merge", kind: "directory-number", name: "1001@internal", body: { allowControl: false } });
    assert.deepEqual(words(), ["line 1001@internal", "phone-1001 out: line-restricted"]);
    assert.equal(views.device("phone-1001")?.isRestricted, true);
    assert.equal(views.line("1001@internal")?.isRestricted, true);
  });

  it("given a line whose appearances are all closed, when it is looked at, then it is restricted", async () => {
    const lines = [{ directoryNumber: "1001", allowControl: false }];
    await configure({ type: "merge", kind: "phone", name: "phone-1001", body: { lines } });
    assert.deepEqual(
      [views.line("1001@internal")?.isRestricted, views.device("phone-1001")?.cause],
      [true, "line-restricted"],
    );
  });

  it("given a line, when its forwarding, its lamp or its devices change, then it is told with all of it", async () => {
    signals.begin();
    const forwarding = { all: { internal: "1002" }, noAnswer: { internal: "555", external: "1002" } };
    await configure({ type: "merge", kind: "directory-number", name: "1001@internal", body: { forwarding } });
    assert.deepEqual(words(), ["line 1001@internal"]);
    assert.deepEqual(views.line("1001@internal")?.forwarding, forwarding);
    messages.set("1001@internal", { new: 1, old: 0, newUrgent: 0, oldUrgent: 0 });
    signals.lineChanged("1001@internal");
    assert.equal(views.line("1001@internal")?.isMessageWaiting, true);
    assert.deepEqual(words(), ["line 1001@internal"]);
    messages.set("1001@internal", { new: 0, old: 2, newUrgent: 0, oldUrgent: 1 });
    signals.lineChanged("1001@internal");
    const { isMessageWaiting, messages: shown } = views.line("1001@internal") ?? assert.fail();
    const read = { newMessages: 0, oldMessages: 2, newUrgent: 0, oldUrgent: 1 };
    assert.deepEqual([isMessageWaiting, shown, words()], [false, read, ["line 1001@internal"]]);
    await configure(
      put("phone", { name: "phone-9", lines: [{ directoryNumber: "1001" }, { directoryNumber: "1002" }] }),
    );
    assert.deepEqual(words(), ["phone-9 out: device-unregistered", "line 1001@internal", "line 1002@internal"]);
    assert.deepEqual(views.line("1001@internal")?.devices, ["phone-1001", "phone-9"]);
  });

  it("given a phone, when it is not to be disturbed, then it is told so", async () => {
    signals.begin();
    await configure({ type: "merge", kind: "phone", name: "phone-1001", body: { doNotDisturb: "silent" } });
    const [first] = told;
    assert.equal(first?.kind === "device" && first.device.doNotDisturb, "silent");
  });

  it("given a phone, when it is to answer by itself, and no more, then it is told so", async () => {
    signals.begin();
    for (const autoAnswer of [true, false]) {
      await configure({ type: "merge", kind: "phone", name: "phone-1001", body: { autoAnswer } });
      const last = told.at(-1);
      assert.ok(last?.kind === "device");
      const { autoAnswer: shown, capabilities } = last.device;
      assert.deepEqual([shown, capabilities.answer], autoAnswer ? [true, "remote"] : [undefined, "none"]);
    }
  });

  it("given a phone and a line, when they come and go, then they are told of, and removed", async () => {
    signals.begin();
    await configure(...phoneOperations(["1003"]));
    assert.deepEqual(words(), ["phone-1003 out: device-unregistered", "line 1003@internal"]);
    await configure(...phoneRemoval(["1003"]));
    assert.deepEqual(words(), ["removed phone-1003", "removed 1003@internal"]);
    assert.deepEqual(
      file.keys.filter((key) => key.includes("1003")),
      [],
    );
  });

  it("given nobody listens any more, when objects change, then nothing is told and nothing is kept", () => {
    signals.begin();
    signals.end();
    register("1001");
    assert.deepEqual([words(), file.keys], [[], []]);
  });

  it("given a device whose group names other nodes, when it is not registered, then there is no node for it, until the group names this one", async () => {
    signals.begin();
    const node = (name: string): Operation => put("node", { name });
    await configure(
      ...["test", "far"].map(node),
      put("call-manager-group", { name: "far", nodes: ["far"] }),
      put("device-pool", { name: "far", callManagerGroup: "far" }),
      { type: "merge", kind: "phone", name: "phone-1001", body: { devicePool: "far" } },
    );
    assert.deepEqual(words(), ["phone-1001 out: no-call-node"]);
    await configure({ type: "merge", kind: "call-manager-group", name: "far", body: { nodes: ["far", "test"] } });
    assert.deepEqual(words(), ["phone-1001 out: device-unregistered"]);
  });

  describe("after a restart", () => {
    /** The process is killed, and another one begins. */
    async function restart(): Promise<void> {
      signals.close();
      signals = start();
      signals.restore();
      await turn();
    }

    beforeEach(() => {
      register("1001");
      signals.begin();
    });

    it("given nothing has changed meanwhile, when the next process begins, then nothing is told", async () => {
      await restart();
      clock.advance(10_000);
      assert.deepEqual(words(), []);
    });

    it("given objects have changed meanwhile, when the next process begins, then these are told", async () => {
      signals.close();
      await change(store, ...phoneRemoval(["1002"]), ...phoneOperations(["1004"]));
      const touched = await mirror.refresh();
      await stored.takeUp(touched);
      registered.add("1004/phone-1004");
      await restart();
      assert.deepEqual(words().sort(), [
        "line 1004@internal",
        "phone-1004 in",
        "removed 1002@internal",
        "removed phone-1002",
      ]);
    });

    it("given a binding that has ended meanwhile, when the phone registers within 5 s, then it was never out of service", async () => {
      registered.clear();
      await restart();
      clock.advance(4_999);
      register("1001");
      clock.advance(10_000);
      assert.deepEqual(words(), []);
    });

    it("given a binding that has ended meanwhile, when the phone does not register within 5 s, then it is out of service", async () => {
      registered.clear();
      await restart();
      assert.deepEqual(words(), []);
      clock.advance(5_000);
      assert.deepEqual(words(), ["phone-1001 out: device-unregistered"]);
    });

    it("given more than a turn's objects, when all have come meanwhile, then each is told once", async () => {
      signals.close();
      const numbers = Array.from({ length: 400 }, (_, index) => String(5_000 + index));
      await change(store, ...numbers.flatMap((number) => phoneOperations([number])));
      await stored.takeUp(await mirror.refresh());
      await restart();
      while (told.length < 800) await turn();
      await turn();
      assert.equal(new Set(words()).size, 800);
    });
  });
});
