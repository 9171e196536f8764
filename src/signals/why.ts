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

/**
 * What exactly, where a feature has several ways: values come with later features, and who does not know one takes it as
 * absent.
 */
export type FeatureDetail =
  /** `redirect`: the application of a route dialogue has led there. */
  | "route"
  /** Forwarding: nobody of a hunt pilot takes the call. */
  | "no-coverage"
  /** `forward-no-answer`: no application has the CTI port or route point open. */
  | "not-open"
  /** `park-reminder`: nobody has taken the call, and it goes where its park range says. */
  | "no-retrieve"
  /** `transfer`: it has come to nothing, and who transferred is called back. */
  | "recall"
  /** Transfers: a phone has asked for it by REFER (RFC 3515). */
  | "refer"
  /** `make-call`: beside another call of the device. */
  | "consultation"
  /** `pickup`: of another group than that of the line. */
  | "other-group"
  /** `pickup`: of a number; `park`: on a slot that was named. */
  | "directed"
  /** `barge`: of a call on hold, which is no longer who held it's. */
  | "take-over"
  /** `conference`: somebody has dropped the party. */
  | "drop-party"
  /** `normal`: a device lets others of its line into its calls, or keeps them out. */
  | "privacy"
  /** `normal`: the node is being stopped. */
  | "shutdown";

/** Why a call or a part of it changed; cause, feature and by always go together. */
export interface Why {
  /** Q.850; its name is `causeName(cause)`. */
  readonly cause: number;
  /** When SIP spoke. */
  readonly sip?: { readonly status: number; readonly reason?: string };
  readonly feature: FeatureReason;
  readonly by: CausedBy;
  /** One of `FeatureDetail`; absent: the feature says it all. */
  readonly detail?: string;
}
