import assert from "node:assert/strict";
import { SCHEMAS, type ConfigurationStore, type Kind, type Operation } from "../../../../src/database/index.ts";
import { change, create, merge, openNewStore, refusalOf, remove } from "../../../support/configuration-store.ts";

describe("rules between and within objects", () => {
  let store: ConfigurationStore;

  beforeEach(async () => {
    store = await openNewStore();
    const trunk = { name: "carrier", uri: "sip:192.0.2.1" };
    await change(
      store,
      create("trunk", trunk),
      create("route-group", { name: "g", trunks: ["carrier"] }),
      create("route-list", { name: "list", groups: [{ routeGroup: "g" }] }),
      create("directory-number", { number: "1" }),
      create("directory-number", { number: "2" }),
      create("line-group", { name: "sales" }),
    );
  });
  afterEach(() => store.close());

  const check = (...operations: Operation[]): Promise<unknown> => {
    return store.check({ author: "test", summary: "", operations });
  };
  const refuses = (what: string, kind: Kind, body: object, expected: string): void => {
    it(`given ${what}, when made, then it is refused at its place`, async () => {
      const refused = await refusalOf(check(create(kind, body)));
      assert.equal(refused.length, 1, refused.join("\n"));
      assert.ok(refused[0]?.includes(expected), refused[0]);
    });
  };
  const takes = (what: string, kind: Kind, body: object): void => {
    it(`given ${what}, when made, then it is taken`, async () => {
      await check(create(kind, body));
      assert.ok(SCHEMAS[kind]);
    });
  };

  describe("of patterns", () => {
    const route = (more: object): object => ({ pattern: "9.X", trunk: "carrier", ...more });
    takes("a route pattern with a trunk", "route-pattern", route({ discard: "pre-dot" }));
    takes("a blocked route pattern that leads nowhere", "route-pattern", { pattern: "9", blocked: true });
    refuses("a second dot", "route-pattern", route({ pattern: "9.0.X" }), "pattern: has more than one dot");
    refuses("a second dot", "translation-pattern", { pattern: "9.0.X" }, "pattern: has more than one dot");
    refuses(
      "pre-dot without a dot",
      "route-pattern",
      route({ pattern: "9X", discard: "pre-dot" }),
      "discard: pre-dot needs a dot",
    );
    refuses(
      "a route pattern that leads nowhere",
      "route-pattern",
      { pattern: "9" },
      "trunk: expected a trunk or a routeList",
    );
    refuses(
      "a trunk and a route list",
      "route-pattern",
      route({ routeList: "list" }),
      "routeList: trunk and routeList exclude",
    );
    refuses("a hunt pilot without groups", "hunt-pilot", { pattern: "5" }, "lineGroups: expected a line group");
    takes("a hunt pilot that only leads on", "hunt-pilot", { pattern: "5", noCoverage: "1" });
    refuses(
      "a line group twice",
      "hunt-pilot",
      { pattern: "5", lineGroups: ["sales", "sales"] },
      "lineGroups.1: sales is there twice",
    );
  });

  describe("of park ranges", () => {
    for (const pattern of ["70X", "7XXX", "[2-5]XX", "+70X"]) takes(pattern, "park-range", { pattern });
    refuses("10,000 numbers", "park-range", { pattern: "XXXX" }, "pattern: has 10000 numbers; at most 1000");
    refuses("1,100 numbers", "park-range", { pattern: "[0-9*]XX" }, "pattern: has 1100 numbers");
    for (const pattern of ["70!", "70X+", "70X?"]) {
      refuses(pattern, "park-range", { pattern }, "pattern: a park range has an end");
    }
    refuses("a dot", "park-range", { pattern: "7.X" }, "pattern: a park range has no dot");
    refuses("a set with nothing in it", "park-range", { pattern: "7[^0-9]" }, "which matches nothing");
  });

  describe("of time schedules", () => {
    const schedule = (period: object): object => ({ name: "s", periods: [period] });
    takes("one day", "time-schedule", schedule({ firstDate: "2026-12-24", lastDate: "2026-12-24" }));
    takes("a night", "time-schedule", schedule({ from: "22:00", to: "06:00" }));
    refuses(
      "dates in the wrong order",
      "time-schedule",
      schedule({ firstDate: "2026-12-24", lastDate: "2026-12-23" }),
      "periods.0.lastDate: is before",
    );
    refuses("no time", "time-schedule", schedule({ from: "08:00", to: "08:00" }), "periods.0.to: is the same");
    refuses(
      "a begin at midnight of the next day",
      "time-schedule",
      schedule({ from: "24:00", to: "01:00" }),
      "periods.0.from: expected",
    );
    refuses(
      "a day twice",
      "time-schedule",
      schedule({ days: ["monday", "monday"] }),
      "periods.0.days: has a day twice",
    );
  });

  describe("of lines", () => {
    refuses(
      "voice mail that leads nowhere",
      "directory-number",
      { number: "3", forwarding: { busy: { external: "voice-mail" } } },
      "forwarding.busy.external: voice-mail leads nowhere",
    );
    takes("voice mail", "directory-number", {
      number: "3",
      voiceMail: "7000",
      forwarding: { busy: { external: "voice-mail" } },
    });
    refuses(
      "a trigger above the calls",
      "directory-number",
      { number: "3", maxCalls: 2, busyTrigger: 3 },
      "busyTrigger: must be at most maxCalls, 2",
    );
  });

  describe("of lists", () => {
    const twice = [{ directoryNumber: "1" }, { directoryNumber: "1@internal" }];
    refuses("a line twice", "phone", { name: "p", lines: twice }, "lines.1: 1@internal is there twice");
    refuses("a line twice", "cti-port", { name: "p", lines: twice }, "lines.1");
    refuses("a line twice", "route-point", { name: "p", lines: twice }, "lines.1");
    refuses("a member twice", "line-group", { name: "l", members: ["1", "1"] }, "members.1: 1@internal");
    refuses(
      "a partition twice",
      "calling-search-space",
      { name: "c", partitions: ["internal", "internal"] },
      "partitions.1",
    );
    refuses("a node twice", "call-manager-group", { name: "c", nodes: ["n1", "n1"] }, "nodes.1");
    refuses("a trunk twice", "route-group", { name: "c", trunks: ["carrier", "carrier"] }, "trunks.1");
    refuses(
      "a group twice",
      "route-list",
      { name: "c", groups: [{ routeGroup: "g" }, { routeGroup: "g" }] },
      "groups.1",
    );
    refuses("a codec twice", "region", { name: "c", codecs: ["PCMA", "PCMA"] }, "codecs.1");
    refuses(
      "a region twice",
      "region",
      { name: "c", to: [1, 2].map(() => ({ region: "default", codecs: ["PCMA"] })) },
      "to.1",
    );
    refuses("a permission twice", "user", { name: "u", permissions: ["srtp-keys", "srtp-keys"] }, "permissions.1");
  });

  describe("of users and their devices", () => {
    const ports = [{ directoryNumber: "1" }, { directoryNumber: "2" }];

    refuses("a trunk as a device", "user", { name: "u", devices: ["carrier"] }, "devices.0: carrier is a trunk");

    it("given a user with one line a port, when a port of it gets two, then it is refused from either side", async () => {
      await change(store, create("cti-port", { name: "p", lines: ports }));
      const user = create("user", { name: "u", devices: ["p"], oneLinePerPort: true });
      assert.match((await refusalOf(check(user)))[0] ?? "", /devices\.0: p has 2 lines/);
      await change(store, merge("cti-port", "p", { lines: ports.slice(0, 1) }));
      await change(store, user);
      assert.match((await refusalOf(check(merge("cti-port", "p", { lines: ports }))))[0] ?? "", /lines: user u takes/);
      await check(merge("user", "u", { oneLinePerPort: false }), merge("cti-port", "p", { lines: ports }));
    });

    it("given no administrator, when users come and go, then nothing is asked", async () => {
      await change(store, create("user", { name: "u" }));
      await check(remove("user", "u"));
    });

    it("given the last administrator, when deleted or demoted, then it is refused unless there is another", async () => {
      await change(store, create("user", { name: "root", role: "administrator" }));
      for (const operation of [remove("user", "root"), merge("user", "root", { role: "operator" })]) {
        assert.deepEqual(await refusalOf(check(operation)), [
          "rule-violated user root role: is the last administrator",
        ]);
      }
      assert.equal((await refusalOf(store.undo(3, "test"))).length, 1);
      await check(remove("user", "root"), create("user", { name: "other", role: "administrator" }));
      await change(store, create("user", { name: "other", role: "administrator" }));
      await check(remove("user", "root"));
      assert.equal((await refusalOf(check(remove("user", "root"), remove("user", "other")))).length, 1);
    });
  });

  describe("of unique keys", () => {
    const trunk = (name: string, more: object): object => ({ name, uri: "sip:192.0.2.9", ...more });

    it("given a name, number, digest user or trunk key that another has, when made, then it is refused", async () => {
      const credentials = { user: "x", password: "y" };
      await change(
        store,
        create("phone", { name: "p", credentials }),
        create("trunk", trunk("t", { addresses: ["2001:db8::1"], prefixes: ["00"], certificateNames: ["a.example"] })),
        create("park-range", { pattern: "70X" }),
      );
      const cases: [Kind, object, string][] = [
        ["cti-port", { name: "p" }, "name: phone p has the same device name p"],
        ["phone", { name: "q", credentials }, "credentials.user: phone p has the same digest user x"],
        [
          "hunt-pilot",
          { pattern: "1", noCoverage: "2" },
          "pattern: directory-number 1@internal has the same number or pattern",
        ],
        ["translation-pattern", { pattern: "7.0X" }, "pattern: park-range 70X@internal has the same number or pattern"],
        [
          "trunk",
          trunk("u", { addresses: ["192.0.2.7", "2001:DB8::1"] }),
          "addresses.1: trunk t has the same trunk address",
        ],
        [
          "trunk",
          trunk("u", { addresses: ["2001:db8:0::0:1/128"] }),
          "addresses.0: trunk t has the same trunk address",
        ],
        [
          "trunk",
          trunk("u", { addresses: ["10.0.0.0/8", "10.9.9.9/8"] }),
          "addresses.1: trunk address 10.0.0.0/8 is there",
        ],
        ["trunk", trunk("u", { prefixes: ["9", "9"] }), "prefixes.1: trunk prefix 9 is there twice"],
        [
          "trunk",
          trunk("u", { certificateNames: ["b", "b"] }),
          "certificateNames.1: trunk certificate name b is there",
        ],
        ["trunk", trunk("u", { addresses: ["::ffff:10.0.0.0/104"] }), "addresses.0: expected the block as one of IPv4"],
        ["trunk", trunk("u", { prefixes: ["00"] }), "prefixes.0: trunk t has the same trunk prefix"],
        ["trunk", trunk("u", { certificateNames: ["a.example"] }), "certificateNames.0: trunk t has the same"],
      ];
      for (const [kind, body, expected] of cases) {
        const refused = await refusalOf(check(create(kind, body)));
        assert.ok(refused.length === 1 && refused[0]?.includes(expected), refused.join("\n"));
      }
    });

    it("given two new objects with one key, when made in one change, then it is refused", async () => {
      const refused = await refusalOf(check(create("phone", { name: "p" }), create("route-point", { name: "p" })));
      assert.deepEqual(refused, ["rule-violated route-point p name: phone p has the same device name p"]);
    });

    it("given two trunks that exchange addresses in one change, when made, then keys follow them", async () => {
      await change(
        store,
        create("trunk", trunk("a", { addresses: ["192.0.2.1"] })),
        create("trunk", trunk("b", { addresses: ["192.0.2.2"] })),
      );
      await change(
        store,
        merge("trunk", "a", { addresses: ["192.0.2.2"] }),
        merge("trunk", "b", { addresses: ["192.0.2.1"] }),
      );
      const [refused] = await refusalOf(check(create("trunk", trunk("c", { addresses: ["192.0.2.1"] }))));
      assert.match(refused ?? "", /trunk b has the same trunk address/);
    });
  });

  describe("of device pools", () => {
    for (const kind of ["phone", "cti-port", "route-point", "trunk"] as const) {
      it(`given a ${kind} in a device pool that is not there, when made, then it is refused`, async () => {
        const body = { name: "d", devicePool: "none", ...(kind === "trunk" ? { uri: "sip:192.0.2.1" } : {}) };
        const refused = await refusalOf(check(create(kind, body)));
        assert.deepEqual(refused, [`missing-reference ${kind} d devicePool: there is no device pool none`]);
      });
    }
  });
});
