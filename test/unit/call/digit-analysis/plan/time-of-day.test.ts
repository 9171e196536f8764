import assert from "node:assert/strict";
import { isWithin, WallClock } from "../../../../../src/call/digit-analysis/plan/time-of-day.ts";
import { SCHEMAS, type InputOf } from "../../../../../src/database/index.ts";
import { routePatterns, samplePlan, targetText } from "../../../../support/sample-plan.ts";

type PeriodInput = NonNullable<InputOf<"time-schedule">["periods"]>[number];

describe("WallClock", () => {
  for (const [zone, utc, date, weekday, time] of [
    ["UTC", "2026-11-27T18:05:59Z", "2026-11-27", "friday", "18:05"],
    ["Europe/Berlin", "2026-11-27T23:30:00Z", "2026-11-28", "saturday", "00:30"],
    // Summer time begins on 2026-03-29 at 01:00 UTC and ends on 2026-10-25 at 01:00 UTC.
    ["Europe/Berlin", "2026-03-29T00:59:00Z", "2026-03-29", "sunday", "01:59"],
    ["Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29", "sunday", "03:00"],
    ["Europe/Berlin", "2026-10-25T00:59:00Z", "2026-10-25", "sunday", "02:59"],
    ["Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25", "sunday", "02:00"],
    ["America/New_York", "2026-01-01T04:59:00Z", "2025-12-31", "wednesday", "23:59"],
    ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01", "thursday", "05:45"],
  ] as const) {
    it(`given ${zone}, when it is ${utc}, then the wall says ${weekday} ${date} ${time}`, () => {
      const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
      assert.deepEqual(new WallClock(zone).at(Date.parse(utc)), { date, weekday, minute });
    });
  }
});

describe("periods of time schedules", () => {
  const isOn = (input: PeriodInput, local: string): boolean => {
    const [period] = SCHEMAS["time-schedule"].parse({ name: "x", periods: [input] }).periods;
    assert.ok(period);
    return isWithin(period, new WallClock("UTC").at(Date.parse(`${local}Z`)));
  };
  const office: PeriodInput = { days: ["monday", "friday"], from: "08:30", to: "17:00" };
  const night: PeriodInput = { days: ["friday"], from: "22:00", to: "06:00" };
  const holiday: PeriodInput = { firstDate: "2026-12-24", lastDate: "2026-12-25", from: "20:00", to: "04:00" };

  for (const [what, period, local, on] of [
    ["a period without bounds", {}, "2026-11-27T00:00", true],
    ["office hours, before", office, "2026-11-27T08:29", false],
    ["office hours, at the beginning", office, "2026-11-27T08:30", true],
    ["office hours, the last minute", office, "2026-11-27T16:59", true],
    ["office hours, at the end", office, "2026-11-27T17:00", false],
    ["office hours, another day", office, "2026-11-28T12:00", false],
    ["a night, before", night, "2026-11-27T21:59", false],
    ["a night, at the beginning", night, "2026-11-27T22:00", true],
    ["a night, after midnight", night, "2026-11-28T05:59", true],
    ["a night, at the end", night, "2026-11-28T06:00", false],
    ["a night, after midnight of a day before it", night, "2026-11-27T05:00", false],
    ["until midnight", { from: "20:00", to: "24:00" }, "2026-11-27T23:59", true],
    ["equal bounds", { from: "08:00", to: "08:00" }, "2026-11-27T08:00", false],
    ["days of the year, before", holiday, "2026-12-23T23:00", false],
    ["days of the year, the night that begins before", holiday, "2026-12-24T03:00", false],
    ["days of the year, the first", holiday, "2026-12-24T20:00", true],
    ["days of the year, the night that begins on the last", holiday, "2026-12-26T03:59", true],
    ["days of the year, after", holiday, "2026-12-26T20:00", false],
  ] as const) {
    it(`given ${what}, when it is ${local}, then it is ${on ? "on" : "off"}`, () => {
      assert.equal(isOn(period, local), on);
    });
  }
});

describe("partitions with time schedules", () => {
  const plan = samplePlan({
    dateTimeGroups: [{ name: "default" }, { name: "berlin", timeZone: "Europe/Berlin" }],
    timeSchedules: [
      { name: "office", dateTimeGroup: "berlin", periods: [{ from: "08:00", to: "17:00" }] },
      { name: "never" },
    ],
    partitions: [
      { name: "internal" },
      { name: "day", timeSchedule: "office" },
      { name: "off", timeSchedule: "never" },
      { name: "lost", timeSchedule: "deleted" },
    ],
    routePatterns: routePatterns("1XXX@internal", "12XX@day", "123X@off", "1234@lost"),
  });
  const partitions = ["internal", "day", "off", "lost"];
  const at = (utc: string): string => targetText(plan.analyzeDigits("1234", { partitions, nowMs: Date.parse(utc) }));

  it("given one that is on, when a number is dialed, then its patterns count; those that are off are not there", () => {
    assert.equal(at("2026-07-01T06:00:00Z"), "12XX@day");
    assert.equal(at("2026-07-01T14:59:59Z"), "12XX@day");
    assert.equal(at("2026-07-01T15:00:00Z"), "1XXX@internal");
  });

  it("given winter, when the same time of day is an hour later in UTC, then the schedule follows", () => {
    assert.equal(at("2026-12-01T06:30:00Z"), "1XXX@internal");
    assert.equal(at("2026-12-01T07:00:00Z"), "12XX@day");
    assert.equal(at("2026-12-01T15:59:00Z"), "12XX@day");
  });

  it("given a schedule without a time zone, when devices of two pools dial, then that of their pool counts", () => {
    const floating = samplePlan({
      dateTimeGroups: [{ name: "default" }, { name: "tokyo", timeZone: "Asia/Tokyo" }],
      devicePools: [{ name: "default" }, { name: "japan", dateTimeGroup: "tokyo" }],
      timeSchedules: [{ name: "office", periods: [{ from: "08:00", to: "17:00" }] }],
      partitions: [{ name: "internal" }, { name: "day", timeSchedule: "office" }],
      phones: [{ name: "near" }, { name: "far", devicePool: "japan" }],
      routePatterns: routePatterns("12XX@day"),
    });
    const dial = (device: string, utc: string): string => {
      const query = { partitions: ["day"], nowMs: Date.parse(utc), zone: floating.callerZone({ device }) };
      return targetText(floating.analyzeDigits("1234", query));
    };
    assert.equal(floating.callerZone({ device: "far" }), "Asia/Tokyo");
    assert.equal(floating.callerZone({ device: "nobody" }), "UTC");
    for (let round = 0; round < 2; round += 1) {
      assert.equal(dial("near", "2026-07-01T12:00:00Z"), "12XX@day");
      assert.equal(dial("far", "2026-07-01T12:00:00Z"), "unknown-number");
      assert.equal(dial("far", "2026-07-01T00:00:00Z"), "12XX@day");
      assert.equal(dial("near", "2026-07-01T00:00:00Z"), "unknown-number");
    }
    const query = { partitions: ["day"], nowMs: Date.parse("2026-07-01T00:00:00Z"), zone: "Asia/Tokyo" };
    assert.equal(
      floating.explain("1234", query).steps[0]?.partitions[0]?.localTime,
      "wednesday 2026-07-01 09:00 Asia/Tokyo",
    );
  });

  it("given a partition that is off, when digits are dialed, then its longer numbers are not waited for", () => {
    const nowMs = Date.parse("2026-07-01T20:00:00Z");
    const only = ["day"];
    assert.equal(plan.analyzeDigits("12", { partitions: only, nowMs }).more, false);
    assert.equal(plan.analyzeDigits("12", { partitions: only, nowMs: Date.parse("2026-07-01T10:00:00Z") }).more, true);
  });

  it("given a time schedule, when the number is explained, then the local time and what is off are told", () => {
    const { steps } = plan.explain("1234", { partitions, nowMs: Date.parse("2026-07-01T15:00:00Z") });
    assert.deepEqual(steps[0]?.partitions.slice(0, 4), [
      { name: "internal", on: true },
      { name: "day", on: false, timeSchedule: "office", localTime: "wednesday 2026-07-01 17:00 Europe/Berlin" },
      { name: "off", on: false, timeSchedule: "never", localTime: "wednesday 2026-07-01 15:00 UTC" },
      { name: "lost", on: false },
    ]);
  });
});
