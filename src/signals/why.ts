/** Who caused a change. */
export type CausedBy = "party" | "application" | "system" | "timer";

/** Why, in terms of features: what CTI calls the feature reason. */
export type FeatureReason =
  | "normal"
  | "redirect"
  | "forward-all"
  | "forward-busy"
  | "forward-no-answer"
  | "forward-unregistered"
  | "forward-on-failure"
  | "transfer"
  | "blind-transfer"
  | "conference"
  | "park"
  | "unpark"
  | "park-reminder"
  | "pickup"
  | "barge"
  | "hold"
  | "retrieve"
  | "refer"
  | "replaces"
  | "redirection-3xx"
  | "hunt"
  | "queueing"
  | "de-queueing"
  | "announcement"
  | "make-call"
  | "quiet-clear"
  | "node-failure";

/** Why a call or a part of it changed; the four always go together. */
export interface Why {
  /** Q.850; its name is `causeName(cause)`. */
  readonly cause: number;
  /** When SIP spoke. */
  readonly sip?: { readonly status: number; readonly reason?: string };
  readonly feature: FeatureReason;
  readonly by: CausedBy;
}
