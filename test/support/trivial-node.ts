// A supervisor process over trivial services: `trivial-node.ts SETTINGS-FILE`.
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { errorMessageOf, RandomIds, SystemClock } from "../../src/common/index.ts";
import { runNode } from "../../src/main/launch/run-node.ts";
import type { NodeSettings } from "../../src/main/node/node-file.ts";

const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as NodeSettings;
const out = (line: string): void => void process.stdout.write(`${line}\n`);
try {
  process.exitCode = await runNode(
    {
      settings,
      clock: new SystemClock(),
      ids: new RandomIds(),
      environment: { PATH: process.env["PATH"] ?? "" },
      report: out,
      serviceScript: join(import.meta.dirname, `trivial-service${extname(import.meta.filename)}`),
    },
    { out, err: out },
    () => ["ready"],
  );
} catch (error) {
  out(errorMessageOf(error));
  process.exitCode = 1;
}
