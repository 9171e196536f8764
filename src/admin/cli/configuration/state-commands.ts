import type { Row } from "../../control/node-view.ts";
import type { Column } from "../../view/columns.ts";
import { tollAlarmColumns, trunkColumns } from "../../view/lists.ts";
import { EXIT } from "../exit-codes.ts";
import { formatTable } from "../table.ts";
import { tableColumns } from "./field-text.ts";
import { print, type RestContext } from "./rest-context.ts";

const DEVICE_COLUMNS = tableColumns([
  ["Device", "id"],
  ["Kind", "collection"],
  ["Lines", "lines"],
  ["State", "state.state"],
  ["Calls", "state.calls"],
  ["Pool", "state.devicePool"],
  ["Description", "description"],
]);
const LINE_COLUMNS = tableColumns([
  ["Line", "id"],
  ["Name", "displayName"],
  ["Devices", "devices"],
  ["State", "state.state"],
  ["Calls", "state.calls"],
  ["Forwarded", "state.forwarding"],
]);
/** Of what call control does not know yet. */
const UNKNOWN = { state: "unknown" };

/** `tandem trunk states`: trunks as they are now. */
export async function listTrunkStates(rest: RestContext): Promise<number> {
  const rows = await rest.client.rows("/trunk-states");
  return showStates(rows, "there is no trunk", trunkColumns, rest);
}

/** `tandem toll-alarms`: calls that guards have refused, the newest first. */
export async function listTollAlarms(rest: RestContext): Promise<number> {
  const rows = await rest.client.rows("/toll-alarms");
  return showStates(rows, "no call was refused by a guard against toll fraud", tollAlarmColumns, rest);
}

function showStates(rows: readonly Row[], none: string, columns: readonly Column[], rest: RestContext): number {
  if (!rest.json && rows.length === 0) rest.output.err(none);
  else print(rest, rows, formatTable(rows, columns));
  return EXIT.ok;
}

/** `tandem device states`: devices as they are now. */
export function listDeviceStates(rest: RestContext): Promise<number> {
  return listStates("/devices", "there is no device", DEVICE_COLUMNS, rest);
}

/** `tandem line states`: directory numbers as they are now. */
export function listLineStates(rest: RestContext): Promise<number> {
  return listStates("/lines", "there is no line", LINE_COLUMNS, rest);
}

async function listStates(
  path: string,
  none: string,
  columns: typeof DEVICE_COLUMNS,
  rest: RestContext,
): Promise<number> {
  const rows = await rest.client.rows(path);
  const shown = rows.map((row) => ({ ...row, state: row["state"] ?? UNKNOWN }));
  if (!rest.json && rows.length === 0) rest.output.err(none);
  else print(rest, rows, formatTable(shown, columns));
  return EXIT.ok;
}
