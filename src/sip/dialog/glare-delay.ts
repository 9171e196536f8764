import { chance, type Ids } from "../../common/index.ts";
import type { Dialog } from "./dialog.ts";

/**
 * Milliseconds to wait after a 491 before the request comes again: 2,100 to 4,000 when the dialog's Call-ID is ours,
 * else up to 2,000.
 * @see RFC 3261 14.1; RFC 3311 5.3
 */
export function glareDelayMs({ role }: Pick<Dialog, "role">, ids: Ids): number {
  return role === "uac" ? 2_100 + chance(ids, 1_900) : chance(ids, 2_000);
}
