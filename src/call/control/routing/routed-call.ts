import type { RelayEndpoint } from "../../../media/index.ts";
import type { FeatureName } from "../../../database/index.ts";
import type { DialedFeature, Endpoint, FeatureReason, Route, Shown } from "../../model/index.ts";
import type { BranchTarget } from "../leg/branch.ts";
import type { LegDevice } from "../leg/leg.ts";
import type { Rejection } from "../rejection.ts";

/** Where a call goes. `callee`: whom it is offered to at once, where that is known; a trunk is asked in its turn. */
export interface RoutedCall {
  readonly kind: "routed";
  readonly route: Route;
  readonly targets: ReadonlyMap<string, BranchTarget>;
  readonly callee: LegDevice | undefined;
  readonly endpoint?: RelayEndpoint;
  /** Whom the caller is shown as the one who answers. */
  readonly shown?: Shown;
  /** What has brought it there; absent: it was called. */
  readonly feature?: FeatureReason;
}

/** It asks for a feature of the switch. */
export interface FeatureCall {
  readonly kind: "feature";
  readonly feature: DialedFeature;
}

/** It changes a setting of the phone that calls. */
export interface SettingCall {
  readonly kind: "setting";
  readonly setting: DialedSetting;
  readonly argument: string;
}

/** Settings that phones change by dialing. */
export type DialedSetting = Extract<
  FeatureName,
  `${"do-not-disturb" | "forward-all" | "privacy"}-${"on" | "off"}` | `hunt-log-${"in" | "out"}`
>;

/** What becomes of an INVITE that asks for a feature. */
export type DialDecision =
  | { readonly kind: "accepted"; readonly endpoint: Endpoint; readonly shown?: Shown }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/** What the caller is told instead, and whom it called where that is known. */
export type RejectedCall = { readonly kind: "rejected"; readonly callee?: LegDevice } & Rejection;
