import type { Placement } from "./dialog-sdp.ts";
import type { Outcome, Refusal } from "./outcome.ts";
import type { SessionState } from "./session-state.ts";
import type { Side } from "./side.ts";

/** The state of one party, in the words of JTAPI's Connection. */
export interface Party {
  readonly connection: "idle" | "in-progress" | "alerting" | "established" | "disconnected";
  /** The session description that we last agreed on with it: ours, and its own. */
  readonly localSdp: string | undefined;
  readonly remoteSdp: string | undefined;
  /** It has put the other party on hold. */
  readonly isHolding: boolean;
}

/** An outgoing INVITE that may become the callee. `cancelled`: given up, its final response has not come. */
export interface Branch {
  readonly branchId: string;
  readonly state: "calling" | "alerting" | "cancelled";
  /** It has been invited without the caller's offer, and gets that when the relay has taken it. Absent: it has it, or there is none. */
  readonly awaitsOffer?: true;
}

/** Branches that are tried at the same time, and for how long. */
export interface BranchGroup {
  readonly branchIds: readonly string[];
  readonly ringMs: number;
  /**
   * Of a trunk that others may stand in for: the longest wait for its first response, 100 included. The groups after it
   * are tried when the trunk has failed, and not when the callee refuses. Absent: whatever the refusal.
   */
  readonly tryMs?: number;
  /** Of a hunt: what one of its members says is no word about the others, 6xx included. Absent: it is of none. */
  readonly isHunted?: true;
  /**
   * Of devices of applications alone, which are offered a call before they ring: the longest that is waited for that;
   * `ringMs` begins then. Absent: it begins at once.
   */
  readonly offerMs?: number;
  /**
   * Of devices of applications alone that have no use for a session description, and do not answer: they are invited
   * without one, while the relay takes the caller's offer. Absent: they need it.
   */
  readonly takesNoMedia?: boolean;
  /**
   * Of devices of applications alone: they are invited without the caller's offer while the relay takes it, get it then, and
   * do not answer sooner. Absent: they need it.
   */
  readonly takesOfferLater?: boolean;
}

/**
 * Why a call is to go elsewhere: the callee is busy, does not answer, no place of it could be reached, or it says where
 * (`deflected`, a 3xx); `on-failure`: the application that had it has failed; `no-coverage`: whatever the reason, nobody of
 * a hunt has taken it.
 */
export type Diversion = "busy" | "no-answer" | "unregistered" | "on-failure" | "deflected" | "no-coverage";

/** What one branch has said before it answers, on its way to the caller or there. */
export interface EarlyMedia {
  readonly branchId: string;
  readonly sdp: string;
  /** Of the response that the caller gets with it; undefined: it is what the branch is going to answer, and not heard before. */
  readonly status: number | undefined;
  readonly ticket: number;
  /** What the caller was given; undefined while the relay works. */
  readonly out: string | undefined;
}

/** A call until its caller has been answered. */
export interface Setup {
  readonly step: "media-offer" | "ringing" | "media-answer";
  /** The relay's operation that is waited for. */
  readonly ticket: number;
  /** The caller's offer; undefined: the callee makes it (RFC 3261 13.2.1). */
  readonly offer: string | undefined;
  readonly offerOut: string | undefined;
  /**
   * The relay has the caller's offer still, and only those ring that have no use for it, or none yet; `next`: another group waits to be
   * invited with it; `elsewhere`: the same, and the caller is told then that its call is forwarded. Absent: it is there, or there is none.
   */
  readonly offerPending?: "none" | "next" | "elsewhere";
  /** Those that have not been tried. */
  readonly groups: readonly BranchGroup[];
  readonly current: BranchGroup | undefined;
  /** The callee rings, or is heard, by the group that is being tried. */
  readonly isReached: boolean;
  /** The time for trying trunks is running. */
  readonly isHunting: boolean;
  /** The longest that all groups together are tried, before the first one is; undefined: it runs, or there is no such bound. */
  readonly wholeMs: number | undefined;
  /** When the call goes elsewhere instead of being refused. */
  readonly diverts: readonly Diversion[];
  /** What the caller is told when there is nowhere to divert to; undefined while nobody is asked for that. */
  readonly diverting: Outcome | undefined;
  readonly refusals: readonly Refusal[];
  /** The last provisional status that the caller got; 0 for none. */
  readonly lastRing: number;
  readonly early: EarlyMedia | undefined;
  /** The answered branch's session description: an answer, or an offer when `offer` is undefined. */
  readonly answer: string | undefined;
}

/** An offer and answer that one party began. */
export interface Negotiation {
  readonly kind: "setup" | "reinvite" | "update";
  readonly requester: Side;
  /** The requester before any of it: what it goes back to when its answer is lost. */
  readonly before: Party;
  /** What the target had said before it answered: what stands when its answer does not go with the offer. */
  readonly stood?: Pick<Party, "remoteSdp" | "isHolding">;
  /**
   * `media-offer`: the relay takes the requester's offer; `awaiting-answer`: the target has it; `media-answer`: the
   * relay takes what the target said; `awaiting-ack`: the requester has its answer; `media-final`: the relay takes the
   * answer that came with that ACK.
   */
  readonly step: "media-offer" | "awaiting-answer" | "media-answer" | "awaiting-ack" | "media-final";
  readonly ticket: number;
  /** The request that is still to be answered; undefined once it is, and for the first INVITE. */
  readonly transaction: string | undefined;
  /** The target's request method; only UPDATE has no ACK. */
  readonly method: "INVITE" | "UPDATE";
  /** The requester sent no offer: the target makes it, the answer comes with the requester's ACK. */
  readonly delayed: boolean;
  readonly offer: string | undefined;
  /** As it was told; `placement` says where its lines are. */
  readonly offerOut: string | undefined;
  readonly answer: string | undefined;
  readonly answerOut: string | undefined;
  /** Of the offer in the dialog that it was made in; absent: its lines are where they were. */
  readonly placement?: Placement;
  /** The target's 2xx waits for its ACK, which has to carry an answer. */
  readonly owesAck: boolean;
  /** The requester has taken its request back. */
  readonly cancelled: boolean;
}

/** An offer and answer that the switch began to put both parties on the same session again. */
export interface Resync {
  readonly kind: "resync";
  /**
   * What was last agreed on is tried first: `media-offer` to `media-caller`. When the parties have nothing of that in
   * common, the caller is asked what else it can (RFC 3725 4.1): `awaiting-offer` to `media-last`.
   */
  readonly step:
    | "media-offer"
    | "media-answer"
    | "awaiting-callee"
    | "media-callee"
    | "awaiting-caller"
    | "media-caller"
    | "awaiting-offer"
    | "media-learned"
    | "awaiting-learned"
    | "media-last";
  readonly ticket: number;
  /** What the party that is asked is told. */
  readonly offerOut: string | undefined;
  readonly answer: string | undefined;
  /** Of the relay's offer in the dialog of the callee, or of the caller of a service; absent: its lines are where they were. */
  readonly placement?: Placement;
  /** What the caller has offered: its 2xx waits for an ACK with the answer. Absent: nothing. */
  readonly learned?: string;
}

/** A request passed from one party to the other that changes nothing here (INFO). */
export interface Passed {
  readonly ticket: number;
  readonly transaction: string;
}

/** An INVITE of ours that was pending when its call ended: it is cancelled, and a late 2xx acknowledged. */
export interface LateInvite {
  readonly ticket: number;
  readonly side: Side;
  /** What it offers; undefined: a 2xx makes the offer, which is to be answered. */
  readonly offer: string | undefined;
}

/** One two-party call: plain data, the whole state of `step`. */
export interface Session {
  readonly state: SessionState;
  /** The callee is a service of the switch, inside the relay: there is one leg. */
  readonly hasEndpoint: boolean;
  /** The switch has begun it: there is no caller until somebody answers. Absent: a device has. */
  readonly isOriginated?: true;
  readonly caller: Party;
  readonly callee: Party;
  readonly setup: Setup | undefined;
  readonly branches: readonly Branch[];
  readonly negotiation: Negotiation | Resync | undefined;
  readonly passed: readonly Passed[];
  /** `if-changed`: only when the relay gives other addresses than before. */
  readonly needsResync: "no" | "if-changed" | "always";
  readonly resyncAttempts: number;
  /** Parties that came from other sessions and have not acknowledged their 2xx: nothing is asked of them. Absent: none. */
  readonly unacknowledged?: readonly Side[];
  /** The timer of the next attempt is running. */
  readonly resyncWaits: boolean;
  /** The edge is away: nothing can be sent. */
  readonly suspended: boolean;
  readonly late: readonly LateInvite[];
  /** The caller gets its BYE, for this reason, when its ACK has come (RFC 3261 15). */
  readonly owedBye: Outcome | undefined;
  /** Nothing can happen any more. */
  readonly isClosed: boolean;
  readonly nextTicket: number;
}

const IDLE: Party = { connection: "idle", localSdp: undefined, remoteSdp: undefined, isHolding: false };

/** A call that nothing has happened to yet. */
export const NEW_SESSION: Session = {
  state: "initiated",
  hasEndpoint: false,
  caller: IDLE,
  callee: IDLE,
  setup: undefined,
  branches: [],
  negotiation: undefined,
  passed: [],
  needsResync: "no",
  resyncAttempts: 0,
  resyncWaits: false,
  suspended: false,
  late: [],
  owedBye: undefined,
  isClosed: false,
  nextTicket: 1,
};
