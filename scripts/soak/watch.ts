import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { residentBytes } from "../../test/support/node-processes.ts";
import type { Metrics } from "../../test/support/metrics.ts";
import type { TandemNode } from "../../test/support/tandem-node.ts";
import { COLLECT_MS, COLLECT_SIGNAL } from "../bench/load/collect-garbage.ts";
import type { ProcessGroup } from "../bench/load/process-usage.ts";

/** One process at one moment. */
export interface MemorySample {
  readonly atMs: number;
  readonly residentBytes: number;
}

/** The memory of one process over the whole run. */
export interface MemorySeries {
  readonly process: string;
  readonly samples: readonly MemorySample[];
}

/** What a process holds while nothing happens, garbage collected. */
export interface QuietState {
  readonly process: string;
  readonly residentBytes: number;
  /** `undefined` for a process that has no metrics. */
  readonly heapBytes: number | undefined;
  readonly openFiles: number;
}

export const SAMPLE_MS = 5_000;

/** Takes samples of the processes every five seconds until `close`. */
export class MemoryWatch {
  readonly #series: { process: string; pid: number; samples: MemorySample[] }[];
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(groups: readonly ProcessGroup[]) {
    this.#series = groups.map(({ name, pid }) => ({ process: name, pid, samples: [] }));
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#sample();
  }

  get series(): readonly MemorySeries[] {
    return this.#series;
  }

  /** May be called twice. */
  close(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const atMs = performance.now() - this.#startMs;
    for (const { pid, samples } of this.#series) {
      try {
        samples.push({ atMs, residentBytes: residentBytes(pid) });
      } catch {
        // It has ended: the run fails by other things.
      }
    }
  }
}

/** Has every process collect its garbage, and reads what is left. @throws {Error} when a process has ended */
export async function quietStates(node: TandemNode, groups: readonly ProcessGroup[]): Promise<QuietState[]> {
  for (const { pid } of groups) process.kill(pid, COLLECT_SIGNAL);
  await delay(COLLECT_MS);
  const metrics = await node.metrics();
  return groups.map(({ name, pid }) => ({
    process: name,
    residentBytes: residentBytes(pid),
    heapBytes: heapOf(metrics, name),
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
  }));
}

function heapOf({ lines }: Metrics, service: string): number | undefined {
  return lines.find(({ name, labels }) => name === "tandem_process_heap_bytes" && labels["service"] === service)?.value;
}
