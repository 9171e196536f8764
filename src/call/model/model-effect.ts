import type { Address } from "./call.ts";
import type { Change } from "./change.ts";
import type { CommandResult, RouteMoment, RouteView, SipHeader } from "../../signals/index.ts";
import type { HuntStep } from "./model-settings.ts";
import type { FeatureReason, Why } from "./why.ts";

/** A service of the media side that a single leg can be connected to. */
export type Endpoint =
  | "echo"
  | "tone"
  | "demo"
  | "music"
  | "silence"
  | "ringback"
  | `music:${string}`
  | `announcement:${string}`
  | `conference:${string}`;

/** What can be laid over what a leg hears. */
export type Overlay = "music" | "silence" | "ringback";

/** A leg that leaves its session for a new one with a service. */
export interface Attached {
  readonly sessionId: string;
  readonly legId: string;
  readonly endpoint: Endpoint;
}

/** A number, and what stands beside it. */
export interface Shown {
  readonly number: string;
  readonly name: string;
}

/** Where a call that rings is sent, and by whom. */
export interface Redirection {
  /** Who sends it elsewhere, and pays for that unless `as` does: a device, by one of its numbers. */
  readonly by: string;
  readonly number: string;
  readonly to: string;
  /** A route dialogue has chosen it. */
  readonly isRoute?: true;
  /** The device whose calling search space applies; absent: `by`. */
  readonly as?: string;
  /** What is recorded and shown as called first: the new destination, or a number; absent: what was. */
  readonly originalCalled?: "reset" | { readonly number: string };
  /** How the caller is shown; absent: as it is. */
  readonly callingNumber?: string;
  /** Header fields of its INVITEs, until the call is sent elsewhere anew; absent: none. */
  readonly headers?: readonly SipHeader[];
  /** It rings here again when the new destination is busy or is not there. */
  readonly isKept: boolean;
}

/** Who sends an established call to another number, by one of its own, and how. */
export interface Diverted {
  readonly by: string;
  readonly number: string;
  readonly feature: "redirect" | "transfer" | "forward-on-failure";
  /** As of a `Redirection`. */
  readonly originalCalled?: Redirection["originalCalled"];
}

/** What the shell is to do, in order. */
export type ModelEffect =
  | { readonly type: "change"; readonly change: Change }
  /** What a device has dialed is done: its INVITE is answered by a service. Followed by `answered`, or `ended`. */
  | {
      readonly type: "accept";
      readonly sessionId: string;
      readonly endpoint: Endpoint;
      /** Whom the device is shown as the one who answers; absent: nobody. */
      readonly shown?: Shown;
    }
  /** It is not: the INVITE is refused. There is no such session any more. */
  | { readonly type: "refuse"; readonly sessionId: string; readonly status: number; readonly reason: string }
  /** Two established legs leave their sessions for a new one; what is left in those ends. Followed by `settled` or `ended`. */
  | { readonly type: "join"; readonly sessionId: string; readonly caller: string; readonly callee: string }
  /** The same of one leg and a service. `musicOf`: the device whose music source it is. */
  | {
      readonly type: "attach";
      readonly sessionId: string;
      readonly legId: string;
      readonly endpoint: Endpoint;
      readonly musicOf?: string;
    }
  /** The same of several legs at once, which may come out of the same session. `unattached` follows when it is not done. */
  | { readonly type: "attach-all"; readonly attached: readonly Attached[] }
  /**
   * Rings a number by a new session that has no caller; who answers is connected to `endpoint`. Followed by `offering`,
   * `ringing`, `answered` or `ended`; where the number leads to a service, by `answered` with that, and there is no such
   * session.
   */
  | {
      readonly type: "originate";
      readonly sessionId: string;
      readonly callId: string;
      /** The leg, or the party, that is shown as the caller. */
      readonly from: { readonly legId: string } | { readonly address: Address };
      /** Device whose calling search space applies, and who pays. */
      readonly by: string;
      readonly to: string;
      readonly endpoint: Endpoint;
      readonly feature: FeatureReason;
      /** Members of a pilot are rung, wherever their calls are forwarded to; `to` is what was dialed of it. */
      readonly hunt?: { readonly pilot: string; readonly step: HuntStep };
      /** How the caller is shown; absent: as it is. */
      readonly callingNumber?: string;
      /** As of a `Redirection`. */
      readonly headers?: readonly SipHeader[];
      /** What the number is looked up in; absent: what `by` may dial. */
      readonly callingSearchSpace?: string;
      /** Only this device of the line is rung, wherever its calls are forwarded to. */
      readonly onlyDevice?: string;
      /** That device is asked to answer by itself, whatever its user wants of other calls. */
      readonly isAtOnce?: true;
      /** Referred-By of who transfers (RFC 3892). */
      readonly referredBy?: string;
      /** What the new number is told of how the call comes there; absent: it is called. */
      readonly diverted?: Diverted;
    }
  /**
   * A session that rings is to ring elsewhere. Followed by `reroute-refused`, or by `offering`; later perhaps by
   * `reroute-refused` still, where `isKept` and the new destination turns out to be busy or not to be there.
   */
  | { readonly type: "reroute"; readonly sessionId: string; readonly redirection: Redirection }
  /**
   * A leg that is up and has acknowledged becomes the callee of a session that rings. Who rings goes on until it has, and
   * is told then that the call was completed elsewhere. Followed by `answered` or `pick-up-failed`.
   */
  | { readonly type: "pick-up"; readonly sessionId: string; readonly legId: string }
  /** Undefined: the leg hears the other party again. `musicOf`: the device whose music source it is. */
  | {
      readonly type: "play";
      readonly sessionId: string;
      readonly legId: string;
      readonly source: Overlay | undefined;
      readonly musicOf?: string;
      /** The music source, where it is not the device's. */
      readonly music?: string;
    }
  /** Ends the session; all legs in it get a BYE, CANCEL or refusal. Followed by `ended`. */
  | { readonly type: "release"; readonly sessionId: string; readonly why: Why }
  /** Progress of a REFER: a final status ends its subscription. */
  | { readonly type: "notify"; readonly referId: string; readonly status: number }
  /** A route dialogue has come so far. `selectMs`: the application has so long to select. */
  | { readonly type: "route"; readonly moment: RouteMoment; readonly route: RouteView; readonly selectMs?: number }
  /**
   * No route has come out of a dialogue. `expired`: the call is treated as if nobody were there; `ended`: it stays at the
   * route point, as a call that is offered.
   */
  | {
      readonly type: "unroute";
      readonly sessionId: string;
      readonly device: string;
      readonly reason: "expired" | "ended";
    }
  /** A setting of a device. Followed by the command's result. */
  | { readonly type: "set-privacy"; readonly device: string; readonly isPrivate: boolean; readonly commandId: string }
  | { readonly type: "start-timer"; readonly timerId: string; readonly delayMs: number }
  | { readonly type: "stop-timer"; readonly timerId: string }
  | { readonly type: "result"; readonly commandId: string; readonly result: CommandResult };
