import { SwitchError } from "../../common/index.ts";

/**
 * `duplicate`: a name, user, directory number, peer address or prefix is there twice; `address-malformed`: a peer's
 * address is neither a literal IP nor a CIDR block; `uri-malformed`: a peer's URI is not a SIP URI;
 * `secret-missing`: there is no HA1 for an algorithm of the phone's profile; `unknown-route`: there is no peer and no
 * phone that emergency calls could go to.
 */
export type InventoryErrorCode =
  "duplicate" | "address-malformed" | "uri-malformed" | "secret-missing" | "unknown-route";

export class InventoryError extends SwitchError<InventoryErrorCode> {}

/** Two devices have something that only one may have. */
export function duplicate(
  what: string,
  key: string,
  one: { readonly name: string },
  other: { readonly name: string },
): InventoryError {
  const details = { what, key, devices: [one.name, other.name] };
  return new InventoryError("duplicate", `${one.name} and ${other.name} have the same ${what} "${key}"`, details);
}
