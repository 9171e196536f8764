import type { Timer } from "../../common/index.ts";
import { tagOf } from "../message/index.ts";
import type { ServerTransaction } from "../transaction/index.ts";
import type { Application } from "./application.ts";
import type { Dialog } from "./dialog.ts";
import type { InviteJournal } from "./invite-journal.ts";
import { formsDialogs } from "./methods.ts";
import { responseSeen } from "./negotiation.ts";

/** A request from the network whose final response an application owes. */
export interface PendingRequest {
  readonly txnId: string;
  readonly tx: ServerTransaction;
  readonly method: string;
  readonly callId: string;
  readonly dialogId: string;
  /** The dialog that it came in; set as well once it has made one. */
  dialog: Dialog | undefined;
  /** Undefined while it waits for an application. */
  application: Application | undefined;
  toTag: string | undefined;
  /** A provisional response with a tag has gone out: it cannot be offered to another application any more. */
  answeredProvisionally: boolean;
  /** Applications that have died with it. */
  deaths: number;
  /** Set while it waits for an application. */
  holdTimer: Timer | undefined;
  /** Set while it rings: it is said so again every minute. */
  ringTimer: Timer | undefined;
}

/** It belongs to no dialog: who does not take such requests cannot answer it. */
export function isOutside({ dialog, tx }: PendingRequest): boolean {
  return dialog === undefined && tagOf(tx.request.get("to") ?? "") === undefined;
}

/** The pending requests by the wire's transaction id and by the edge's transaction. */
export class PendingRequests {
  readonly #invites: InviteJournal;
  readonly #byTxnId = new Map<string, PendingRequest>();
  readonly #byTransaction = new Map<string, PendingRequest>();
  /** What may make a dialog of that id, which applications know it by. */
  readonly #forming = new Map<string, PendingRequest>();
  readonly #held = new Set<PendingRequest>();
  #heldCharacters = 0;

  constructor(invites: InviteJournal) {
    this.#invites = invites;
  }

  get size(): number {
    return this.#byTxnId.size;
  }

  /** How many wait for an application. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** Length of their texts. */
  get heldCharacters(): number {
    return this.#heldCharacters;
  }

  add(pending: PendingRequest): void {
    this.#byTxnId.set(pending.txnId, pending);
    this.#byTransaction.set(pending.tx.id, pending);
    if (pending.dialog === undefined && formsDialogs(pending.method)) this.#forming.set(pending.dialogId, pending);
  }

  /** True while a request may make a dialog of that id. */
  isForming(dialogId: string): boolean {
    return this.#forming.has(dialogId);
  }

  byTxnId(txnId: string): PendingRequest | undefined {
    return this.#byTxnId.get(txnId);
  }

  byTransaction(tx: ServerTransaction): PendingRequest | undefined {
    return this.#byTransaction.get(tx.id);
  }

  /** It waits for an application until the timer fires. */
  hold(pending: PendingRequest, timer: Timer): void {
    pending.holdTimer = timer;
    this.#held.add(pending);
    this.#heldCharacters += pending.tx.request.text.length;
  }

  /** It waits no more. */
  release(pending: PendingRequest): void {
    pending.holdTimer?.cancel();
    pending.holdTimer = undefined;
    if (this.#held.delete(pending)) this.#heldCharacters -= pending.tx.request.text.length;
  }

  remove(pending: PendingRequest): void {
    this.release(pending);
    pending.ringTimer?.cancel();
    this.#byTxnId.delete(pending.txnId);
    if (this.#byTransaction.get(pending.tx.id) === pending) this.#byTransaction.delete(pending.tx.id);
    if (this.#forming.get(pending.dialogId) === pending) this.#forming.delete(pending.dialogId);
  }

  /** A final response has gone out, or none will: forgets the request, also in the journal. */
  end(pending: PendingRequest): void {
    if (this.#byTxnId.get(pending.txnId) !== pending) return;
    const isReInvite = pending.method === "INVITE" && tagOf(pending.tx.request.get("to") ?? "") !== undefined;
    if (isReInvite && pending.dialog !== undefined) pending.dialog.openInvites -= 1;
    // Whatever the answer was, or that there was none: nobody waits for it any more.
    const nothing = { status: 500, hasBody: false, isOfferless: false };
    if (pending.dialog !== undefined) responseSeen(pending.dialog.negotiation, "remote", pending.txnId, nothing);
    pending.tx.onTerminated = undefined;
    this.remove(pending);
    this.#invites.remove(pending.txnId);
  }

  /** Those that wait for an application, in the order in which they began to. */
  held(): PendingRequest[] {
    return [...this.#held];
  }

  values(): PendingRequest[] {
    return [...this.#byTxnId.values()];
  }

  close(): void {
    for (const pending of this.held()) this.release(pending);
    for (const { ringTimer } of this.#byTxnId.values()) ringTimer?.cancel();
    this.#byTxnId.clear();
    this.#byTransaction.clear();
    this.#forming.clear();
  }
}
