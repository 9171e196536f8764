import Table from "cli-table3";
import type { Row } from "../control/node-view.ts";
import type { Column } from "../view/columns.ts";
import { printableLine } from "../view/printable.ts";

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** A list as aligned columns under their titles, without lines or colors: it reads well and pipes well. */
export function formatTable(rows: readonly Row[], columns: readonly Column[]): string {
  const table = new Table({
    head: columns.map(({ title }) => title.toUpperCase()),
    chars: NO_LINES,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  for (const row of rows) table.push(columns.map((column) => printableLine(column.cell(row))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
