import { createHash } from "node:crypto";
import type { Parked } from "../../model/index.ts";
import { octets } from "../leg/caller-identity.ts";
import type { CallTable } from "../call-table.ts";
import type { LineDialog } from "../views/line-states.ts";

/** Where the lamps of park numbers are. */
export interface ParkLamps {
  /** @param number such as `701@internal` */
  setParked(number: string, dialogs: readonly LineDialog[]): void;
}

/** Shows what is parked on a slot. @param parked undefined: nothing is any more */
export function showParked(lamps: ParkLamps, table: CallTable, parkId: string, parked: Parked | undefined): void {
  lamps.setParked(numberOf(parkId), parked === undefined ? [] : [dialogOf(parked, table)]);
}

/** @param parkId such as `70X@internal 701` */
function numberOf(parkId: string): string {
  const [range = "", slot = ""] = parkId.split(" ");
  const at = range.lastIndexOf("@");
  return at < 0 ? slot : `${slot}${octets(range.slice(at))}`;
}

function dialogOf({ parkId, party }: Parked, table: CallTable): LineDialog {
  const device = table.findByTag(party)?.leg.device;
  // Nobody who watches learns the tag of a dialog of others.
  const id = createHash("sha256").update(`${party} parked ${parkId}`).digest("hex").slice(0, 20);
  return { id, state: "confirmed", direction: "recipient", isHolding: true, isHeld: false, remote: device };
}
