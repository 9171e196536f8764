import Table from "cli-table3";
import type { StreamResult } from "./mixture.ts";
import type { Leftover, MemoryVerdict } from "./verdict.ts";
import type { MemorySeries } from "./watch.ts";

/** What a soak found. */
export interface SoakSummary {
  readonly seconds: number;
  readonly rate: number;
  readonly streams: readonly StreamResult[];
  /** Calls and registrations in all. */
  readonly good: number;
  readonly failed: number;
  readonly leftovers: readonly Leftover[];
  readonly memory: readonly MemoryVerdict[];
  readonly series: readonly MemorySeries[];
  /** Ended before its time: what would have to be waited for was not looked at. */
  readonly isInterrupted: boolean;
}

const BLOCKS = "▁▂▃▄▅▆▇█";
const SPARK_LENGTH = 48;
const MEGABYTE = 1024 * 1024;

/** True when no call failed, nothing was left and memory stayed flat. */
export function isGood({ failed, leftovers, memory }: SoakSummary): boolean {
  return failed === 0 && leftovers.length === 0 && memory.every(({ isFlat }) => isFlat);
}

/** One JSON object. */
export function summaryJson(summary: SoakSummary): string {
  return JSON.stringify({ ...summary, isGood: isGood(summary) });
}

/** For people. */
export function summaryText(summary: SoakSummary): string {
  const { seconds, rate, streams, good, failed, leftovers, memory, series, isInterrupted } = summary;
  const calls = newTable(["calls", "good", "failed", "sent again"]);
  for (const stream of streams) calls.push([stream.name, stream.good, stream.failed, stream.sentAgain].map(String));
  const parts = [
    `${seconds} s at ${rate} calls/s: ${good} good, ${failed} failed`,
    calls.toString(),
    memoryTable(series, memory),
    isInterrupted ? "ended early: what is left was not looked at" : leftoverText(leftovers),
    ...streams.filter((stream) => stream.failed > 0).map(({ name, log }) => `${name}:\n${log}`),
    isGood(summary) ? "good" : "NOT GOOD",
  ];
  return parts.join("\n");
}

/** A line of blocks from the lowest value to the highest; each block is the mean of its part. */
export function sparkline(values: readonly number[], length = SPARK_LENGTH): string {
  const count = Math.min(length, values.length);
  const means = Array.from({ length: count }, (_, index) => {
    const part = values.slice(
      Math.floor((index * values.length) / count),
      Math.floor(((index + 1) * values.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const low = Math.min(...means);
  const span = Math.max(...means) - low;
  return means.map((mean) => BLOCKS[span === 0 ? 0 : Math.round(((mean - low) / span) * 7)] ?? "").join("");
}

function memoryTable(series: readonly MemorySeries[], verdicts: readonly MemoryVerdict[]): string {
  const table = newTable(["process", "resident MB", "", "grown", ""]);
  for (const { process, samples } of series) {
    const values = samples.map(({ residentBytes }) => residentBytes);
    const range = values.length === 0 ? "" : `${megabytes(Math.min(...values))} to ${megabytes(Math.max(...values))}`;
    const own = verdicts.filter((each) => each.process === process);
    const grown = own.map(
      ({ what, grownBytes, boundBytes }) => `${what} ${megabytes(grownBytes)} MB (at most ${megabytes(boundBytes)})`,
    );
    const word = own.length === 0 ? "not judged" : own.every(({ isFlat }) => isFlat) ? "flat" : "GROWS";
    table.push([process, range, sparkline(values), grown.join("\n"), word]);
  }
  return table.toString();
}

function leftoverText(leftovers: readonly Leftover[]): string {
  if (leftovers.length === 0) return "nothing is left over";
  return leftovers.map(({ what, before, after }) => `LEFT OVER: ${what}: ${after}, was ${before}`).join("\n");
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}

function newTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}
