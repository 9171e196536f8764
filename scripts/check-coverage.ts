import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

// Reports the lines that the suites in process covered, by folder, and fails where a folder that must reach 90 % does not.

const ENFORCED = ["sip", "call", "media", "cti", "signals"];
const MINIMUM_PERCENT = 90;

interface FileSummary {
  readonly lines: { readonly total: number; readonly covered: number };
}

const report = spawnSync(
  process.execPath,
  [
    join("node_modules", "c8", "bin", "c8.js"),
    "report",
    ...["--temp-directory", join("coverage", "tmp"), "--reports-dir", "coverage", "--reporter", "json-summary"],
    ...["--reporter", "html", "--all", "--src", "src", "--include", "src/**/*.ts", "--exclude-after-remap"],
  ],
  { encoding: "utf8" },
);
if (report.status !== 0) {
  console.error(report.stderr);
  process.exit(1);
}
const summary = JSON.parse(readFileSync(join("coverage", "coverage-summary.json"), "utf8")) as Record<
  string,
  FileSummary
>;
const folders = new Map<string, { total: number; covered: number }>();
const weakest: { file: string; missed: number; percent: number }[] = [];
for (const [path, { lines }] of Object.entries(summary)) {
  if (path === "total") continue;
  const [, folder = ""] = relative(process.cwd(), path).split(sep);
  const sum = folders.get(folder) ?? { total: 0, covered: 0 };
  folders.set(folder, { total: sum.total + lines.total, covered: sum.covered + lines.covered });
  const percent = (100 * lines.covered) / Math.max(1, lines.total);
  if (ENFORCED.includes(folder) && percent < MINIMUM_PERCENT) {
    weakest.push({ file: relative(process.cwd(), path), missed: lines.total - lines.covered, percent });
  }
}
let good = true;
for (const [folder, { total, covered }] of [...folders].sort()) {
  const percent = (100 * covered) / Math.max(1, total);
  const enforced = ENFORCED.includes(folder);
  if (enforced && percent < MINIMUM_PERCENT) good = false;
  const note = enforced ? (percent < MINIMUM_PERCENT ? `below ${MINIMUM_PERCENT} %` : "good") : "";
  console.log(
    `${folder.padEnd(16)}${percent.toFixed(1).padStart(6)} % of ${String(total).padStart(6)} lines  ${note}`.trimEnd(),
  );
}
for (const { file, missed, percent } of weakest.sort((a, b) => b.missed - a.missed).slice(0, 10)) {
  console.log(`  ${file}: ${percent.toFixed(1)} %, ${missed} lines not run`);
}
process.exitCode = good && ENFORCED.every((folder) => folders.has(folder)) ? 0 : 1;
