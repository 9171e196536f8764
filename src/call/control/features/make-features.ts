import type { DialPlan } from "../../digit-analysis/index.ts";
import type { Inventory, FeatureSettings, FeatureStore } from "../../device/index.ts";
import type { EntryStore } from "../recovery/call-journal.ts";
import type { CallContext } from "../session/call-session.ts";
import type { CallTable } from "../call-table.ts";
import type { Hunting } from "../hunting/hunting.ts";
import type { LineDialogs } from "../views/line-dialogs.ts";
import type { NewCalls } from "../new-calls.ts";
import { CallFeatures, type CallFeaturesOptions } from "./call-features.ts";
import type { RouteTeller } from "./route-teller.ts";
import { modelSettingsOf } from "./model-settings-of.ts";

export interface FeatureParts {
  readonly context: CallContext;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  readonly hunting: Hunting;
  readonly inventory: Inventory;
  readonly store: EntryStore;
  /** What lamps show. */
  readonly dialogs: LineDialogs;
  /** Absent: nothing but devices is configured. */
  readonly features: { readonly settings: FeatureSettings; readonly store: FeatureStore } | undefined;
  /** Absent: there is no dial plan. */
  readonly dialPlan: (() => DialPlan) | undefined;
  readonly routing: RouteTeller;
  readonly onStep: CallFeaturesOptions["onStep"];
  readonly onRestored: CallFeaturesOptions["onRestored"];
}

/** Call features over the configuration as it is at the moment. */
export function makeFeatures({ features, dialPlan, hunting, ...parts }: FeatureParts): CallFeatures {
  const { inventory } = parts;
  const { settings, store } = features ?? {};
  const partitionsOf = (device: string): readonly string[] | undefined => dialPlan?.().callerSpace({ device });
  return new CallFeatures({
    ...parts,
    setPrivacy: async (device, isOn) => {
      const { kind = "refused" } = (await store?.setPrivacy(device, isOn)) ?? {};
      if (kind !== "refused") return { ok: true };
      return { ok: false, failure: "wrong-state", detail: "the setting could not be changed" };
    },
    settings: modelSettingsOf({ inventory, settings, partitionsOf, hunting }),
    musicOf: (device) => settings?.deviceOf(device)?.musicSource,
  });
}
