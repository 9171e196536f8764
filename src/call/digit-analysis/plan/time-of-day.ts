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
/** What counts where no time zone is said. */
export const UTC = "UTC";
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

/** A time schedule, in a time zone of its own or in those of who calls; it remembers what the last minute was like in each. */
export class TimeOfDay {
  readonly name: string;
  readonly #periods: readonly Period[];
  readonly #own: string | undefined;
  readonly #clockOf: (zone: string) => WallClock;
  readonly #last = new Map<string, { readonly minute: number; readonly on: boolean }>();

  /** @param own its time zone; undefined: that of the caller counts */
  constructor({ name, periods }: Schedule, own: string | undefined, clockOf: (zone: string) => WallClock) {
    this.name = name;
    this.#periods = periods;
    this.#own = own;
    this.#clockOf = clockOf;
  }

  /** @param zone of the caller */
  clockFor(zone: string): WallClock {
    return this.#clockOf(this.#own ?? zone);
  }

  /** @param zone of the caller */
  isOn(nowMs: number, zone: string): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    const clock = this.clockFor(zone);
    const last = this.#last.get(clock.zone);
    if (last?.minute === minute) return last.on;
    const now = clock.at(nowMs);
    const on = this.#periods.some((period) => isWithin(period, now));
    this.#last.set(clock.zone, { minute, on });
    return on;
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
