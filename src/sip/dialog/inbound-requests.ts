import { chance } from "../../common/index.ts";
import { reasonPhrase, tagOf, type SipMessage } from "../message/index.ts";
import type { ServerTransaction } from "../transaction/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application, CommandReply } from "./application.ts";
import type { AwaitedNotifies } from "./awaited-notifies.ts";
import { bareResponse } from "./complete-response.ts";
import { isInitiatorTag, newTag, type CoreContext } from "./core-context.ts";
import type { DialogActions } from "./dialog-actions.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { InboundResponses } from "./inbound-responses.ts";
import type { UnacknowledgedAnswer } from "./invite-journal.ts";
import { formsDialogs, IN_DIALOG_ONLY, METHODS, VERBS } from "./methods.ts";
import { meetsRefresh, requestSeen, updateRefusal } from "./negotiation.ts";
import { PendingRequests, type PendingRequest } from "./pending-requests.ts";
import { RequestOffers } from "./request-offers.ts";
import { grantedSeconds, notifiedSeconds } from "./subscription.ts";
import type { SuccessRetransmission } from "./success-retransmission.ts";
import { notifiedDialog } from "./uac-dialog.ts";
import { cseqOf, isFirstInvite } from "./uas-dialog.ts";

/** Longer INVITEs are not recorded: their callers wait in vain after a kill. Honest ones are a tenth of it. */
const MAX_RECORDED_LENGTH = 16_384;
const CANCELLED = 'SIP;cause=487;text="Cancelled"';
/** RFC 3311 5.2: Retry-After between 0 and 10 seconds, chosen at random. */
const MAX_RETRY_SECONDS = 10;

/** Requests from the network: offered to applications, answered by them. */
export class InboundRequests {
  readonly #context: CoreContext;
  readonly #actions: DialogActions;
  readonly #retransmission: SuccessRetransmission;
  readonly #pending: PendingRequests;
  readonly #responses: InboundResponses;
  readonly #awaited: AwaitedNotifies;
  readonly #offers: RequestOffers;
  /** True until an application has routed anything: what comes before may be for one that is about to come. */
  #isAwaitingFirst = true;
  #isRefusingNew = false;

  constructor(
    context: CoreContext,
    actions: DialogActions,
    retransmission: SuccessRetransmission,
    awaited: AwaitedNotifies,
  ) {
    this.#context = context;
    this.#actions = actions;
    this.#retransmission = retransmission;
    this.#awaited = awaited;
    this.#pending = new PendingRequests(context.invites);
    this.#responses = new InboundResponses(context, actions, retransmission, this.#pending);
    this.#offers = new RequestOffers(context, this.#pending, (pending) => this.#giveUp(pending));
  }

  /** Requests whose final response is owed. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** INVITEs with a reliable provisional response. */
  get reliableCount(): number {
    return this.#responses.reliableCount;
  }

  onRequest(tx: ServerTransaction): void {
    const { request } = tx;
    if (!METHODS.has(request.method)) {
      this.#reject(tx, 501, `Allow: ${[...METHODS].join(", ")}\r\n`);
      return;
    }
    const toTag = tagOf(request.get("to") ?? "");
    if (toTag === undefined) this.#onNewRequest(tx);
    else this.#onDialogRequest(tx, toTag);
  }

  /** RFC 3261 9.2: the CANCEL has its own answer; the INVITE, when it is still pending, gets 487. */
  onCancel(tx: ServerTransaction, invite: ServerTransaction | undefined): void {
    if (invite === undefined) {
      this.#reject(tx, 481);
      return;
    }
    const pending = this.#pending.byTransaction(invite);
    const toTag = pending?.toTag ?? newTag(this.#context, "s");
    tx.respond(200, bareResponse(tx.request, 200, "OK", toTag));
    if (pending === undefined) return;
    pending.toTag = toTag;
    // An application that has answered knows a dialog, and no INVITE to cancel.
    const answered = this.#responses.isHolding(pending) ? pending.dialog : undefined;
    if (answered !== undefined) this.#actions.tellEnded(answered, CANCELLED);
    else if (pending.application !== undefined) this.#offers.deliver(pending, pending.application, tx.request, tx.flow);
    const text = bareResponse(invite.request, 487, "Request Terminated", toTag);
    invite.respond(487, text);
    if (answered === undefined && isFirstInvite(invite.request)) {
      this.#context.applications.record({ type: "stop", source: "application", detail: "call-canceled", text });
    }
    this.#responses.end(pending);
    this.#responses.removeEarly(pending);
  }

  onAck(request: SipMessage, flow: Flow): void {
    const callId = request.get("call-id") ?? "";
    const dialog = this.#context.dialogs.findByTags(
      callId,
      tagOf(request.get("from") ?? "") ?? "",
      tagOf(request.get("to") ?? "") ?? "",
    );
    const success = dialog && this.#retransmission.acknowledge(dialog.id, cseqOf(request));
    if (dialog === undefined || success === undefined) return;
    requestSeen(dialog.negotiation, "remote", "", { method: "ACK", hasBody: request.body !== "" });
    this.#offers.deliverAck(dialog, request, flow, success.ackTxnId);
  }

  /** Sends the response that an application wrote. */
  respond(application: Application, txnId: string, text: string): CommandReply {
    return this.#responses.respond(application, txnId, text);
  }

  /**
   * Gives up a request to whoever answers it in place of the application; undefined when the application does not owe
   * it an answer, or has begun to answer. It stays in the journal of unanswered INVITEs under its txnId.
   */
  release(application: Application, txnId: string): ServerTransaction | undefined {
    const pending = this.#pending.byTxnId(txnId);
    if (pending?.application !== application || pending.toTag !== undefined) return undefined;
    if (pending.dialog !== undefined) return undefined;
    pending.tx.onTerminated = undefined;
    this.#pending.remove(pending);
    return pending.tx;
  }

  /** Goes on with a 2xx from before a restart. */
  resumeAnswer(answer: UnacknowledgedAnswer): void {
    this.#responses.resumeAnswer(answer);
  }

  /** Applications are about to come: what nobody takes yet waits for them. */
  start(): void {
    this.#offers.expect(VERBS);
  }

  /** New requests are refused that nobody takes: they are from before a restart. */
  refuseNew(during: () => void): void {
    this.#isRefusingNew = true;
    try {
      during();
    } finally {
      this.#isRefusingNew = false;
    }
  }

  /**
   * Offers what this application owed to another, or holds it until one comes.
   * @param verbs that it took
   */
  applicationGone(application: Application, verbs: Iterable<string>): void {
    this.#offers.expect([...verbs].filter((verb) => VERBS.has(verb)));
    for (const pending of this.#pending.values()) {
      if (pending.application !== application) continue;
      pending.application = undefined;
      pending.deaths += 1;
      const isNewInvite = pending.method === "INVITE" && pending.dialog?.state !== "confirmed";
      // Nobody else can go on with what its caller was told.
      const isTold = isNewInvite && pending.answeredProvisionally;
      if (isTold || !this.#offers.offerAgain(pending)) this.#giveUp(pending);
    }
  }

  /** An application has routed a verb. */
  applicationRouted(verb: string): void {
    this.#isAwaitingFirst = false;
    this.#offers.routed(verb);
  }

  /** Requests that came before their dialog was imported are its own now. */
  dialogsImported(): void {
    for (const pending of this.#pending.values()) {
      const { request, flow } = pending.tx;
      const toTag = pending.dialog === undefined ? tagOf(request.get("to") ?? "") : undefined;
      const fromTag = tagOf(request.get("from") ?? "") ?? "";
      const dialog = toTag && this.#context.dialogs.findByTags(pending.callId, fromTag, toTag);
      if (dialog === undefined || dialog === "") continue;
      pending.dialog = dialog;
      dialog.remoteCseq = Math.max(dialog.remoteCseq, cseqOf(request));
      if (flow.reliable) dialog.flowId = flow.id;
      if (request.method === "INVITE") dialog.openInvites += 1;
      const facts = { method: request.method, hasBody: request.body !== "" };
      requestSeen(dialog.negotiation, "remote", pending.txnId, facts);
    }
    this.offerHeld();
  }

  /** Offers held requests again. */
  offerHeld(): void {
    this.#offers.offerHeld();
  }

  close(): void {
    this.#offers.close();
    this.#responses.close();
    this.#pending.close();
  }

  #onNewRequest(tx: ServerTransaction): void {
    const { request } = tx;
    if (IN_DIALOG_ONLY.has(request.method)) {
      this.#reject(tx, 481);
      return;
    }
    const { applications, dialogs } = this.#context;
    const isUrgent = this.#context.hasRightOfWay(request);
    const full = this.#isFullFor(request);
    const application = full ? undefined : applications.pick(request.method.toLowerCase(), isUrgent);
    const waits = application === undefined && !full && !this.#isRefusingNew && this.#offers.isWorthWaiting(request);
    if (request.method === "INVITE" && !waits) {
      applications.record({ type: "attempt", source: "network", text: request.text });
    }
    if (application === undefined && !waits) {
      // RFC 6086 4.2.2: an INFO outside a dialog is a mistake, unless an application thinks otherwise.
      if (request.method === "INFO") this.#reject(tx, 481);
      else this.#reject(tx, 503, "Retry-After: 2\r\n");
      return;
    }
    const dialogId = dialogIdOf(request.get("call-id") ?? "", tagOf(request.get("from") ?? "") ?? "");
    // A new dialog under the identity of one that lives, or may come to: a loop, or somebody who makes it up.
    if (formsDialogs(request.method) && (dialogs.get(dialogId) !== undefined || this.#pending.isForming(dialogId)))
      this.#reject(tx, 482);
    else this.#accept(tx, undefined, dialogId, application);
  }

  #onDialogRequest(tx: ServerTransaction, toTag: string): void {
    const { request } = tx;
    const callId = request.get("call-id") ?? "";
    const fromTag = tagOf(request.get("from") ?? "") ?? "";
    const dialog =
      this.#context.dialogs.findByTags(callId, fromTag, toTag) ?? this.#dialogOfNotify(tx, dialogIdOf(callId, toTag));
    if (dialog === undefined) {
      this.#onUnknownDialog(tx, dialogIdOf(callId, isInitiatorTag(toTag) ? toTag : fromTag));
      return;
    }
    const cseq = cseqOf(request);
    if (cseq < dialog.remoteCseq) {
      this.#reject(tx, 500);
      return;
    }
    dialog.remoteCseq = cseq;
    dialog.flowId = tx.flow.reliable ? tx.flow.id : undefined;
    if (this.#isRefused(tx, dialog)) return;
    if (request.method === "BYE" && dialog.method === "INVITE") {
      const { text } = request;
      this.#context.applications.record({ type: "stop", source: "network", detail: "normal-release", text });
    }
    this.#accept(tx, dialog, dialog.id, this.#offers.applicationFor(dialog, request.method.toLowerCase()));
  }

  /** Unknown here does not mean unknown to the application: it may have state that this edge has lost. */
  #onUnknownDialog(tx: ServerTransaction, dialogId: string): void {
    const { request } = tx;
    const application = this.#offers.applicationFor(undefined, request.method.toLowerCase());
    // Applications know dialogs by this id alone: a request of another fork, or with a guessed tag, is not theirs.
    const isOther = this.#context.dialogs.get(dialogId) !== undefined;
    const isForNobody = application === undefined && !this.#isAwaitingFirst;
    const hasRoom = !this.#isFullFor(request) && (application !== undefined || this.#offers.hasRoomFor(request));
    if (isForNobody || isOther || request.method === "PRACK") this.#reject(tx, 481);
    // RFC 3261 14.2: after the answer to the one before.
    else if (formsDialogs(request.method) && this.#pending.isForming(dialogId)) this.#rejectForNow(tx, 500);
    else if (hasRoom) this.#accept(tx, undefined, dialogId, application);
    else this.#reject(tx, 503, "Retry-After: 2\r\n");
  }

  /** What may make a dialog needs room for it. */
  #isFullFor(request: SipMessage): boolean {
    const { dialogs, hasRightOfWay } = this.#context;
    if (!formsDialogs(request.method)) return false;
    return hasRightOfWay(request) ? dialogs.isFullForAll : dialogs.isFull;
  }

  /** The dialog that a NOTIFY makes which comes before the final response to its SUBSCRIBE or REFER. */
  #dialogOfNotify({ request, flow }: ServerTransaction, dialogId: string): Dialog | undefined {
    const awaited = request.method === "NOTIFY" ? this.#awaited.find(dialogId) : undefined;
    if (awaited === undefined || this.#context.dialogs.get(dialogId) !== undefined) return undefined;
    const dialog = notifiedDialog(awaited.sent, request, flow, awaited.application, this.#context.clock.wallMs());
    this.#context.dialogs.add(dialog);
    this.#actions.renewSubscription(
      dialog,
      notifiedSeconds(request) ?? grantedSeconds(dialog.method, request, undefined),
    );
    return dialog;
  }

  /**
   * Refuses a PRACK for nothing (RFC 3262 3), an UPDATE that meets another offer (RFC 3311 5.2) and an INVITE that meets
   * a refresh of ours (RFC 3261 14.2).
   */
  #isRefused(tx: ServerTransaction, dialog: Dialog): boolean {
    const { request } = tx;
    if (request.method === "PRACK" && !this.#responses.acknowledge(dialog.id, request)) {
      this.#reject(tx, 481);
      return true;
    }
    if (request.method === "INVITE" && meetsRefresh(dialog.negotiation, "INVITE", true)) {
      this.#reject(tx, 491);
      return true;
    }
    const refusal = request.method === "UPDATE" ? updateRefusal(dialog.negotiation, request.body !== "") : undefined;
    if (refusal === undefined) return false;
    if (refusal === 500) this.#rejectForNow(tx, refusal);
    else this.#reject(tx, refusal);
    return true;
  }

  #accept(
    tx: ServerTransaction,
    dialog: Dialog | undefined,
    dialogId: string,
    application: Application | undefined,
  ): void {
    const { request } = tx;
    const pending: PendingRequest = {
      txnId: this.#context.ids.uuid(),
      tx,
      method: request.method,
      callId: request.get("call-id") ?? "",
      dialogId,
      dialog,
      application: undefined,
      toTag: undefined,
      answeredProvisionally: false,
      deaths: 0,
      holdTimer: undefined,
      ringTimer: undefined,
    };
    this.#pending.add(pending);
    if (dialog !== undefined) {
      requestSeen(dialog.negotiation, "remote", pending.txnId, {
        method: request.method,
        hasBody: request.body !== "",
      });
    }
    tx.onTerminated = () => this.#onTransactionGone(pending);
    if (request.method === "INVITE") {
      this.#record(pending);
      if (dialog !== undefined) {
        dialog.openInvites += 1;
        // After 100 its sender waits without repeating it: from there on it must not get lost.
        this.#context.invites.flush();
      }
    }
    if (application === undefined) this.#offers.hold(pending);
    else this.#offers.give(pending, application);
    // The application has the request on its way before the time goes by that a datagram takes to be sent.
    if (request.method === "INVITE") setImmediate(() => this.#trying(pending));
  }

  /** RFC 3261 17.2.1: within 200 ms. */
  #trying({ tx, answeredProvisionally }: PendingRequest): void {
    if (!answeredProvisionally) tx.respond(100, bareResponse(tx.request, 100, "Trying", undefined));
  }

  /** A connection does not outlive the edge, and its peer sees that: only what came by datagram waits on. */
  #record({ txnId, tx }: PendingRequest): void {
    if (tx.flow.reliable || tx.request.text.length > MAX_RECORDED_LENGTH) return;
    const atMs = this.#context.clock.wallMs();
    this.#context.invites.put(txnId, { kind: "received", atMs, text: tx.request.text, flow: tx.flow });
  }

  /** A transaction that ended without a final response, because its transport failed or it was never answered. */
  #onTransactionGone(pending: PendingRequest): void {
    if (this.#pending.byTxnId(pending.txnId) !== pending) return;
    this.#responses.end(pending);
    this.#responses.removeEarly(pending);
  }

  /** Nobody will answer: a BYE is right all the same, anything else may be tried again. */
  #giveUp(pending: PendingRequest): void {
    const { tx, dialog, method } = pending;
    const isUnknown = dialog === undefined && tagOf(tx.request.get("to") ?? "") !== undefined;
    if (isUnknown) this.#reject(tx, 481);
    else if (method === "BYE") tx.respond(200, bareResponse(tx.request, 200, "OK", undefined));
    else this.#reject(tx, 503, "Retry-After: 2\r\n", pending.toTag);
    this.#responses.end(pending);
    if (method === "BYE" && dialog !== undefined) this.#actions.remove(dialog);
    else this.#responses.removeEarly(pending);
  }

  #rejectForNow(tx: ServerTransaction, status: number): void {
    this.#reject(tx, status, `Retry-After: ${chance(this.#context.ids, MAX_RETRY_SECONDS)}\r\n`);
  }

  #reject(tx: ServerTransaction, status: number, extraLines = "", toTag = newTag(this.#context, "s")): void {
    const text = bareResponse(tx.request, status, reasonPhrase(status), toTag, extraLines);
    tx.respond(status, text);
    if (isFirstInvite(tx.request)) {
      this.#context.applications.record({ type: "stop", source: "application", detail: "call-rejected", text });
    }
  }
}
