import { ConfigError } from "../../config/index.ts";
import type { Row } from "../control/node-view.ts";
import { fieldText } from "../view/columns.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliOutput, Launcher } from "./launcher.ts";
import { formatTable } from "./table.ts";

/** `tandem doctor`: exit code 1 when something keeps Tandem from running. */
export async function showDoctor(launcher: Launcher, output: CliOutput, json: boolean): Promise<number> {
  const checks = await launcher.inspectHost();
  if (json) {
    output.out(JSON.stringify(checks, null, 2));
  } else {
    const columns = ["name", "state", "found", "neededFor"].map((key) => ({
      title: key === "neededFor" ? "used for" : key,
      cell: (row: Row) => fieldText(row, key),
    }));
    output.out(formatTable(checks as unknown as readonly Row[], columns));
    const advice = checks.filter(({ state }) => state !== "ok");
    if (advice.length > 0) output.out("");
    for (const check of advice) output.out(`${check.name}: ${check.advice}`);
  }
  return checks.some(({ state }) => state === "bad") ? EXIT.failed : EXIT.ok;
}

/** `tandem config check FILE`: exit code 78 when something is wrong with it. */
export async function showConfigCheck(
  launcher: Launcher,
  file: string,
  output: CliOutput,
  json: boolean,
): Promise<number> {
  try {
    const summary = launcher.checkConfig(file);
    if (json) output.out(JSON.stringify({ file, ok: true, ...summary }, null, 2));
    else {
      output.out(
        `${file}: ok (node ${summary.node}, ${count(summary.phones, "phone")}, ${count(summary.peers, "peer")})`,
      );
      const columns = ["name", "kind", "description"].map((key) => ({
        title: key === "name" ? "profile" : key,
        cell: (row: Row) => fieldText(row, key),
      }));
      output.out("");
      output.out(formatTable(summary.profiles, columns));
    }
    return EXIT.ok;
  } catch (error) {
    if (!json || !(error instanceof ConfigError)) throw error;
    output.out(JSON.stringify({ file, ok: false, problems: error.problems }, null, 2));
    return EXIT.badConfig;
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
