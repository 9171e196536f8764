import type { BodyOf } from "../../../database/index.ts";

type Schedule = BodyOf<"time-schedule">;
type Period = Schedule["periods"][number];

/** What a clock on the wall shows. */
export interface WallTime {
  /** Such as 2026-11-27. */
  readonly date: string;
  readonly weekday: Period["days"][number];
  /** Minutes since midnight. */
  readonly minute: number;
}

const WEEKDAYS: readonly WallTime["weekday"][] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Tells the wall time of a time zone, summer time included. */
export class WallClock {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.zone = zone;
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
  }

  /** @param nowMs since 1970, UTC */
  at(nowMs: number): WallTime {
    const parts = new Map(this.#format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
    const date = `${part("year")}-${part("month")}-${part("day")}`;
    return { date, weekday: weekdayOf(date), minute: Number(part("hour")) * 60 + Number(part("minute")) };
  }
}

/** A time schedule with its time zone; it remembers what the last minute was like. */
export class TimeOfDay {
  readonly name: string;
  readonly clock: WallClock;
  readonly #periods: readonly Period[];
  #last = { minute: NaN, on: false };

  constructor({ name, periods }: Schedule, clock: WallClock) {
    this.name = name;
    this.clock = clock;
    this.#periods = periods;
  }

  isOn(nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (this.#last.minute !== minute) {
      const now = this.clock.at(nowMs);
      this.#last = { minute, on: this.#periods.some((period) => isWithin(period, now)) };
    }
    return this.#last.on;
  }
}

/** A period that ends before it begins ends on the next day, and counts to the day on which it begins. */
export function isWithin(period: Period, { date, weekday, minute }: WallTime): boolean {
  const from = minutesOf(period.from);
  const to = minutesOf(period.to);
  if (from <= to) return isDayOf(period, date, weekday) && minute >= from && minute < to;
  if (minute >= from) return isDayOf(period, date, weekday);
  const yesterday = new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10);
  return minute < to && isDayOf(period, yesterday, weekdayOf(yesterday));
}

function isDayOf({ days, firstDate, lastDate }: Period, date: string, weekday: WallTime["weekday"]): boolean {
  if (days.length > 0 && !days.includes(weekday)) return false;
  return (firstDate === undefined || date >= firstDate) && (lastDate === undefined || date <= lastDate);
}

function weekdayOf(date: string): WallTime["weekday"] {
  return WEEKDAYS[new Date(Date.parse(date)).getUTCDay()] ?? "sunday";
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
