import type { Inventory } from "../../device/index.ts";
import { causeOfStatus, type ModelEffect, type ModelEvent } from "../../model/index.ts";
import type { SessionOrigin } from "../call-progress.ts";
import type { CallTable } from "../call-table.ts";
import type { LegDevice } from "../leg.ts";
import type { NewCalls } from "../new-calls.ts";

type Originate = Extract<ModelEffect, { type: "originate" }>;

interface Parts {
  readonly inventory: Inventory;
  readonly newCalls: NewCalls;
  readonly table: CallTable;
}

/** Rings a number for the model. @returns what it is to be told at once; undefined: it rings */
export function originateFor(
  effect: Originate,
  { inventory, newCalls, table }: Parts,
  begun: Omit<SessionOrigin, "from">,
): ModelEvent | undefined {
  const { sessionId, feature, callingNumber } = effect;
  const by = inventory.deviceByName(effect.by);
  const caller = callerOf(effect.from, table);
  const as = caller && callingNumber !== undefined ? { ...caller, number: callingNumber } : caller;
  const reached =
    by === undefined || as === undefined
      ? { status: 480, cause: 20 }
      : newCalls.originate({ ...effect, as, by, origin: { ...begun, from: [] } });
  if (reached === undefined) return undefined;
  if ("service" in reached) return { type: "answered", sessionId, endpoint: reached.service };
  if ("feature" in reached) return { type: "feature-reached", sessionId, feature: reached.feature };
  const { status, cause = causeOfStatus(status) } = reached;
  return { type: "ended", sessionId, why: { cause, sip: { status }, feature, by: "system" } };
}

/** Undefined: the leg is gone. */
function callerOf(from: Originate["from"], table: CallTable): LegDevice | undefined {
  if ("legId" in from) return table.findByTag(from.legId)?.leg.device;
  const { number, name } = from.address;
  return { kind: "peer", name: "", number, ...(name === undefined ? {} : { displayName: name }) };
}
