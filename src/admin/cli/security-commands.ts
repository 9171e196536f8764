import { isIP } from "node:net";
import { errorCodeOf, SwitchError } from "../../common/index.ts";
import { canonicalAddress } from "../../config/index.ts";
import type { Row } from "../control/node-view.ts";
import { fieldText, formatSeconds, type Column } from "../view/columns.ts";
import { EXIT } from "./exit-codes.ts";
import type { FoundNode } from "./find-node.ts";
import type { CliOutput } from "./launcher.ts";
import { formatTable } from "./table.ts";
import type { ViewContext } from "./view-commands.ts";

const COLUMNS: readonly Column[] = [
  { title: "Address", cell: (row) => fieldText(row, "address") },
  { title: "Because of", cell: (row) => fieldText(row, "reason") },
  {
    title: "For another",
    cell: ({ remainingSeconds }) => (typeof remainingSeconds === "number" ? formatSeconds(remainingSeconds) : ""),
  },
  { title: "Bans", cell: (row) => fieldText(row, "count") },
];

/** `tandem security bans list` */
export async function listBans({ node, output, json }: ViewContext): Promise<number> {
  const bans = (await node.caller.call("edge", "bans")) as readonly Row[];
  if (json) output.out(JSON.stringify(bans, null, 2));
  else if (bans.length === 0) output.err("nobody is banned");
  else output.out(formatTable(bans, COLUMNS));
  return EXIT.ok;
}

/**
 * `tandem security bans remove ADDRESS`, of IPv6 also its /64 as it is listed: the edge takes from there again, and call control forgets what was wrong.
 * @throws {SwitchError} `bad-usage`
 */
export async function removeBan(node: FoundNode, text: string, output: CliOutput): Promise<number> {
  // An IPv6 source is listed as its /64; any address of it names it.
  const named = text.includes(":") ? text.replace(/\/64$/, "") : text;
  if (isIP(named) === 0) throw new SwitchError("bad-usage", `${text} is no IP address`);
  const address = canonicalAddress(named);
  const wasBanned = (await node.caller.call("edge", "unban", { address })) === true;
  try {
    await node.caller.call("callmanager", "forgive", { address });
  } catch (error) {
    if (errorCodeOf(error) !== "not-connected") throw error;
    output.err("call control does not run: what it knows of failed passwords is gone anyway");
  }
  if (wasBanned) output.out(`${address} is banned no longer`);
  else output.err(`${address} was not banned`);
  return wasBanned ? EXIT.ok : EXIT.failed;
}
