import type { DialPlan } from "../../digit-analysis/index.ts";
import type { Inventory, FeatureSettings } from "../../device/index.ts";
import type { EntryStore } from "../call-journal.ts";
import type { CallContext } from "../call-session.ts";
import type { CallTable } from "../call-table.ts";
import type { Hunting } from "../hunting/hunting.ts";
import type { NewCalls } from "../new-calls.ts";
import { CallFeatures } from "./call-features.ts";
import { modelSettingsOf } from "./model-settings-of.ts";

export interface FeatureParts {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  readonly hunting: Hunting;
  readonly inventory: Inventory;
  readonly store: EntryStore;
  /** Absent: nothing but devices is configured. */
  readonly settings: FeatureSettings | undefined;
  /** Absent: there is no dial plan. */
  readonly dialPlan: (() => DialPlan) | undefined;
}

/** Call features over the configuration as it is at the moment. */
export function makeFeatures({ settings, dialPlan, hunting, ...parts }: FeatureParts): CallFeatures {
  const { inventory } = parts;
  const partitionsOf = (device: string): readonly string[] => dialPlan?.().callerSpace({ device }) ?? [];
  return new CallFeatures({
    ...parts,
    settings: modelSettingsOf({ inventory, settings, partitionsOf, hunting }),
    musicOf: (device) => settings?.deviceOf(device)?.musicSource,
    onChange: () => undefined,
  });
}
