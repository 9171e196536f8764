import type { CausedBy, FeatureReason, Why } from "../../signals/index.ts";

export type { CausedBy, FeatureReason, Why };

/** Normal, by a party: Q.850 16. */
export const NORMAL: Why = { cause: 16, feature: "normal", by: "party" };
