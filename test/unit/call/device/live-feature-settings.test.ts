import assert from "node:assert/strict";
import { LiveFeatureSettings } from "../../../../src/call/device/index.ts";
import { parkNumbers } from "../../../../src/call/device/park-numbers.ts";
import { ConfigurationMirror, parsePattern, type Operation } from "../../../../src/database/index.ts";
import type { SqliteStore } from "../../../../src/database/sqlite/sqlite-store.ts";
import { change, keptConfiguration, phoneOperations, put, remove } from "../../../support/kept-configuration.ts";

describe("LiveFeatureSettings", () => {
  let store: SqliteStore;
  let mirror: ConfigurationMirror;
  let features: LiveFeatureSettings;

  beforeEach(async () => {
    store = await keptConfiguration();
    await change(store, ...phoneOperations(["1001", "1011"]), ...phoneOperations(["1002"]));
    mirror = new ConfigurationMirror(store);
    features = new LiveFeatureSettings(mirror);
  });
  afterEach(() => store.close());

  const takeUp = async (...operations: Operation[]): Promise<void> => {
    await change(store, ...operations);
    features.takeUp(await mirror.refresh());
  };
  const merge = (kind: Operation["kind"], name: string, body: object): Operation => ({
    type: "merge",
    kind,
    name,
    body,
  });

  it("given the parameter of conferences, when it is set and removed, then the next answer says so; by default they go on", async () => {
    const name = "AdHocConferenceEndsWithController";
    assert.equal(features.conferenceEndsWithController(), false);
    await takeUp(put("service-parameter", { name, value: true }));
    assert.equal(features.conferenceEndsWithController(), true);
    await takeUp(remove("service-parameter", name));
    assert.equal(features.conferenceEndsWithController(), false);
  });

  describe("of lines", () => {
    it("given a line with nothing said, when it is asked, then it has the defaults", () => {
      assert.deepEqual(features.lineOf("1001@internal"), {
        number: "1001",
        partition: "internal",
        maxCalls: 4,
        busyTrigger: 3,
        doNotDisturb: "off",
        privacy: false,
        forwarding: {},
        noAnswerSeconds: 12,
      });
      assert.equal(features.lineOf("1001"), undefined);
      assert.equal(features.lineOf("1009@internal"), undefined);
    });

    it("given a line that changes, when that is taken up, then the next answer says so, and the former one stays as it was", async () => {
      const before = features.lineOf("1001@internal");
      const forwarding = { all: { internal: "1002" } };
      await takeUp(
        put("pickup-group", { name: "sales" }),
        merge("directory-number", "1001@internal", {
          ...{ maxCalls: 10, busyTrigger: 2, voiceMail: "700", noAnswerSeconds: 20 },
          ...{ pickupGroup: "sales", doNotDisturb: "silent", privacy: true, forwarding },
        }),
      );
      assert.deepEqual(features.lineOf("1001@internal"), {
        number: "1001",
        partition: "internal",
        maxCalls: 10,
        busyTrigger: 2,
        pickupGroup: "sales",
        doNotDisturb: "silent",
        privacy: true,
        forwarding,
        voiceMail: "700",
        noAnswerSeconds: 20,
      });
      assert.equal(before?.doNotDisturb, "off");
    });
  });

  describe("of devices", () => {
    it("given a phone, when it is asked, then its lines are there in order, and it has the defaults", () => {
      assert.deepEqual(features.deviceOf("phone-1001"), {
        lines: ["1001@internal", "1011@internal"],
        doNotDisturb: "off",
        privacy: false,
        speedDials: [],
        autoAnswer: false,
      });
      assert.equal(features.deviceOf("phone-1009"), undefined);
    });

    it("given music of its pool and of its own, when it is asked, then its own counts first", async () => {
      await takeUp(
        put("music-source", { name: "quiet" }),
        put("music-source", { name: "loud", file: "loud.wav" }),
        merge("device-pool", "default", { musicSource: "quiet" }),
        merge("phone", "phone-1002", { musicSource: "loud" }),
      );
      assert.deepEqual(
        ["phone-1001", "phone-1002"].map((name) => features.deviceOf(name)?.musicSource),
        ["quiet", "loud"],
      );
      assert.deepEqual(
        features.musicSources(),
        new Map([
          ["quiet", undefined],
          ["loud", "loud.wav"],
        ]),
      );
      await takeUp(remove("music-source", "loud"));
      assert.equal(features.deviceOf("phone-1002")?.musicSource, "quiet");
    });

    it("given settings of a phone, a port and a route point, when they are asked, then each has what it can have", async () => {
      const said = { doNotDisturb: "reject", privacy: true } as const;
      await takeUp(
        merge("phone", "phone-1001", {
          ...said,
          autoAnswer: true,
          speedDials: [{ label: "Bob", destination: "1002" }],
        }),
        put("cti-port", { name: "port", ...said }),
        put("route-point", { name: "point", lines: [{ directoryNumber: "1001" }] }),
      );
      const { lines: _, ...phone } = features.deviceOf("phone-1001") ?? assert.fail();
      assert.deepEqual(phone, { ...said, speedDials: ["1002"], autoAnswer: true });
      assert.deepEqual(features.deviceOf("port"), { ...said, lines: [], speedDials: [], autoAnswer: false });
      assert.equal(features.deviceOf("point")?.doNotDisturb, "off");
    });
  });

  describe("of hunt pilots", () => {
    beforeEach(() =>
      takeUp(
        put("line-group", { name: "sales", members: ["1001", "1002"], distribution: "circular", ringSeconds: 7 }),
        put("line-group", { name: "all", members: ["1002", "1011", "1001"], distribution: "broadcast" }),
        put("hunt-pilot", { pattern: "5000", lineGroups: ["sales", "all"], noCoverage: "1011", maxSeconds: 90 }),
      ),
    );

    it("given a pilot, when it is asked, then its groups and members are there in order", () => {
      assert.deepEqual(features.huntPilot("5000@internal"), {
        lineGroups: [
          { name: "sales", members: ["1001@internal", "1002@internal"], distribution: "circular", ringSeconds: 7 },
          {
            name: "all",
            members: ["1002@internal", "1011@internal", "1001@internal"],
            distribution: "broadcast",
            ringSeconds: 10,
          },
        ],
        maxSeconds: 90,
        noCoverage: "1011",
      });
      assert.equal(features.huntPilot("5001@internal"), undefined);
    });

    it("given a member that is logged out, when it is taken up, then that group does not have it, and others do", async () => {
      await takeUp(merge("line-group", "sales", { loggedOut: ["1001", "1011"] }));
      assert.deepEqual(
        features.huntPilot("5000@internal")?.lineGroups.map(({ members }) => members.length),
        [1, 3],
      );
    });

    it("given a queue, when it is asked, then its bounds are there; a blocked pilot has nothing", async () => {
      await takeUp(
        put("music-source", { name: "welcome" }),
        merge("hunt-pilot", "5000@internal", { queue: { maxCallers: 3, announcement: "welcome" } }),
      );
      assert.deepEqual(features.huntPilot("5000@internal")?.queue, {
        maxCallers: 3,
        maxWaitSeconds: 900,
        announcement: "welcome",
      });
      await takeUp(remove("music-source", "welcome"), merge("hunt-pilot", "5000@internal", { noCoverage: null }));
      const { queue, noCoverage } = features.huntPilot("5000@internal") ?? assert.fail();
      assert.deepEqual([queue, noCoverage], [{ maxCallers: 3, maxWaitSeconds: 900 }, undefined]);
      await takeUp(merge("hunt-pilot", "5000@internal", { blocked: true }));
      assert.equal(features.huntPilot("5000@internal"), undefined);
    });
  });

  describe("of park ranges", () => {
    beforeEach(() =>
      takeUp(
        put("partition", { name: "outside" }),
        put("park-range", { pattern: "70X" }),
        put("park-range", { pattern: "80X" }),
        put("park-range", {
          pattern: "*6[1-3]",
          partition: "outside",
          ...{ reminderSeconds: 10, periodicSeconds: 5, giveUpSeconds: 30, forwardTo: "1001" },
        }),
      ),
    );

    it("given a range, when it is asked, then all of its numbers and times are there", () => {
      assert.deepEqual(features.parkRange("*6[1-3]@outside"), {
        name: "*6[1-3]@outside",
        partition: "outside",
        numbers: ["*61", "*62", "*63"],
        reminderSeconds: 10,
        periodicSeconds: 5,
        giveUpSeconds: 30,
        forwardTo: "1001",
      });
      const { numbers, reminderSeconds, periodicSeconds, giveUpSeconds } =
        features.parkRange("70X@internal") ?? assert.fail();
      assert.deepEqual([numbers.length, reminderSeconds, periodicSeconds, giveUpSeconds], [10, 60, 30, 300]);
    });

    it("given partitions, when ranges for them are asked, then those in them are there, by the order of partitions", () => {
      const names = (...partitions: string[]): string[] => features.parkRanges(partitions).map(({ name }) => name);
      assert.deepEqual(names("outside", "internal"), ["*6[1-3]@outside", "70X@internal", "80X@internal"]);
      assert.deepEqual(names("internal"), ["70X@internal", "80X@internal"]);
      assert.deepEqual(names(), []);
    });

    it("given a range that changes or goes, when that is taken up, then it is so", async () => {
      await takeUp(merge("park-range", "70X@internal", { forwardTo: "1002" }), remove("park-range", "80X@internal"));
      assert.equal(features.parkRange("70X@internal")?.forwardTo, "1002");
      assert.equal(features.parkRange("80X@internal"), undefined);
    });

    for (const [pattern, count, first, last] of [
      ["700", 1, "700", "700"],
      ["7[^1-8]X", 20, "700", "799"],
      ["+49X", 10, "+490", "+499"],
      ["7[*#A]", 3, "7*", "7A"],
      ["7XXX", 1_000, "7000", "7999"],
      ["7XXXX", 1_000, "70000", "70999"],
      ["7!", 0, undefined, undefined],
    ] as const) {
      it(`given ${pattern}, when its numbers are made, then they are ${count}, and it matches each`, () => {
        const numbers = parkNumbers(pattern);
        assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [count, first, last]);
        assert.equal(new Set(numbers).size, count);
        const parsed = parsePattern(pattern);
        assert.ok(parsed.ok && numbers.every(({ length }) => length === parsed.value.positions.length));
      });
    }
  });

  describe("of pickup groups", () => {
    const inGroup = (line: string, pickupGroup: string | null): Operation =>
      merge("directory-number", `${line}@internal`, { pickupGroup });
    beforeEach(() =>
      takeUp(
        put("pickup-group", { name: "sales", number: "1011" }),
        put("pickup-group", { name: "empty" }),
        ...["1002", "1001"].map((line) => inGroup(line, "sales")),
      ),
    );

    it("given a group, when it is asked, then its lines are there", () => {
      assert.deepEqual(features.pickupGroup("sales"), {
        members: ["1001@internal", "1002@internal"],
        number: "1011@internal",
      });
      assert.deepEqual(features.pickupGroup("empty"), { members: [] });
      assert.equal(features.pickupGroup("none"), undefined);
    });

    it("given lines that change groups, leave or are deleted, when that is taken up, then the groups have those that are left", async () => {
      await takeUp(inGroup("1001", "empty"));
      assert.deepEqual(features.pickupGroup("sales")?.members, ["1002@internal"]);
      assert.deepEqual(features.pickupGroup("empty")?.members, ["1001@internal"]);
      await takeUp(inGroup("1001", null), remove("phone", "phone-1002"), remove("directory-number", "1002@internal"));
      assert.deepEqual(features.pickupGroup("sales")?.members, []);
      assert.deepEqual(features.pickupGroup("empty")?.members, []);
    });

    it("given a group that is deleted, when that is taken up, then its lines are in none", async () => {
      await takeUp(remove("pickup-group", "sales"));
      assert.equal(features.pickupGroup("sales"), undefined);
      assert.equal(features.lineOf("1001@internal")?.pickupGroup, undefined);
    });

    it("given a configuration as it is, when settings begin with it, then they say the same", () => {
      assert.deepEqual(new LiveFeatureSettings(mirror).pickupGroup("sales"), features.pickupGroup("sales"));
    });
  });
});
