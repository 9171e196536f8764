import assert from "node:assert/strict";
import { numberingSource } from "../../../../../src/call/digit-analysis/numbering.ts";
import type { DialedRoute } from "../../../../../src/call/digit-analysis/plan/dial-plan.ts";
import { RouteTurns } from "../../../../../src/call/digit-analysis/plan/route-turns.ts";
import { isInternational } from "../../../../../src/call/toll/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { samplePlan, type PlanInput } from "../../../../support/sample-plan.ts";

const trunks = ["a", "b", "c", "d"].map((name) => ({ name, uri: "sip:192.0.2.1" }));
const dialRoute = (
  input: PlanInput,
  digits: string,
  { callingNumber = "1001", nextOf }: { callingNumber?: string; nextOf?: (group: string) => number } = {},
): DialedRoute => {
  const turn = nextOf === undefined ? {} : { nextOf };
  const { target } = samplePlan({ trunks, ...input }).analyzeDigits(digits, {
    partitions: ["internal"],
    nowMs: 0,
    callingNumber,
    ...turn,
  });
  assert.equal(target.kind, "route");
  return target;
};
const textOf = ({ attempts }: DialedRoute): string =>
  attempts.map(({ trunk, number, callingNumber }) => `${trunk} ${number} ${callingNumber}`).join(", ");

describe("route patterns", () => {
  it("given a trunk, when a number is dialed, then it is the only one that is tried, with both numbers changed", () => {
    const input: PlanInput = {
      routePatterns: [
        {
          pattern: "9.!",
          trunk: "a",
          discard: "pre-dot",
          prefix: "+49",
          calling: { mask: "+4930XXXX" },
          class: "premium",
        },
      ],
    };
    const route = dialRoute(input, "9301234");
    assert.equal(textOf(route), "a +49301234 +49301001");
    assert.equal(route.class, "premium");
    assert.equal(route.pattern, "9.!@internal");
  });

  it("given a route list, when a number is dialed, then its groups come in order, each with its own changes of both numbers", () => {
    const input: PlanInput = {
      routePatterns: [{ pattern: "9.!", routeList: "all", discard: "pre-dot" }],
      routeGroups: [
        { name: "first", trunks: ["a", "b"] },
        { name: "second", trunks: ["c"] },
      ],
      routeLists: [
        {
          name: "all",
          groups: [
            { routeGroup: "first" },
            { routeGroup: "second", called: { stripDigits: 1, prefix: "+49" }, calling: { prefix: "+4930" } },
          ],
        },
      ],
    };
    assert.equal(textOf(dialRoute(input, "90891")), "a 0891 1001, b 0891 1001, c +49891 +49301001");
  });

  it("given a circular group, when calls come, then each begins one trunk later", () => {
    const turns = new RouteTurns();
    const input: PlanInput = {
      routePatterns: [{ pattern: "9!", routeList: "all" }],
      routeGroups: [
        { name: "ring", distribution: "circular", trunks: ["a", "b", "c"] },
        { name: "last", trunks: ["d"] },
      ],
      routeLists: [{ name: "all", groups: [{ routeGroup: "ring" }, { routeGroup: "last" }] }],
    };
    const orders = [1, 2, 3, 4].map(() =>
      dialRoute(input, "91", { nextOf: (group) => turns.next(group) })
        .attempts.map(({ trunk }) => trunk)
        .join(""),
    );
    assert.deepEqual(orders, ["abcd", "bcad", "cabd", "abcd"]);
    assert.equal(textOf(dialRoute(input, "91")).slice(0, 1), "a");
  });

  it("given more trunks than are tried for a call, when a number is dialed, then there are 100 attempts", () => {
    const names = Array.from({ length: 60 }, (_, index) => `t${index}`);
    const input: PlanInput = {
      trunks: names.map((name) => ({ name, uri: "sip:192.0.2.1" })),
      routePatterns: [{ pattern: "9!", routeList: "all" }],
      routeGroups: [{ name: "many", trunks: names }],
      routeLists: [{ name: "all", groups: [{ routeGroup: "many" }, { routeGroup: "many" }] }],
    };
    assert.equal(dialRoute(input, "91").attempts.length, 100);
  });

  it("given more groups than are counted, when calls come, then the oldest begins anew and others go on", () => {
    const turns = new RouteTurns();
    for (let index = 0; index <= 1_000; index += 1) turns.next(`g${index}`);
    assert.equal(turns.next("g1000"), 1);
    assert.equal(turns.next("g0"), 0);
  });

  describe("to international numbers", () => {
    for (const [what, number, parameters, trunk, international] of [
      ["00", "0044207", {}, {}, true],
      ["011", "01144207", {}, {}, true],
      ["a national number", "030123", {}, {}, false],
      ["+ and no country code", "+4930123", {}, {}, true],
      ["+ and the own country code", "+4930123", { CountryCode: "49" }, {}, false],
      ["+ and another country code", "+4420123", { CountryCode: "49" }, {}, true],
      ["another prefix", "8104420", { InternationalPrefixes: "810" }, {}, true],
      ["00 where it is none", "0044207", { InternationalPrefixes: "810" }, {}, false],
      ["no prefixes", "0044207", { InternationalPrefixes: "" }, {}, false],
      ["a number that the trunk makes so", "44207", {}, { outbound: { prefix: "00" } }, true],
      ["a number that the trunk makes look national", "0044207", {}, { outbound: { stripDigits: 2 } }, true],
    ] as const) {
      it(`given ${what}, when ${number} is dialed, then it is ${international ? "" : "not "}international`, () => {
        const input: PlanInput = {
          trunks: [{ name: "a", uri: "sip:192.0.2.1", ...trunk }],
          serviceParameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
          routePatterns: [
            { pattern: "!", trunk: "a" },
            { pattern: "\\+!", trunk: "a" },
          ],
        };
        assert.equal(dialRoute(input, number).international, international);
        assert.equal(samplePlan(input).leavesAbroad("a", number), international);
      });
    }

    for (const [number, international] of [
      ["*31#0044207", true],
      ["#31#01144207", true],
      ["*6701144207", true],
      ["*21**31#0044207", true],
      ["**0044207", true],
      ["*31#030123", false],
      ["*67", false],
    ] as const) {
      it(`given a service code, when ${number} is dialed, then it is ${international ? "" : "not "}international`, () => {
        assert.equal(samplePlan({ trunks }).leavesAbroad("a", number), international);
        assert.equal(isInternational(number), international);
      });
    }

    for (const [number, e164] of [
      ["+442079460000", "+442079460000"],
      ["00442079460000", "+442079460000"],
      ["011442079460000", "+442079460000"],
      ["02079460000", undefined],
      ["000", undefined],
      ["+1234567890123456", undefined],
      ["00*1234", undefined],
      ["1001", undefined],
    ] as const) {
      it(`given the number ${number}, when it is asked how it is written in all the world, then that is ${e164 ?? "not known"}`, () => {
        assert.equal(samplePlan({ trunks }).e164Of(number), e164);
      });
    }

    it("given a number of nothing but codes, when it is looked at, then that takes no time", () => {
      for (const one of ["*1", "**1", "*", "1*"]) {
        const startedAtMs = performance.now();
        samplePlan({ trunks }).leavesAbroad("a", one.repeat(64));
        assert.ok(performance.now() - startedAtMs < 1_000, one);
      }
    });

    it("given a pattern of class international, when a number is dialed that does not look so, then it is", () => {
      const input: PlanInput = { routePatterns: [{ pattern: "5!", trunk: "a", class: "international" }] };
      assert.equal(dialRoute(input, "51").international, true);
    });

    it("given a route group that makes it so, when a number is dialed, then it is", () => {
      const input: PlanInput = {
        routePatterns: [{ pattern: "5!", routeList: "all" }],
        routeGroups: [{ name: "first", trunks: ["a"] }],
        routeLists: [{ name: "all", groups: [{ routeGroup: "first", called: { prefix: "+1" } }] }],
      };
      assert.equal(dialRoute(input, "51").international, true);
    });
  });
});

describe("numberingSource", () => {
  it("given a dial plan that changes, when calls come, then each has the one that is in force, its time and its turn", () => {
    const clock = new ManualClock();
    const plans = [samplePlan({}), samplePlan({ directoryNumbers: [{ number: "1" }] })];
    let current = 0;
    const source = numberingSource(() => plans[current] ?? samplePlan({}), clock);
    const first = source("1001");
    current = 1;
    const second = source("1002");
    assert.deepEqual([first.plan, second.plan], plans);
    assert.deepEqual([first.callingNumber, first.nowMs], ["1001", clock.wallMs()]);
    assert.deepEqual([first.nextOf?.("g"), second.nextOf?.("g")], [0, 1]);
  });
});
