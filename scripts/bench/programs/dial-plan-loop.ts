import { randomDigits, randomPlanSource, timeDialPlan } from "../../../test/support/random-dial-plan.ts";
import { percentile } from "../results/statistics.ts";

// Compiles a random dial plan and analyses random digits: `dial-plan-loop.ts <patterns> <analyses>`. Prints how long the
// compilation took, then the median and the 99th percentile of the analyses, in microseconds.

const [patterns = 10_000, analyses = 100_000] = process.argv.slice(2).map(Number);

const source = randomPlanSource(patterns, 1);
// The first plan of a process is compiled by code that is not yet fast: a switch that runs has compiled others before.
timeDialPlan(source, randomDigits(source, 10_000, 2));
const { compileUs, analysesUs } = timeDialPlan(source, randomDigits(source, analyses, 3));
process.stdout.write(`${compileUs} ${percentile(analysesUs, 0.5)} ${percentile(analysesUs, 0.99)}\n`);
setInterval(() => undefined, 1_000);
