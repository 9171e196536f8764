import type { RelayEndpoint } from "../../../media/index.ts";
import type { BranchRoute, Diversion, Route, Shown } from "../../model/index.ts";
import type { HeaderList, IncomingRequest } from "../../signaling/signaling-port.ts";
import type { Redirecting } from "../routing/redirecting.ts";
import type { BranchTarget } from "../leg/branch.ts";
import type { SessionOrigin } from "./call-progress.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { Reliability } from "../headers/reliability.ts";
import type { RejectedCall } from "../routing/routed-call.ts";

/** A call before its first event. */
export interface NewSession {
  readonly callId: string;
  readonly calledNumber: string;
  readonly caller: Leg;
  readonly callee: LegDevice | undefined;
  readonly endpoint?: RelayEndpoint;
  /** Absent: a device calls. */
  readonly origin?: SessionOrigin;
}

/** Where a call goes that its callee has not taken. */
export interface DivertedCall {
  readonly route: Route;
  readonly targets: ReadonlyMap<string, BranchTarget>;
  /** The service that answers it. */
  readonly endpoint?: RelayEndpoint;
  /** It rings again where it was redirected from, since the new destination has failed with this status. Absent: it does not. */
  readonly returned?: number;
}

/** Where a call goes that has been sent elsewhere while it rang. */
export interface ReroutedCall extends DivertedCall {
  readonly kind: "diverted";
}

/** A phone that says where to call instead. */
export interface Deflection {
  readonly by: LegDevice;
  readonly uri: string;
}

/** What became of a call that is to go elsewhere. */
export interface Untaken {
  readonly reason: Diversion;
  readonly deflected: Deflection | undefined;
  /** It has rung where it went last. */
  readonly hasRung: boolean;
}

/** Where a call goes. */
export interface CallTargets {
  readonly targets: ReadonlyMap<string, BranchTarget>;
  /** Asked when the route wants the call to go elsewhere; undefined: there is nowhere. Absent: there never is. */
  readonly divert?: (untaken: Untaken) => DivertedCall | undefined;
  /** Asked when it is to be sent elsewhere while it rings. Absent: it never can. */
  readonly reroute?: (redirecting: Redirecting) => ReroutedCall | RejectedCall;
  /** For every INVITE to a callee. */
  readonly branchHeaders: HeaderList;
}

/** A call that the switch makes by itself. */
export interface OriginatedCall extends CallTargets {
  readonly route: BranchRoute;
}

/** The caller's INVITE, and what it may be answered with. */
export interface OfferedInvite extends CallTargets {
  readonly request: IncomingRequest;
  readonly sdp: string | undefined;
  readonly route: Route;
  /** Session timer headers of a 2xx. */
  readonly answerHeaders: HeaderList;
  /** Host by which a caller of the trust domain knows us; it is told who answers. Undefined: it is not trusted. */
  readonly trustedHost: string | undefined;
  readonly reliability: Reliability;
  /** Whom the caller, trusted or not, is shown as the one who answers: a place of the switch. Absent: nobody. */
  readonly shown?: Shown;
}
