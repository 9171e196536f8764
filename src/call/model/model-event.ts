import type { Address } from "./call.ts";
import type { CallCommand, ConsultCommand, RouteCommand } from "../../signals/index.ts";
import type { Endpoint } from "./model-effect.ts";
import type { CausedBy, FeatureDetail, FeatureReason, Why } from "./why.ts";

/** What the model has to know of a dialog. */
export interface LegFacts {
  readonly legId: string;
  readonly kind: "phone" | "trunk";
  /** Name of the device. */
  readonly device: string;
  readonly address: Address;
  /** Its media is encrypted with keys that the switch does not have, as is that of whom it is connected with. */
  readonly isEncrypted?: true;
}

/** A line, or a number beyond a trunk, that is being rung, and on which devices. */
export interface Place {
  readonly kind: "phone" | "trunk";
  readonly address: Address;
  readonly devices: readonly string[];
}

/** A request of a phone to transfer (RFC 3515); its progress is told to it by the effect `notify`. */
export interface Refer {
  readonly referId: string;
  /** Of the phone that asks. */
  readonly legId: string;
  /** Digits, or a SIP URI's user part. */
  readonly to: string;
  /** The dialog that the new one is to replace (RFC 3891): a leg of ours; absent: none was named. */
  readonly replaces?: string;
  /** Only a dialog that is not established yet is to be replaced. */
  readonly isEarlyOnly?: true;
  /** Referred-By, as it came. */
  readonly referredBy?: string;
}

/** What a device has dialed that is no party: a feature of the switch. */
export type DialedFeature =
  /** To park on that slot when the device has a call to park, else to retrieve what is parked there. */
  | { readonly kind: "park-slot"; readonly range: string; readonly slot: string }
  | { readonly kind: "pickup-group"; readonly group: string }
  /** A setting that has been changed. */
  | { readonly kind: "setting" }
  /** To take the place of a leg (RFC 3891). */
  | { readonly kind: "replaces"; readonly legId: string }
  /** A feature code; `argument`: the digits behind it. */
  | { readonly kind: "code"; readonly code: FeatureCode; readonly argument: string };

/** Features that a phone asks for by dialing. */
export type FeatureCode =
  "transfer" | "conference" | "park" | "group-pickup" | "other-group-pickup" | "directed-pickup" | "barge";

/** What is asked of calls, and is done by changing them. */
export type ModelCommand = CallCommand | RouteCommand | ConsultCommand;

/** What happens to calls. Sessions are told of by the shell that runs them; `sessionId` names one. */
export type ModelEvent =
  /** A device's INVITE, authenticated. The call has the session's name. */
  | { readonly type: "offered"; readonly sessionId: string; readonly leg: LegFacts; readonly called: string }
  /** A device's INVITE that asks for a feature; answered by the effect `accept` or `refuse` in the same step. */
  | {
      readonly type: "dialed";
      readonly sessionId: string;
      readonly leg: LegFacts;
      readonly called: string;
      readonly feature: DialedFeature;
    }
  /** Who is rung now, instead of who was. */
  | {
      readonly type: "offering";
      readonly sessionId: string;
      readonly places: readonly Place[];
      readonly feature?: FeatureReason;
      readonly detail?: FeatureDetail;
      /** Absent: as its feature says. */
      readonly by?: CausedBy;
    }
  /**
   * A caller is answered by what `placeInQueue` says, and waits for a member of a hunt pilot. `legId`: one that is up, and has
   * been connected with that; absent: the session's caller. `leftMs`: of its time.
   */
  | {
      readonly type: "queued";
      readonly sessionId: string;
      readonly legId?: string;
      readonly pilot: string;
      readonly number: string;
      readonly leftMs: number;
    }
  /** A call is offered to a route point whose application routes. `callerAddress`: where the caller's SIP comes from. */
  | {
      readonly type: "route-request";
      readonly sessionId: string;
      readonly device: string;
      readonly selectMs: number;
      readonly callerAddress?: string;
    }
  /** Members of hunt pilots may be free that were not. */
  | { readonly type: "freed" }
  | { readonly type: "ringing"; readonly sessionId: string; readonly device?: string }
  /** `leg`: who has answered; absent: a service of the switch. */
  | { readonly type: "answered"; readonly sessionId: string; readonly leg?: LegFacts; readonly endpoint?: Endpoint }
  /** A phone has put its call on hold, or taken it back, by a re-INVITE. */
  | { readonly type: "held"; readonly legId: string; readonly isHolding: boolean }
  /** A dialog is about to end; its session has not ended yet: who else is in it may be moved before. */
  | { readonly type: "leaving"; readonly legId: string; readonly why: Why }
  /** A session is over, with all legs that are still in it. */
  | { readonly type: "ended"; readonly sessionId: string; readonly why: Why }
  /** The parties of a new session that was made of established legs have agreed. */
  | { readonly type: "settled"; readonly sessionId: string }
  /** The media service would not have that; it is tried again until the session ends. */
  | { readonly type: "unsettled"; readonly sessionId: string }
  /** Nothing of an `attach-all` was done: the media service is away. */
  | { readonly type: "unattached"; readonly sessionIds: readonly string[] }
  /** Who has called has acknowledged that it was answered: it can be moved from now on. */
  | { readonly type: "acknowledged"; readonly sessionId: string }
  /** The destination of the effect `reroute` cannot be had: the call rings where it did, or does so again. */
  | { readonly type: "reroute-refused"; readonly sessionId: string; readonly why: Why }
  /** The leg of the effect `pick-up` is out; what rings goes on ringing, if it does still. */
  | { readonly type: "pick-up-failed"; readonly sessionId: string; readonly legId: string }
  /** The number of the effect `originate` is no party's but asks for a feature. There is no such session. */
  | { readonly type: "feature-reached"; readonly sessionId: string; readonly feature: DialedFeature }
  /** The relay is there again: what is laid over what the legs of a session hear may be lost. */
  | { readonly type: "media-found"; readonly sessionId: string }
  | { readonly type: "refer"; readonly refer: Refer }
  /** The application of a device has failed for good: the other party of a call of it is to go elsewhere. */
  | {
      readonly type: "owner-lost";
      readonly legId: string;
      readonly to: string;
      readonly callingSearchSpace?: string;
    }
  /** Whether others of its lines may enter a device's calls has changed. */
  | { readonly type: "privacy-changed"; readonly device: string }
  | { readonly type: "timer"; readonly timerId: string }
  /** An announcement is over. */
  | { readonly type: "prompt-ended"; readonly sessionId: string }
  | { readonly type: "command"; readonly commandId: string; readonly command: ModelCommand };
