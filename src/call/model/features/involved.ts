import type { World } from "../world.ts";

/** A feature that moves the leg sooner or later is under way: another one has to wait for its end. */
export function isInvolved({ transfers, redirects, madeCalls }: World, legId: string): boolean {
  for (const transfer of transfers.values()) {
    if (transfer.state === "dialed") continue;
    if (transfer.party === legId || (transfer.state === "calling" && transfer.controller === legId)) return true;
  }
  for (const one of redirects.values()) if (one.party === legId || one.leaver === legId) return true;
  for (const made of madeCalls.values()) if (made.legId === legId) return true;
  return false;
}
