import type { Inventory } from "../../device/index.ts";
import type { World } from "../../model/index.ts";

/** The phone that somebody means by its name, line or number; of several with a line, the one that has calls. */
export function deviceNamed(text: string, inventory: Inventory, { legsOfDevices }: World): string | undefined {
  const named = inventory.deviceByName(text);
  if (named !== undefined) return named.name;
  const phones = inventory.phonesByLine(text);
  const line = phones.length > 0 ? phones : inventory.phonesByLine(inventory.phoneByNumber(text)?.line ?? "");
  return (line.find(({ name }) => legsOfDevices.has(name)) ?? line[0])?.name;
}
