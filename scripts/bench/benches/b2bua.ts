import type { Bench, BenchContext, Measured } from "../bench.ts";
import { callFigures, callSearchSeconds, findCleanCallRate } from "../load/calls-clean.ts";
import { peersPresent } from "../systems/peers.ts";
import { startTandem } from "../systems/tandem-system.ts";

/** The whole of Tandem between two SIPp processes; peers on the machine in the same run. */
export const b2bua: Bench = {
  name: "b2bua",
  about: "calls through the whole of Tandem, relay allocation included",
  estimateSeconds: (options) => callSearchSeconds(options) * (1 + peersPresent("calls").length),
  run: measureCalls,
};

async function measureCalls(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of [startTandem, ...peersPresent("calls")]) {
    const system = await start(context);
    const found = await findCleanCallRate(context, system);
    if (start === startTandem) context.cleanRate = found.rate;
    figures.push(...callFigures("b2bua", system, found));
    await system.close();
  }
  return figures;
}
