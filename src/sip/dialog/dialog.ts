import { withMore } from "../../common/index.ts";
import type { Target, TransportProtocol } from "../transport/index.ts";
import type { Application, ApplicationPort } from "./application.ts";
import { newNegotiation, type Negotiation } from "./negotiation.ts";
import type { SessionTimer } from "./session-timer.ts";

/** What outlives the process: enough to send and to recognise requests of the dialog. Plain JSON. */
export interface DialogRecord {
  /** `<Call-ID>;from-tag=<tag of the dialog's initiator>`, whichever end we are. */
  readonly id: string;
  readonly role: "uac" | "uas";
  /** The method that made the dialog: `INVITE` or `SUBSCRIBE`. */
  readonly method: string;
  readonly callId: string;
  readonly localTag: string;
  remoteTag: string;
  /** Our From value in requests we send, tag included. */
  local: string;
  /** Our To value in requests we send, tag included once it is known. */
  remote: string;
  localCseq: number;
  /** Highest CSeq seen from the other end; -1 before the first. */
  remoteCseq: number;
  /** CSeq of the last INVITE that we sent: the CSeq of its ACK. */
  inviteCseq: number;
  remoteTarget: string;
  routeSet: readonly string[];
  /** Contact that we gave, as a header value. */
  localContact: string;
  protocol: TransportProtocol;
  /** Where to send instead of the remote target: a phone behind NAT, or a destination the application gave. */
  nextHop?: Target;
  session?: SessionTimer;
  /** Methods the other end said it allows; empty when it did not say. */
  remoteAllow: readonly string[];
  /** Wall-clock milliseconds. */
  createdAtMs: number;
  /** Instance id of the application that it belongs to; absent when that gave none. */
  ownerId?: string;
  /** When a subscription ends unless it is refreshed; wall-clock milliseconds. */
  expiresAtMs?: number;
  /** The last session description that we sent; what a refresh by re-INVITE repeats. */
  localBody: string;
}

/** RFC 3261 12: one side's view of a dialog. */
export interface Dialog extends DialogRecord {
  state: "early" | "confirmed";
  /** The connection that the flow lives on, for reliable transports. */
  flowId: string | undefined;
  /** Who gets its requests (set by `setOwner`); undefined once that application is gone. */
  owner: Application | undefined;
  /** INVITEs inside the dialog, of either end, without a final response. */
  openInvites: number;
  readonly negotiation: Negotiation;
  /** An application has sent a BYE (RFC 3261 15.1.1): its session is over, whatever is answered. */
  isEnding?: true;
  /** Reliable provisional responses to our INVITE, the latest last; forks have an identity each. */
  reliable?: readonly ReliableSeen[];
}

/** A reliable provisional response that has come, and whom it came from. */
export interface ReliableSeen extends Pick<Dialog, "remote" | "remoteTag" | "remoteTarget" | "routeSet"> {
  readonly rseq: number;
  /** CSeq of the INVITE. */
  readonly cseq: number;
}

/** A dialog as the control channel lists it. */
export interface EdgeDialogSummary {
  readonly dialogId: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly role: "uac" | "uas";
  readonly state: "early" | "confirmed";
  readonly method: string;
  readonly ageMs: number;
}

/** Gives a dialog to an application. Returns true when that changes what is recorded. */
export function setOwner(dialog: Dialog, application: Application): boolean {
  dialog.owner = application;
  const { instanceId } = application;
  if (instanceId === "" || dialog.ownerId === instanceId) return false;
  dialog.ownerId = instanceId;
  return true;
}

/** The application that a dialog belongs to, also when it was started again; undefined while it is away. */
export function ownerOf(
  { owner, ownerId }: Dialog,
  applications: Pick<ApplicationPort, "isAlive" | "byInstance">,
): Application | undefined {
  const alive = owner !== undefined && applications.isAlive(owner) ? owner : undefined;
  if (ownerId === undefined || alive?.instanceId === ownerId) return alive;
  return applications.byInstance(ownerId) ?? alive;
}

export function dialogIdOf(callId: string, initiatorTag: string): string {
  return `${callId};from-tag=${initiatorTag}`;
}

/** The part of a dialog that is recorded. */
export function recordOf(dialog: Dialog): DialogRecord {
  const {
    state: _state,
    flowId: _flowId,
    owner: _owner,
    openInvites: _openInvites,
    negotiation: _negotiation,
    isEnding: _isEnding,
    reliable: _reliable,
    ...record
  } = dialog;
  return record;
}

/** Gaps in CSeq are legal (RFC 3261 12.2.2); a jump makes up for what was sent after the record was written. */
const CSEQ_JUMP = 1_000;

/** The dialog of a record from before a restart. */
export function restoredDialog(record: DialogRecord): Dialog {
  return withMore(record, {
    localCseq: record.localCseq + CSEQ_JUMP,
    state: "confirmed",
    flowId: undefined,
    owner: undefined,
    negotiation: newNegotiation(),
    openInvites: 0,
  });
}

export function summaryOf(dialog: Dialog, wallMs: number): EdgeDialogSummary {
  return {
    dialogId: dialog.id,
    callId: dialog.callId,
    localTag: dialog.localTag,
    remoteTag: dialog.remoteTag,
    role: dialog.role,
    state: dialog.state,
    method: dialog.method,
    ageMs: wallMs - dialog.createdAtMs,
  };
}
