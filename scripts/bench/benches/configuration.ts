import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Operation } from "../../../src/database/index.ts";
import { phoneOperations } from "../../../test/support/kept-configuration.ts";
import { NodeConfiguration } from "../../../test/support/node-configuration.ts";
import { TandemNode } from "../../../test/support/tandem-node.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median } from "../results/statistics.ts";

const DEVICES = 20_000;
const FIRST_NUMBER = 100_000;
const TAKE_UP_MS = 30_000;

/** A node with many devices: how long it starts, and how long a change takes to be there. */
export const configuration: Bench = {
  name: "configuration",
  about: `a node with ${DEVICES.toLocaleString("en")} phones: its start, and changes while it runs`,
  estimateSeconds: ({ runs }) => 20 + 12 * runs,
  run: measureConfiguration,
};

async function measureConfiguration(context: BenchContext): Promise<Measured[]> {
  const { cleanup, progress, options } = context;
  const node = cleanup.add(await TandemNode.start(), (one) => one.destroy());
  const emptyStartMs = node.startMs;
  const store = cleanup.add(new NodeConfiguration(node), (one) => one.close());
  const bulkMs = await store.takenUp(await store.apply(...manyPhones()), TAKE_UP_MS);
  progress(`${DEVICES} phones taken up in ${Math.round(bulkMs)} ms`);
  const starts: number[] = [];
  const changes: number[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    await node.pause();
    await node.startSupervisor();
    starts.push(node.startMs);
    const number = String(FIRST_NUMBER + DEVICES + run);
    const sequence = await store.apply(...phoneOperations([number], { credentials: account(number) }));
    const begunMs = performance.now();
    // Who changes the configuration says so; without that it is seen within a second.
    await node.ask("callmanager", "configuration-changed");
    await store.takenUp(sequence, TAKE_UP_MS);
    changes.push(performance.now() - begunMs);
    progress(`start ${node.startMs} ms, a change is there after ${changes.at(-1)?.toFixed(1) ?? ""} ms`);
  }
  await node.stop();
  const measured = (metric: string, value: number): Measured => {
    return { bench: "configuration", system: TANDEM, metric, value: Number(value.toFixed(1)), unit: "ms" };
  };
  return [
    measured("start without devices", emptyStartMs),
    measured("20,000 devices start", median(starts)),
    measured("20,000 devices, a change is there", median(changes)),
    measured("20,000 devices added at once are there", bulkMs),
  ];
}

function manyPhones(): Operation[] {
  return Array.from({ length: DEVICES }, (_, index) => {
    const number = String(FIRST_NUMBER + index);
    return phoneOperations([number], { credentials: account(number) });
  }).flat();
}

function account(user: string): { readonly user: string; readonly ha1: { readonly MD5: string } } {
  return { user, ha1: { MD5: createHash("md5").update(user).digest("hex") } };
}
