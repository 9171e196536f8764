import type { Bench, BenchContext, Measured } from "../bench.ts";
import { CTI_RATES, ctiLatencies, ctiLatencySeconds } from "../load/cti-latencies.ts";
import { CtiProbe } from "../load/cti-probe.ts";
import { startLeastSwitch } from "../systems/least-cti.ts";

const KINDS = 2;

/** What the parts that Tandem is made of take before there is a switch: its goals for CTI can be held against that. */
export const ctiLeast: Bench = {
  name: "cti-least",
  about: `the calls of cti through the edge and call control that has no model, media or files, at ${CTI_RATES} calls/s`,
  estimateSeconds: ({ runs }) => KINDS * ctiLatencySeconds(runs),
  run: measureLeast,
};

async function measureLeast(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  const measured = await startLeastSwitch(context);
  const probe = context.cleanup.add(await CtiProbe.start(measured.system.sip), (each) => each.close());
  for (const kind of measured.kinds) {
    figures.push(...(await ctiLatencies(context, { bench: "cti-least", system: measured.system.name, probe, kind })));
  }
  await measured.close();
  return figures;
}
