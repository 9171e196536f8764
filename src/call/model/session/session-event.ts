import type { BranchGroup, Diversion } from "./session.ts";
import type { Outcome, Refusal, ToldReason } from "./outcome.ts";
import type { Side } from "./side.ts";
import type { TimerName } from "./session-effect.ts";

/** What happens to a call. `transaction` names a request of a party, `ticket` something that an effect began. */
export type SessionEvent =
  /** The caller's INVITE, authenticated and routed. */
  | { readonly type: "offered"; readonly sdp: string | undefined; readonly route: Route }
  /** 100 to 199. */
  | {
      readonly type: "branch-progress";
      readonly branchId: string;
      readonly status: number;
      readonly sdp: string | undefined;
    }
  /** What a branch answers with, should it answer: the relay can take it while it rings. */
  | { readonly type: "branch-foreseen"; readonly branchId: string; readonly sdp: string }
  /** `offered`: what it was offered, where that is not the offer that all branches got. */
  | {
      readonly type: "branch-answered";
      readonly branchId: string;
      readonly sdp: string | undefined;
      readonly offered?: string | undefined;
    }
  /** 300 and above, also for an INVITE that could not be sent. `isOurs`: the switch did not want to send it. */
  | ({ readonly type: "branch-failed"; readonly branchId: string } & Refusal)
  /** What a branch rings is refused for it: it is given up, and others ring on. */
  | ({ readonly type: "branch-refused"; readonly branchId: string } & Pick<Refusal, "status" | "told">)
  /** Where a call goes that is diverted; undefined: nowhere. A service answers it at once. */
  | { readonly type: "diverted"; readonly route: Route | undefined }
  /** A session without a caller: who answers at the route is connected with its service. */
  | { readonly type: "originated"; readonly route: BranchRoute }
  /** A call that has not been answered goes elsewhere, whatever has become of it so far. */
  | { readonly type: "redirected"; readonly route: Route }
  /** A call that rings is to be answered by a leg that is up already; other branches go on until it is. */
  | { readonly type: "picked"; readonly branchId: string }
  /** These parties go on in another session; what is left of this one ends. */
  | { readonly type: "taken"; readonly sides: readonly Side[]; readonly outcome: Outcome }
  /** A party that came from another session has answered there what it was asked before: by both that is what was agreed on. */
  | { readonly type: "late-answer"; readonly side: Side; readonly localSdp: string; readonly remoteSdp: string }
  | { readonly type: "media-done"; readonly ticket: number; readonly sdp: string }
  /** `cause`: Q.850, where that is not the cause of the status. */
  | { readonly type: "media-failed"; readonly ticket: number; readonly status: number; readonly cause?: number }
  /** The caller took its INVITE back; it has its 487 already. */
  | { readonly type: "cancelled"; readonly told?: ToldReason | undefined }
  /** The 200 to the caller could not be sent any more. */
  | { readonly type: "answer-lost" }
  /** ACK to our 2xx. */
  | { readonly type: "acked"; readonly side: Side; readonly sdp: string | undefined }
  | { readonly type: "reinvite"; readonly side: Side; readonly transaction: string; readonly sdp: string | undefined }
  /** UPDATE with an offer. `byUpdate`: the other party takes UPDATE; else it gets a re-INVITE. */
  | {
      readonly type: "update";
      readonly side: Side;
      readonly transaction: string;
      readonly sdp: string;
      readonly byUpdate: boolean;
    }
  /** A re-INVITE was taken back; it has its 487 already. */
  | { readonly type: "reinvite-cancelled"; readonly transaction: string }
  /** The 2xx to a re-INVITE or UPDATE of `side` could not be sent any more. */
  | { readonly type: "change-answer-lost"; readonly side: Side }
  /** `refusal`: the status that says why the other party, or the service, does not take it. */
  | {
      readonly type: "info";
      readonly side: Side;
      readonly transaction: string;
      readonly refusal?: number | undefined;
    }
  /** 2xx. */
  | {
      readonly type: "request-answered";
      readonly ticket: number;
      readonly status: number;
      readonly sdp: string | undefined;
    }
  | { readonly type: "request-failed"; readonly ticket: number; readonly status: number }
  | {
      readonly type: "bye";
      readonly side: Side;
      readonly transaction: string;
      readonly told?: ToldReason | undefined;
    }
  /** The dialog of a party is no more, and the party did not end it. */
  | { readonly type: "gone"; readonly side: Side; readonly outcome: Outcome }
  /** RTP has stopped. */
  | { readonly type: "media-timeout" }
  /** The relay has forgotten the session. */
  | { readonly type: "media-lost" }
  | { readonly type: "hang-up"; readonly outcome: Outcome }
  | { readonly type: "edge-lost" }
  /** `renew`: the server has lost the dialogs, and both parties are to be asked anew. */
  | { readonly type: "edge-back"; readonly renew?: boolean }
  | { readonly type: "timer"; readonly timer: TimerName };

/** Where a call goes: branches in groups, best first, or a service inside the relay. */
export type Route = BranchRoute | { readonly kind: "endpoint" };

/** Branches in groups, and when the call is to go elsewhere instead of being refused (absent: never). */
export interface BranchRoute {
  readonly kind: "branches";
  readonly groups: readonly BranchGroup[];
  readonly diverts?: readonly Diversion[];
  /** The longest that all groups together are tried; absent: as long as each of them is. */
  readonly wholeMs?: number;
}
