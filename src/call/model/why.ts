import type { CausedBy, FeatureDetail, FeatureReason, Why } from "../../signals/index.ts";

export type { CausedBy, FeatureDetail, FeatureReason, Why };

/** A feature, and which way of it. */
export interface Doing {
  readonly feature: FeatureReason;
  readonly detail?: FeatureDetail;
}

/** Normal, by a party: Q.850 16. */
export const NORMAL: Why = { cause: 16, feature: "normal", by: "party" };
