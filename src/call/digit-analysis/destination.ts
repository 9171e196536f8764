import type { FeatureName } from "../../database/index.ts";
import type { Peer } from "../device/peer.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import type { RouteClass, RouteWay } from "./plan/dial-plan.ts";

/** A service inside the switch that can be called. */
export type ServiceEndpoint = "echo" | "demo";

/**
 * Why a number leads nowhere. `empty` there is no user part; `too-long` it exceeds 128 characters; `unknown-host` the host
 * is neither this switch nor a peer; `unknown-number` nothing has it; `no-transit` it leads to a peer, from one whose calls
 * must not; `no-emergency` it is an emergency call, and there is no place for them; `blocked` the pattern that wins refuses
 * calls; `no-trunk` the route that wins has no trunk that can be tried; `translation-loop` and `too-many-hops` translation
 * patterns lead in a circle, or through more of them than `ForwardMaximumHopCount`.
 */
export type NoReason =
  | "empty"
  | "too-long"
  | "unknown-host"
  | "unknown-number"
  | "no-transit"
  | "no-emergency"
  | "blocked"
  | "no-trunk"
  | "translation-loop"
  | "too-many-hops";

/** One trunk that may take a call. The trunk's own `outbound` and `callerId` have not been applied yet. */
export interface RouteAttempt {
  readonly peer: Peer;
  /** What the trunk is sent. */
  readonly number: string;
  /** How the caller is shown, after the pattern and the route list; absent: unchanged. */
  readonly callingNumber?: string;
  /** How the dial plan came to it; absent: by a prefix or host of the trunk. */
  readonly way?: Partial<RouteWay> & { readonly pattern: string };
}

/** Facts of a call that leaves by a route pattern. */
export interface RouteDestination {
  readonly kind: "route";
  /** Name of the route pattern, such as `9.!@outside`. */
  readonly pattern: string;
  readonly class: RouteClass;
  /** The class is `international`, or a number that would leave is (`InternationalPrefixes`, `CountryCode`). */
  readonly international: boolean;
  /** In the order in which they are tried: 1 to 100. */
  readonly attempts: readonly RouteAttempt[];
}

/** A directory number on all its devices; each list may be empty. */
export interface LineDestination {
  readonly kind: "line";
  /** Such as `1001@internal`. */
  readonly line: string;
  readonly number: string;
  readonly phones: readonly SipPhone[];
  /** Names of the CTI ports and route points that have the line. */
  readonly ctiPorts: readonly string[];
  readonly routePoints: readonly string[];
  /** How the caller is shown, after translation patterns; absent: unchanged. */
  readonly callingNumber?: string;
}

/** A number that is hunted for. */
export interface HuntPilotDestination {
  readonly kind: "hunt-pilot";
  /** Name of the pilot, such as `5000@internal`. */
  readonly pattern: string;
  readonly number: string;
}

/** What a phone has dialed the code of; a speed dial leads where its destination does instead. */
export interface FeatureDestination {
  readonly kind: "feature";
  readonly feature: Exclude<FeatureName, "speed-dial">;
  /** What was dialed behind the code: 1 to 32 of `0-9*#A-D`, after a `+` or not; empty where nothing was, or may be. */
  readonly argument: string;
  /** All that was dialed. */
  readonly number: string;
}

/**
 * Where a number leads. With a `park-range`, `number` is the slot. `phone` is an answer of analysis without a dial plan; `line`, `route`, `hunt-pilot`, `park-range` and
 * `pickup-group` are answers of analysis with one. A `peer` has the host or a prefix that was dialed.
 */
export type Destination =
  | { readonly kind: "phone"; readonly phone: SipPhone }
  | LineDestination
  | { readonly kind: "endpoint"; readonly endpoint: ServiceEndpoint; readonly number: string }
  | {
      readonly kind: "peer";
      readonly peer: Peer;
      readonly number: string;
      /** With a dial plan: the number is international. Absent: nothing is known of it. */
      readonly international?: boolean;
      readonly callingNumber?: string;
    }
  | RouteDestination
  | HuntPilotDestination
  | { readonly kind: "park-range"; readonly pattern: string; readonly number: string }
  | { readonly kind: "pickup-group"; readonly group: string; readonly number: string }
  | FeatureDestination
  | {
      readonly kind: "none";
      readonly reason: NoReason;
      /** Name of the pattern that refused. */
      readonly pattern?: string;
      /** A longer number may lead somewhere (RFC 3578). Absent: no. */
      readonly more?: true;
    };
