import { CtiError } from "../cti-error.ts";
import type { Meta, Operation } from "../operation.ts";

/**
 * What goes with a request is honoured or refused, and never passed over. Commands have call control judge it.
 * @param wallMs milliseconds since 1970
 * @throws {CtiError} `timeout-server`, `validation-combination`
 */
export function checkMeta({ isCommand }: Operation, method: string, meta: Meta, wallMs: number): void {
  const { deadlineMs, ifVersion, ifState, dryRun } = meta;
  // Of a command that was done before it is no matter: call control knows its key, and judges it.
  if (!isCommand && deadlineMs !== undefined && wallMs > deadlineMs) {
    throw new CtiError("timeout-server", "the deadline passed before it was begun");
  }
  if (isCommand) return;
  const asked = { ifVersion, ifState, dryRun: dryRun === true ? dryRun : undefined };
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    throw new CtiError("validation-combination", `${method} does not go with ${name}`, { path: `/meta/${name}` });
  }
}
