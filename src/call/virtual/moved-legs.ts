import type { CallTable } from "../control/call-table.ts";
import type { Leg } from "../control/leg/leg.ts";
import type { ModelEffect, World } from "../model/index.ts";

/** Legs of devices of applications in calls that parties have come to from others in a step, by device. */
export function movedLegs(
  effects: readonly ModelEffect[],
  { calls }: Pick<World, "calls">,
  table: Pick<CallTable, "sessionsOf">,
): readonly (readonly Leg[])[] {
  const devices = new Set<string>();
  for (const effect of effects) {
    const callId = effect.type === "change" ? callWithNewcomers(effect.change) : undefined;
    for (const { terminals } of calls.get(callId ?? "")?.connections ?? []) {
      for (const { device } of terminals) devices.add(device);
    }
  }
  return [...devices].map((device) =>
    table
      .sessionsOf(device)
      .flatMap((session) => session.legs.filter((leg) => leg.cti !== undefined && leg.device.name === device)),
  );
}

/** Devices that a step has done something to, in whatever call. */
export function devicesOf(effects: readonly ModelEffect[]): ReadonlySet<string> {
  const devices = new Set<string>();
  for (const effect of effects)
    if (effect.type === "change" && effect.change.type === "terminal-connection") devices.add(effect.change.device);
  return devices;
}

function callWithNewcomers(change: Extract<ModelEffect, { type: "change" }>["change"]): string | undefined {
  if (change.type === "moved") return change.callId;
  return change.type === "call" ? change.mergedInto : undefined;
}
