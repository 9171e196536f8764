import Table from "cli-table3";
import { goalText, type ComparedLine } from "./compare.ts";

/** The results as a table for people; a figure with several peers takes a row for each. */
export function resultTable(lines: readonly ComparedLine[]): string {
  const table = new Table({
    head: ["bench", "metric", "value", "unit", "goal", "against", "its value", "ratio"],
    style: { head: [], border: [] },
    colAligns: ["left", "left", "right", "left", "left", "left", "right", "right"],
  });
  let before: ComparedLine | undefined;
  for (const line of lines) {
    const isSame = before?.bench === line.bench && before.metric === line.metric;
    const own = isSame
      ? ["", "", "", "", ""]
      : [line.bench, line.metric, String(line.value), line.unit, goalText(line.goal, line.value)];
    table.push([...own, line.against ?? "", String(line.peerValue ?? ""), String(line.ratio ?? "")]);
    before = line;
  }
  return table.toString();
}
