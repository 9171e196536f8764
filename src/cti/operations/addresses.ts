import { isIP } from "node:net";
import { CtiError } from "../cti-error.ts";

/** @throws {CtiError} `validation-parameter` */
export function checkAddress(address: string, path: string): void {
  // One with a zone is of use to nobody but its own host.
  if (isIP(address) !== 0 && !address.includes("%")) return;
  throw new CtiError("validation-parameter", `${path} is no IP address`, { path });
}
