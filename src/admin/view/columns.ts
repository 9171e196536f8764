import type { Row } from "../control/node-view.ts";

/** A column of a list, for the terminal and for the status page. */
export interface Column {
  readonly title: string;
  cell(row: Row): string;
}

/** Seconds as people read them: `3 d 4 h`, `2 h 5 min`, `7 min 3 s`, `12 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units: readonly (readonly [number, string])[] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => whole >= size);
  if (first < 0) return "0 s";
  const parts = units.slice(first, first + 2).map(([size, unit], index) => {
    const value = index === 0 ? Math.floor(whole / size) : Math.floor((whole % (units[first]?.[0] ?? 1)) / size);
    return { value, text: `${value} ${unit}` };
  });
  return parts.flatMap(({ value, text }) => (value > 0 ? [text] : [])).join(" ");
}

/** A field as text; empty when it is absent or no plain value. */
export function fieldText(row: Row, ...path: readonly string[]): string {
  let value: unknown = row;
  for (const key of path) value = typeof value === "object" && value !== null ? (value as Row)[key] : undefined;
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
