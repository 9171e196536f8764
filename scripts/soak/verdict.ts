import type { MetricLine } from "../../test/support/metrics.ts";
import type { MemorySeries, QuietState } from "./watch.ts";

/**
 * Gauges that are as they were when nothing happened: each counts something that calls, registrations and connections
 * make and that is gone when they are.
 */
const OBJECTS: readonly string[] = [
  "tandem_calls",
  "tandem_call_sessions",
  "tandem_call_legs",
  "tandem_call_records_waiting",
  "tandem_wire_pending_commands",
  "tandem_registrations",
  "tandem_subscriptions",
  "tandem_sip_dialogs",
  "tandem_sip_pending_requests",
  "tandem_sip_open_requests",
  "tandem_sip_reliable_responses",
  "tandem_sip_unacknowledged",
  "tandem_sip_proxied_requests",
  "tandem_sip_transactions",
  "tandem_sip_finished_transactions",
  "tandem_sip_finished_invites",
  "tandem_sip_remembered_requests",
  "tandem_sip_transaction_timers",
  "tandem_sip_connections",
  "tandem_sip_handshakes",
  "tandem_sip_send_queue_bytes",
  "tandem_sip_udp_probes",
  "tandem_wire_queue_bytes",
  "tandem_media_sessions",
  "tandem_media_ports_in_use",
  "tandem_media_playing_endpoints",
  "tandem_timers",
];

/** Something that is there and was not. */
export interface Leftover {
  readonly what: string;
  readonly before: number;
  readonly after: number;
}

/** Gauges that nobody has: what they would count is not looked at. */
export function missingGauges(lines: readonly MetricLine[]): string[] {
  const names = new Set(lines.map(({ name }) => name));
  return OBJECTS.filter((name) => !names.has(name));
}

/** What is more than it was, by metric and labels. */
export function leftoverObjects(before: readonly MetricLine[], after: readonly MetricLine[]): Leftover[] {
  const start = new Map(before.map((line) => [nameOf(line), line.value]));
  return after
    .filter(({ name }) => OBJECTS.includes(name))
    .map((line) => ({ what: nameOf(line), before: start.get(nameOf(line)) ?? 0, after: line.value }))
    .filter((each) => each.after > each.before);
}

/** Processes with more open files than before. */
export function leftoverFiles(before: readonly QuietState[], after: readonly QuietState[]): Leftover[] {
  const start = new Map(before.map(({ process, openFiles }) => [process, openFiles]));
  return after
    .map(({ process, openFiles }) => {
      return { what: `open files of ${process}`, before: start.get(process) ?? 0, after: openFiles };
    })
    .filter((each) => each.after > each.before);
}

const MEGABYTE = 1024 * 1024;
/** What code that runs for the first time, caches and statistics take, once. */
const HEAP_ONCE_BYTES = 8 * MEGABYTE;
/** Less than the smallest thing that can be forgotten for each call, which is an entry of a Map: 40 bytes and more. */
const HEAP_BYTES_A_CALL = 20;
/** Resident memory moves with when garbage is collected: by as much as this without a leak. */
const RESIDENT_NOISE_BYTES = 16 * MEGABYTE;
const RESIDENT_NOISE_SHARE = 0.1;
/** Before this, tables that remember what happened in the last 32 seconds, and the heap's own size, still grow. */
export const TREND_FROM_SECONDS = 180;

/** How the memory of a process moved, against its bound. */
export interface MemoryVerdict {
  readonly process: string;
  readonly what: "heap" | "resident";
  readonly grownBytes: number;
  readonly boundBytes: number;
  readonly isFlat: boolean;
}

/** The heap, garbage collected, when nothing happened before and after `calls` calls. */
export function heapVerdicts(
  before: readonly QuietState[],
  after: readonly QuietState[],
  calls: number,
): MemoryVerdict[] {
  const start = new Map(before.map(({ process, heapBytes }) => [process, heapBytes]));
  const boundBytes = HEAP_ONCE_BYTES + HEAP_BYTES_A_CALL * calls;
  return after.flatMap(({ process, heapBytes }): MemoryVerdict[] => {
    const first = start.get(process);
    if (heapBytes === undefined || first === undefined) return [];
    const grownBytes = heapBytes - first;
    return [{ process, what: "heap", grownBytes, boundBytes, isFlat: grownBytes <= boundBytes }];
  });
}

/** The line through the last two thirds of the samples; nothing of a run that is too short to tell. */
export function residentVerdicts(series: readonly MemorySeries[]): MemoryVerdict[] {
  return series.flatMap(({ process, samples }): MemoryVerdict[] => {
    const last = samples.at(-1);
    if (last === undefined || last.atMs < TREND_FROM_SECONDS * 1_000) return [];
    const counted = samples.filter(({ atMs }) => atMs >= last.atMs / 3);
    const points = counted.map(({ atMs, residentBytes }): [number, number] => [atMs, residentBytes]);
    const grownBytes = slopeOf(points) * ((last.atMs * 2) / 3);
    const mean = points.reduce((sum, [, bytes]) => sum + bytes, 0) / points.length;
    const boundBytes = Math.max(RESIDENT_NOISE_BYTES, RESIDENT_NOISE_SHARE * mean);
    return [{ process, what: "resident", grownBytes, boundBytes, isFlat: grownBytes <= boundBytes }];
  });
}

/** Of the line with the least squares; 0 for fewer than two points. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread > 0 ? points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread : 0;
}

function nameOf({ name, labels }: MetricLine): string {
  const text = Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}="${value}"`)
    .join(",");
  return text === "" ? name : `${name}{${text}}`;
}
