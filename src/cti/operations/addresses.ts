import { isIP } from "node:net";
import { CtiError } from "../cti-error.ts";

/** @throws {CtiError} `validation-parameter` */
export function checkAddress(address: string, path: string): void {
  if (isIP(address) !== 0) return;
  throw new CtiError("validation-parameter", `${path} is no IP address`, { path });
}
