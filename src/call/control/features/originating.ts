import type { Inventory } from "../../device/index.ts";
import { causeOfStatus, type ModelEffect, type ModelEvent } from "../../model/index.ts";
import type { CallTable } from "../call-table.ts";
import type { LegDevice } from "../leg.ts";
import type { NewCalls } from "../new-calls.ts";
import type { Origination } from "../origination.ts";
import { shownBy } from "./leg-facts.ts";

type Originate = Extract<ModelEffect, { type: "originate" }>;

/** What a call of the switch itself is begun with. */
export interface OriginatingOptions {
  readonly inventory: Inventory;
  readonly newCalls: NewCalls;
  readonly table: CallTable;
}

/** Begins a call of the switch itself. @returns what the model hears at once; undefined: it rings */
export function originate(
  effect: Originate,
  { inventory, newCalls, table }: OriginatingOptions,
  origin: Origination["origin"],
): ModelEvent | undefined {
  const { sessionId, feature } = effect;
  const by = inventory.deviceByName(effect.by);
  const as = shownAs(effect.from, table);
  const reached =
    by === undefined || as === undefined
      ? { status: 480, cause: 20 }
      : newCalls.originate({ ...effect, as: shownBy(as, effect), by, origin });
  if (reached === undefined) return undefined;
  if ("service" in reached) return { type: "answered", sessionId, endpoint: reached.service };
  if ("feature" in reached) return { type: "feature-reached", sessionId, feature: reached.feature };
  const { status, cause = causeOfStatus(status) } = reached;
  return { type: "ended", sessionId, why: { cause, sip: { status }, feature, by: "system" } };
}

/** Undefined: the leg is gone. */
function shownAs(from: Originate["from"], table: CallTable): LegDevice | undefined {
  if ("legId" in from) return table.findByTag(from.legId)?.leg.device;
  const { number, name } = from.address;
  return { kind: "peer", name: "", number, ...(name === undefined ? {} : { displayName: name }) };
}
