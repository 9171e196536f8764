import { join } from "node:path";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { bundleSource } from "../../bundle.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median, roundTo } from "../results/statistics.ts";

const PROGRAM = join(import.meta.dirname, "..", "programs", "parser-loop.ts");
const PARSERS = [TANDEM, "drachtio-srf"] as const;

/** The parser as it is built and that of drachtio-srf, each in a process of its own, one after the other. */
export const parser: Bench = {
  name: "parser",
  about: "a typical INVITE parsed over and over on one core",
  estimateSeconds: ({ seconds, runs }) => runs * PARSERS.length * (2 * seconds + 2),
  run: measureParsers,
};

async function measureParsers(context: BenchContext): Promise<Measured[]> {
  const { runs, seconds } = context.options;
  const figures: Measured[] = [];
  const folder = context.cleanup.add(new TemporaryDirectory("parser"), (made) => made.close());
  await bundleSource("src/sip/message/index.ts", folder.path, "parser");
  for (const system of PARSERS) {
    const rates: { parsed: number; read: number }[] = [];
    for (let run = 0; run < runs; run += 1) {
      const rate = await runParser(context, system === TANDEM ? folder.join("parser.js") : system, seconds);
      context.progress(`${system}: ${rate.parsed} INVITEs/s, ${rate.read} with six headers read`);
      rates.push(rate);
    }
    const add = (metric: string, values: number[]): void => {
      figures.push({ bench: "parser", system, metric, value: roundTo(median(values)), unit: "1/s" });
    };
    add(
      "INVITEs parsed per second",
      rates.map(({ parsed }) => parsed),
    );
    add(
      "INVITEs parsed per second, six headers read",
      rates.map(({ read }) => read),
    );
  }
  return figures;
}

async function runParser(
  { cleanup }: BenchContext,
  parser: string,
  seconds: number,
): Promise<{ parsed: number; read: number }> {
  const program = cleanup.add(
    new ManagedProcess({
      command: process.execPath,
      args: ["--import", "tsx", PROGRAM, parser, String(seconds)],
    }),
    (running) => running.kill().then(() => undefined),
  );
  const [, parsed, read] = await program.outputMatching(/^(\d+) (\d+)$/m, 2_000 * seconds + 20_000);
  await program.kill();
  return { parsed: Number(parsed), read: Number(read) };
}
