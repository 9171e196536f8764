import { LONGEST_MS } from "./connection/sdk-clock.ts";
import { clientError, type CtiError } from "./cti-error.ts";

/** Why nobody can wait for so long. */
export function waitRefusal(option: string, ms: number): CtiError | undefined {
  if (ms >= 0 && ms <= LONGEST_MS) return undefined;
  return clientError("CLIENT_PROTOCOL", `${option}: a number from 0 to ${LONGEST_MS}, which is not ${ms}`);
}
