import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { SystemClock } from "../../../src/common/index.ts";
import { defaultObjects, importDocument, KINDS, type ConfigurationDocument } from "../../../src/database/index.ts";
import { SqliteStore } from "../../../src/database/sqlite/sqlite-store.ts";
import { plainKeeper } from "../../../test/support/configuration-store.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median, roundTo } from "../results/statistics.ts";

const SMALL = 1_000;
const LARGE = 20_000;

/** The database of the configuration: a document into a new file, and everything out of a large one. */
export const importing: Bench = {
  name: "import",
  about: "a configuration document into a new file, and everything of a large one read",
  estimateSeconds: ({ runs }) => runs * 15,
  run: measureImports,
};

interface Times {
  readonly importMs: number;
  readonly againMs: number;
  readonly readMs: number;
  readonly pauseMs: number;
}

async function measureImports(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const devices of [SMALL, LARGE]) {
    const times: Times[] = [];
    for (let run = 0; run < context.options.runs; run += 1) {
      const measured = await measureOnce(context, devices);
      const { importMs, againMs, readMs, pauseMs } = measured;
      const text = `imported in ${roundTo(importMs)} ms, again in ${roundTo(againMs)} ms, longest pause ${roundTo(pauseMs)} ms`;
      context.progress(`${devices} devices: ${text}, all read in ${roundTo(readMs)} ms`);
      times.push(measured);
    }
    const add = (metric: string, value: (times: Times) => number): void => {
      const name = `${devices.toLocaleString("en")} devices ${metric}`;
      figures.push({
        bench: "import",
        system: TANDEM,
        metric: name,
        value: roundTo(median(times.map(value))),
        unit: "ms",
      });
    };
    add("imported", ({ importMs }) => importMs);
    add("imported again", ({ againMs }) => againMs);
    add("read", ({ readMs }) => readMs);
    add("imported, longest pause", ({ pauseMs }) => pauseMs);
  }
  return figures;
}

async function measureOnce({ cleanup }: BenchContext, devices: number): Promise<Times> {
  const folder = mkdtempSync(join(tmpdir(), "tandem-import-"));
  const store = new SqliteStore({
    path: join(folder, "configuration.db"),
    clock: new SystemClock(),
    keeper: plainKeeper,
  });
  cleanup.add(store, () => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await store.apply({ author: "bench", summary: "new", operations: defaultObjects("n1") });
  const request = {
    document: documentOf(devices),
    mode: "merge",
    author: "bench",
    summary: "import",
    node: "n1",
  } as const;
  const pauses = monitorEventLoopDelay({ resolution: 1 });
  pauses.enable();
  const importMs = await millisecondsOf(() => importDocument(store, request));
  pauses.disable();
  const againMs = await millisecondsOf(() => importDocument(store, request));
  const readMs = await millisecondsOf(() => Promise.resolve(KINDS.map((kind) => store.all(kind))));
  return { importMs, againMs, readMs, pauseMs: pauses.max / 1e6 };
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Phones with two lines each. */
export function documentOf(devices: number): ConfigurationDocument {
  const numberOf = (line: number): string => String(100_000 + line);
  return {
    version: 1,
    directoryNumbers: Array.from({ length: 2 * devices }, (_, line) => ({
      number: numberOf(line),
      displayName: `Line ${line}`,
    })),
    phones: Array.from({ length: devices }, (_, index) => ({
      name: `phone-${index}`,
      credentials: { password: `secret ${index}` },
      lines: [{ directoryNumber: numberOf(2 * index) }, { directoryNumber: numberOf(2 * index + 1) }],
    })),
  };
}
