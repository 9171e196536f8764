import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ConfiguredFeatures,
  LiveFeatureSettings,
  type FeatureStore,
  type FeatureStoreResult,
} from "../../../../src/call/device/index.ts";
import { silentLogger } from "../../../../src/common/index.ts";
import { ConfigurationMirror, DatabaseError, type ConfigurationStore } from "../../../../src/database/index.ts";
import type { SqliteStore } from "../../../../src/database/sqlite/sqlite-store.ts";
import { change, keptConfiguration, phoneOperations, put, remove } from "../../../support/kept-configuration.ts";
import { openStore, temporaryFolder } from "../../../support/configuration-store.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const OK: FeatureStoreResult = { kind: "ok" };
const UNCHANGED: FeatureStoreResult = { kind: "unchanged" };
const refused = (code: string): object => ({ kind: "refused", code });

describe("ConfiguredFeatures", () => {
  let store: SqliteStore;
  let clock: ManualClock;
  let mirror: ConfigurationMirror;
  let settings: LiveFeatureSettings;
  let features: FeatureStore;
  let changed: number;

  const featuresOver = (over: ConfigurationStore): FeatureStore =>
    new ConfiguredFeatures({ store: over, clock, logger: silentLogger, onChanged: () => (changed += 1) });

  beforeEach(async () => {
    store = await keptConfiguration();
    clock = new ManualClock();
    await change(
      store,
      ...phoneOperations(["1001", "1002"]),
      put("cti-port", { name: "port" }),
      put("route-point", { name: "point" }),
      put("trunk", { name: "trunk", uri: "sip:192.0.2.1" }),
    );
    mirror = new ConfigurationMirror(store);
    settings = new LiveFeatureSettings(mirror);
    features = featuresOver(store);
    changed = 0;
  });
  afterEach(() => store.close());

  const current = async (): Promise<LiveFeatureSettings> => {
    settings.takeUp(await mirror.refresh());
    return settings;
  };
  const lastChange = (): { author: string; summary: string } => {
    const [last] = store.changesBefore(undefined, 1);
    return last ?? assert.fail();
  };
  /** A store in which `meanwhile` happens before each of the next changes. */
  const overtakenBy = (meanwhile: () => Promise<unknown>, times: number): ConfigurationStore => {
    let left = times;
    const apply: ConfigurationStore["apply"] = async (request) => {
      if (left-- > 0) await meanwhile();
      return store.apply(request);
    };
    return new Proxy(store, {
      get: (target, key) => {
        const value: unknown = key === "apply" ? apply : Reflect.get(target, key, target);
        return key !== "apply" && typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  };

  describe("auto answer", () => {
    it("given a phone, when it is set and taken back, then it is in the configuration with who has asked; what is so already is not changed", async () => {
      assert.deepEqual(await features.setAutoAnswer("phone-1001", false, "ann by CTI"), UNCHANGED);
      assert.deepEqual(await features.setAutoAnswer("phone-1001", true, "ann by CTI"), OK);
      assert.deepEqual([lastChange().author, lastChange().summary], ["ann by CTI", "auto answer: on"]);
      assert.equal((await current()).deviceOf("phone-1001")?.autoAnswer, true);
      assert.deepEqual(await features.setAutoAnswer("phone-1001", true, "ann by CTI"), UNCHANGED);
      assert.deepEqual(await features.setAutoAnswer("phone-1001", false, "ann by CTI"), OK);
      assert.equal((await current()).deviceOf("phone-1001")?.autoAnswer, false);
    });

    for (const device of ["port", "point", "trunk", "nobody"]) {
      it(`given ${device}, when it is set, then there is no such phone`, async () => {
        assert.deepEqual(await features.setAutoAnswer(device, true, "ann by CTI"), refused("unknown-device"));
      });
    }
  });

  describe("do not disturb and privacy", () => {
    for (const device of ["phone-1001", "port"]) {
      it(`given ${device}, when it asks for both, then they are in the configuration with who has asked, and taken up`, async () => {
        assert.deepEqual(await features.setDoNotDisturb(device, "reject"), OK);
        assert.deepEqual(
          [lastChange().author, lastChange().summary],
          [`feature-code of ${device}`, "do not disturb: reject"],
        );
        assert.deepEqual(await features.setPrivacy(device, true), OK);
        const { doNotDisturb, privacy } = (await current()).deviceOf(device) ?? assert.fail();
        assert.deepEqual([doNotDisturb, privacy, changed], ["reject", true, 2]);
        assert.deepEqual(await features.setDoNotDisturb(device, "off"), OK);
        assert.equal((await current()).deviceOf(device)?.doNotDisturb, "off");
      });
    }

    it("given what is so already, when it is asked for, then nothing changes", async () => {
      const before = store.sequence();
      assert.deepEqual(await features.setDoNotDisturb("phone-1001", "off"), UNCHANGED);
      assert.deepEqual(await features.setPrivacy("phone-1001", false), UNCHANGED);
      assert.deepEqual([store.sequence(), changed], [before, 0]);
    });

    for (const device of ["point", "trunk", "nobody"]) {
      it(`given ${device}, when it asks, then there is no such device`, async () => {
        assert.deepEqual(await features.setDoNotDisturb(device, "reject"), refused("unknown-device"));
        assert.deepEqual(await features.setPrivacy(device, true), refused("unknown-device"));
      });
    }

    it("given a phone with credentials, when a setting changes, then they stay", async () => {
      const before = store.get("phone", "phone-1001")?.body.credentials;
      await features.setPrivacy("phone-1001", true);
      assert.deepEqual(store.get("phone", "phone-1001")?.body.credentials, before);
    });
  });

  describe("forward all", () => {
    const LINE = "1001@internal";
    const forwarding = async (): Promise<unknown> => (await current()).lineOf(LINE)?.forwarding;

    it("given a line, when it is forwarded and no more, then calls of all kinds are", async () => {
      assert.deepEqual(await features.setForwardAll(LINE, "1002", "phone-1001"), OK);
      assert.equal(lastChange().author, "feature-code of phone-1001");
      assert.deepEqual(await forwarding(), { all: { internal: "1002", external: "1002" } });
      assert.deepEqual(await features.setForwardAll(LINE, "1002", "phone-1001"), UNCHANGED);
      assert.deepEqual(await features.setForwardAll(LINE, undefined, "phone-1001"), OK);
      assert.deepEqual(await forwarding(), {});
      assert.deepEqual(await features.setForwardAll(LINE, undefined, "phone-1001"), UNCHANGED);
    });

    it("given a search space of the forwarding, and other forwardings, when it changes, then they stay", async () => {
      const busy = { internal: "1002" };
      const all = { internal: "5", callingSearchSpace: "internal" };
      await change(store, {
        ...{ type: "merge", kind: "directory-number", name: LINE },
        body: { forwarding: { all, busy } },
      });
      assert.deepEqual(await features.setForwardAll(LINE, "1002", "phone-1001"), OK);
      assert.deepEqual(await forwarding(), { all: { ...all, internal: "1002", external: "1002" }, busy });
      assert.deepEqual(await features.setForwardAll(LINE, undefined, "phone-1001"), OK);
      assert.deepEqual(await forwarding(), { all: { callingSearchSpace: "internal" }, busy });
    });

    for (const destination of ["", "x", "1".repeat(33), "1001", "sip:", "A1"]) {
      it(`given ${destination} as where to, when it is asked for, then it is refused, and nothing changes`, async () => {
        const before = store.sequence();
        assert.deepEqual(await features.setForwardAll(LINE, destination, "phone-1001"), refused("bad-destination"));
        assert.equal(store.sequence(), before);
      });
    }

    it("given no such line, when it is asked for, then it is refused", async () => {
      assert.deepEqual(await features.setForwardAll("9@internal", "1002", "phone-1001"), refused("unknown-line"));
    });
  });

  describe("hunt log-in", () => {
    const LINE = "1001@internal";
    const groups = [
      put("line-group", { name: "sales", members: ["1001", "1002"] }),
      put("line-group", { name: "support", members: ["1001"], loggedOut: ["1002"] }),
      put("line-group", { name: "others", members: ["1002"], loggedOut: ["1001"] }),
      put("hunt-pilot", { pattern: "5000", lineGroups: ["sales", "support", "others"] }),
    ];
    const members = async (): Promise<unknown> =>
      (await current()).huntPilot("5000@internal")?.lineGroups.map((group) => group.members.join());

    it("given a line in several groups, when it logs out and in, then it does so in each, with one change", async () => {
      await change(store, ...groups);
      const before = store.sequence();
      assert.deepEqual(await features.setHuntLogin(LINE, false, "phone-1001"), OK);
      assert.equal(store.sequence(), before + 1);
      assert.deepEqual(await members(), ["1002@internal", "", "1002@internal"]);
      assert.deepEqual(await features.setHuntLogin(LINE, false, "phone-1001"), UNCHANGED);
      assert.deepEqual(await features.setHuntLogin(LINE, true, "phone-1001"), OK);
      assert.deepEqual(await members(), ["1001@internal,1002@internal", "1001@internal", "1002@internal"]);
      assert.deepEqual(await features.setHuntLogin(LINE, true, "phone-1001"), UNCHANGED);
    });

    it("given a line that is only logged out of a group, or no line, when it asks, then it is no member", async () => {
      await change(store, put("line-group", { name: "others", members: ["1002"], loggedOut: ["1001"] }));
      assert.deepEqual(await features.setHuntLogin(LINE, true, "phone-1001"), refused("no-member"));
      assert.deepEqual(await features.setHuntLogin("9@internal", true, "phone-1001"), refused("unknown-line"));
    });
  });

  describe("with others that change the same", () => {
    let count = 0;
    const rename = (): Promise<unknown> => {
      const body = { description: `change ${(count += 1)}` };
      return change(store, { type: "merge", kind: "phone", name: "phone-1001", body });
    };

    it("given some who are quicker, when a phone asks, then its change is made on top of theirs", async () => {
      assert.deepEqual(await featuresOver(overtakenBy(rename, 4)).setPrivacy("phone-1001", true), OK);
      const { privacy, description } = store.get("phone", "phone-1001")?.body ?? assert.fail();
      assert.deepEqual([privacy, description], [true, `change ${count}`]);
    });

    it("given one who is always quicker, when a phone asks, then it is told so after some attempts", async () => {
      const before = store.sequence();
      const result = await featuresOver(overtakenBy(rename, 100)).setPrivacy("phone-1001", true);
      assert.deepEqual([result, store.sequence() - before], [refused("overtaken"), 10]);
    });

    it("given one who deletes the phone meanwhile, when it asks, then there is no such device", async () => {
      const gone = (): Promise<unknown> => change(store, remove("phone", "phone-1001"));
      const result = await featuresOver(overtakenBy(gone, 1)).setPrivacy("phone-1001", true);
      assert.deepEqual(result, refused("unknown-device"));
    });

    it("given line groups that change meanwhile, when a line logs out, then what others did to them stays", async () => {
      await change(store, put("line-group", { name: "sales", members: ["1001", "1002"] }));
      const meanwhile = (): Promise<unknown> => features.setHuntLogin("1002@internal", false, "other");
      const result = await featuresOver(overtakenBy(meanwhile, 1)).setHuntLogin("1001@internal", false, "phone-1001");
      assert.deepEqual(result, OK);
      assert.deepEqual(store.get("line-group", "sales")?.body.loggedOut, ["1002@internal", "1001@internal"]);
    });
  });

  it("given many phones that log out at once through two services with one file, when all is done, then each is logged out", async () => {
    const folder = temporaryFolder();
    const stores = [1, 2].map(() => openStore({ path: join(folder.path, "configuration.db") }));
    const [first] = stores;
    assert.ok(first);
    // Fewer of each service than the attempts that the other one makes.
    const lines = Array.from({ length: 16 }, (_, index) => String(2000 + index));
    await first.apply({
      author: "test",
      summary: "",
      operations: [
        put("partition", { name: "internal" }),
        ...lines.map((number) => put("directory-number", { number })),
        put("line-group", { name: "sales", members: lines }),
      ],
    });
    const both = stores.map(featuresOver);
    const asked = lines.flatMap((line, index) => {
      const service = both[index % 2];
      return service === undefined ? [] : [service.setHuntLogin(`${line}@internal`, false, `phone-${line}`)];
    });
    const results = await Promise.all(asked);
    assert.deepEqual(new Set(results.map((result) => result.kind)), new Set(["ok"]));
    assert.equal(first.get("line-group", "sales")?.body.loggedOut.length, lines.length);
    for (const one of stores) one.close();
    folder.remove();
  });

  it("given more changes at once than may wait, when they are asked for, then the last is refused", async () => {
    const asked = Array.from({ length: 1_001 }, (_, index) => features.setPrivacy(`nobody-${index}`, true));
    const results = await Promise.all(asked);
    assert.deepEqual([results[999], results[1_000]], [refused("unknown-device"), refused("overtaken")]);
    assert.deepEqual(await features.setPrivacy("phone-1001", true), OK);
  });

  it("given a file that fails, when a phone asks, then it is told so", async () => {
    const fails = (): Promise<never> => Promise.reject(new DatabaseError("database-busy", "busy"));
    assert.deepEqual(await featuresOver(overtakenBy(fails, 1)).setPrivacy("phone-1001", true), refused("store-failed"));
    store.close();
    assert.deepEqual(await features.setPrivacy("phone-1001", true), refused("store-failed"));
  });

  it("given a phone that asks on and on, when a minute has not passed, then it is refused, and no other phone is", async () => {
    const results: FeatureStoreResult[] = [];
    for (let turn = 0; turn < 21; turn += 1) results.push(await features.setPrivacy("phone-1001", turn % 2 === 0));
    assert.deepEqual(results.slice(19), [OK, refused("too-often")]);
    assert.deepEqual(await features.setPrivacy("port", true), OK);
    clock.advance(60_000);
    assert.deepEqual(await features.setPrivacy("phone-1001", true), OK);
  });

  it("given a line or phone that is asked for what is so already, when that is asked on and on, then it does not count", async () => {
    const same = (): Promise<FeatureStoreResult>[] => [
      features.setPrivacy("phone-1001", true),
      features.setDoNotDisturb("phone-1001", "silent"),
      features.setForwardAll("1001@internal", "1002", "phone-1001"),
      features.setForwarding("1002@internal", "all", { internal: "1001" }, "anybody"),
    ];
    for (const asked of same()) assert.deepEqual(await asked, OK);
    for (let turn = 0; turn < 30; turn += 1) {
      assert.deepEqual(new Set((await Promise.all(same())).map(({ kind }) => kind)), new Set(["unchanged"]));
    }
    for (let turn = 0; turn < 17; turn += 1)
      assert.deepEqual(await features.setPrivacy("phone-1001", turn % 2 === 1), OK);
    assert.deepEqual(await features.setPrivacy("phone-1001", true), refused("too-often"));
    for (const asked of same().slice(1)) assert.deepEqual(await asked, { kind: "unchanged" });
  });

  it("given a change of a phone, when it is undone, then it is as it was", async () => {
    await features.setDoNotDisturb("phone-1001", "silent");
    await store.undo(store.sequence(), "admin");
    assert.equal((await current()).deviceOf("phone-1001")?.doNotDisturb, "off");
  });
});
