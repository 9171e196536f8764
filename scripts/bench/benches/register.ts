import { searchSeconds, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { runRegisterBurst } from "../load/call-burst.ts";
import { loadFigures } from "../load/calls-clean.ts";
import { peersPresent } from "../systems/peers.ts";
import { findCleanRate } from "../load/rate-search.ts";
import { startTandem } from "../systems/tandem-system.ts";

const FIRST_RATE = 500;
const WARM_UP_RATE = 300;

/** Registrations with digest, two transactions each, of 1,000 users in turn. */
export const register: Bench = {
  name: "register",
  about: "digest registrations, 1,000 users",
  estimateSeconds: (options) => (searchSeconds(options) + 8) * (1 + peersPresent("registrations").length),
  run: measureRegistrations,
};

async function measureRegistrations(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of [startTandem, ...peersPresent("registrations")]) {
    const system = await start(context);
    context.progress(`${system.name}: warming up`);
    await runRegisterBurst(context, system, WARM_UP_RATE);
    const { rate: firstRate = FIRST_RATE, runs } = context.options;
    const found = await findCleanRate((rate) => runRegisterBurst(context, system, rate), { firstRate, runs });
    const unit = "registrations/s";
    figures.push(...loadFigures("register", system.name, "digest registrations/s clean", unit, "registration", found));
    await system.close();
  }
  return figures;
}
