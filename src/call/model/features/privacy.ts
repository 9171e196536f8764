import type { CallCommand } from "../../../signals/index.ts";
import type { Why } from "../why.ts";
import { legsOf, type Draft } from "../world.ts";
import { refuse } from "./asker.ts";
import { showLine } from "./shared-line.ts";

/** Whoever has asked for it. */
const CHANGED: Why = { cause: 16, feature: "normal", by: "system", detail: "privacy" };

/** A device lets others of its lines into its calls, or keeps them out. */
export function commandPrivacy(
  draft: Draft,
  commandId: string,
  { device, isOn }: Extract<CallCommand, { type: "privacy" }>,
): void {
  const { settings } = draft.world;
  if (settings.linesOf(device).length === 0) {
    return refuse(draft, { commandId }, "destination-unknown", `no phone has the name ${device}`);
  }
  const isPrivate = settings.isPrivate(device);
  if (isOn === isPrivate) {
    return void draft.effects.push({ type: "result", commandId, result: { ok: true, isUnchanged: true } });
  }
  draft.effects.push({ type: "set-privacy", device, isPrivate: !isPrivate, commandId });
}

/** Others of its lines see its calls otherwise than before. */
export function privacyChanged(draft: Draft, device: string): void {
  for (const leg of legsOf(draft.world, device)) showLine(draft, leg, CHANGED);
}
