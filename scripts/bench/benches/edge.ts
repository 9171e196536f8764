import type { Bench, BenchContext, Measured } from "../bench.ts";
import { callFigures, callSearchSeconds, findCleanCallRate } from "../load/calls-clean.ts";
import { startEdge } from "../systems/edge-system.ts";
import { peersPresent } from "../systems/peers.ts";

/** The edge under an application that is the same for it and for the drachtio server. */
export const edge: Bench = {
  name: "edge",
  about: "calls through the edge under a minimal drachtio-srf application (its writes joined)",
  estimateSeconds: (options) => callSearchSeconds(options) * (1 + peersPresent("edge").length),
  run: measureEdge,
};

async function measureEdge(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of [startEdge, ...peersPresent("edge")]) {
    const system = await start(context);
    figures.push(...callFigures("edge", system, await findCleanCallRate(context, system)));
    await system.close();
  }
  return figures;
}
