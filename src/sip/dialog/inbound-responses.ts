import { displayName, parseNameAddr, parseVia, tagOf, type SipMessage } from "../message/index.ts";
import { responseTarget, type ServerTransaction } from "../transaction/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application, CommandReply } from "./application.ts";
import { lacksContentType, parseDraft, type DraftMessage } from "./application-message.ts";
import { bareResponse, completeResponse } from "./complete-response.ts";
import { newTag, type CoreContext } from "./core-context.ts";
import type { DialogActions } from "./dialog-actions.ts";
import type { Dialog } from "./dialog.ts";
import type { UnacknowledgedAnswer } from "./invite-journal.ts";
import { defaultContact, hostPort, withLocalHost } from "./local-host.ts";
import { requestSeen, responseSeen } from "./negotiation.ts";
import type { PendingRequest, PendingRequests } from "./pending-requests.ts";
import { asksForReliable, firstRseq, readRack, requiresReliable, takesReliable } from "./reliable-fields.ts";
import { keepRegistered } from "./registered-flow.ts";
import { ReliableResponses } from "./reliable-responses.ts";
import { agreedSessionTimer } from "./session-timer.ts";
import { grantedSeconds, isLastNotify, isSubscription, notifiedSeconds, refusesSubscription } from "./subscription.ts";
import type { SuccessRetransmission } from "./success-retransmission.ts";
import { allowedMethods, contactUriOf, cseqOf, isFirstInvite, natNextHop, uasDialog } from "./uas-dialog.ts";

const UNKNOWN_TRANSACTION = "Response not sent due to unknown transaction";
/** RFC 3261 13.3.1.1: proxies on the way give up a call of which they hear nothing for three minutes. */
const RINGS_AGAIN_MS = 60_000;
const NO_PRACK = 'SIP;cause=504;text="PRACK timeout"';

/** What applications answer to requests from the network. */
export class InboundResponses {
  readonly #context: CoreContext;
  readonly #actions: DialogActions;
  readonly #retransmission: SuccessRetransmission;
  readonly #pending: PendingRequests;
  readonly #reliable: ReliableResponses;

  constructor(
    context: CoreContext,
    actions: DialogActions,
    retransmission: SuccessRetransmission,
    pending: PendingRequests,
  ) {
    this.#context = context;
    this.#actions = actions;
    this.#retransmission = retransmission;
    this.#pending = pending;
    this.#reliable = new ReliableResponses(context.clock);
  }

  /** INVITEs with a reliable provisional response. */
  get reliableCount(): number {
    return this.#reliable.size;
  }

  /** Sends the response that an application wrote. */
  respond(application: Application, txnId: string, text: string): CommandReply {
    const pending = this.#pending.byTxnId(txnId);
    if (pending?.application !== application) return { ok: false, reason: UNKNOWN_TRANSACTION };
    const draft = parseDraft(text);
    if (!draft.ok) return { ok: false, reason: `invalid response: ${draft.reason}` };
    const { status } = draft.value.message;
    if (status < 100 || status > 699) return { ok: false, reason: "invalid response: status out of range" };
    if (lacksContentType(draft.value)) return { ok: false, reason: "missing content-type" };
    return this.#send(pending, application, draft.value);
  }

  /** Goes on with a 2xx from before a restart: its caller may not have got it. */
  resumeAnswer(answer: UnacknowledgedAnswer): void {
    const { dialogs, transactions, ids, invites } = this.#context;
    const { dialogId, cseq, text, flow } = answer;
    const dialog = dialogs.get(dialogId);
    const via = parseVia(/^Via: (.*)\r$/m.exec(text)?.[1] ?? "");
    if (dialog === undefined || !via.ok) return;
    const send = (): void => transactions.send(text, responseTarget(via.value, flow));
    this.#repeatUntilAcknowledged(dialog, cseq, ids.uuid(), send);
    invites.put(dialogId, answer);
    send();
  }

  /** RFC 3262 3: takes a PRACK; false when it is for nothing that waits for one. */
  acknowledge(dialogId: string, prack: SipMessage): boolean {
    const rack = readRack(prack);
    return rack !== undefined && this.#reliable.acknowledge(dialogId, rack.rseq, rack.cseq);
  }

  /** True when the application has answered, and the answer waits for a PRACK. */
  isHolding({ method, dialogId }: PendingRequest): boolean {
    return method === "INVITE" && this.#reliable.isHolding(dialogId);
  }

  /** A final response has gone out, or none will. */
  end(pending: PendingRequest): void {
    if (pending.method === "INVITE") this.#reliable.stop(pending.dialogId);
    this.#pending.end(pending);
  }

  /** A refusal of the request that was to make the dialog is its end; other requests leave it as it is. */
  removeEarly({ dialog, tx }: PendingRequest): void {
    const isInitial = tagOf(tx.request.get("to") ?? "") === undefined;
    if (isInitial && dialog?.state === "early") this.#actions.remove(dialog);
  }

  close(): void {
    this.#reliable.close();
  }

  #send(pending: PendingRequest, application: Application, draft: DraftMessage): CommandReply {
    const { tx, method } = pending;
    const { status } = draft.message;
    if (this.isHolding(pending)) return { ok: false, reason: UNKNOWN_TRANSACTION };
    if (status > 100) pending.toTag ??= tagOf(draft.message.get("to") ?? "") ?? newTag(this.#context, "s");
    const forms = formsDialog(pending, draft.message);
    const rseq = forms && status < 200 ? this.#rseqFor(pending, draft.message) : undefined;
    const text = this.#complete(pending, draft, forms, rseq);
    let isSent = true;
    const send = (): void => {
      isSent = tx.respond(status, text);
      if (isSent) this.#onSent(pending, application, draft, text);
      if (!isSent || status >= 200) this.end(pending);
    };
    if (rseq !== undefined) {
      this.#onSent(pending, application, draft, text);
      const repeat = (): void => void tx.respond(status, text);
      this.#reliable.send(pending.dialogId, { rseq, hasBody: draft.body !== "", send: repeat });
    } else if (forms && status >= 200 && method === "INVITE") this.#reliable.sendSuccess(pending.dialogId, send);
    else send();
    if (!isSent) return { ok: false, reason: UNKNOWN_TRANSACTION };
    if (method === "REGISTER" && status === 200) {
      this.#context.onRegistered(tx.flow.remoteAddress);
      keepRegistered(this.#context.transport, tx.request, tx.flow, draft.message);
    }
    const inDialog = pending.dialog !== undefined || method === "INVITE" || method === "SUBSCRIBE";
    return {
      ok: true,
      kind: "response",
      text,
      protocol: method === "INVITE" ? tx.flow.protocol : "",
      address: tx.flow.remoteAddress,
      port: tx.flow.remotePort,
      txnId: pending.txnId,
      dialogId: inDialog && method !== "BYE" ? pending.dialogId : "",
    };
  }

  #complete(pending: PendingRequest, draft: DraftMessage, forms: boolean, rseq: number | undefined): string {
    const { tx, method } = pending;
    const { status } = draft.message;
    const local = hostPort(tx.flow.localAddress, tx.flow.localPort);
    const isSuccess = status >= 200 && status < 300;
    const givesContact = (forms && (isSuccess || rseq !== undefined)) || (method === "UPDATE" && isSuccess);
    const contact = pending.dialog?.localContact ?? defaultContact(local, tx.flow.protocol, tx.request.uri);
    return completeResponse(draft, {
      request: tx.request,
      toTag: status > 100 ? pending.toTag : undefined,
      local,
      contact: givesContact ? contact : undefined,
      copyRecordRoute: forms,
      ...(rseq === undefined ? {} : { rseq }),
    });
  }

  /** Its RSeq when a provisional response is to be reliable: the application asks for it, the caller can do it. */
  #rseqFor(pending: PendingRequest, message: SipMessage): number | undefined {
    const { tx, method, dialogId } = pending;
    if (method !== "INVITE" || !asksForReliable(message) || !takesReliable(tx.request)) return undefined;
    if (tx.state !== "proceeding") return undefined;
    const giveUp = (): void => this.#onNoPrack(pending);
    return this.#reliable.nextRseq(dialogId, cseqOf(tx.request), firstRseq(this.#context.ids), giveUp);
  }

  /** RFC 3262 3: without its PRACK the INVITE is refused with 5xx. Whoever was to answer it learns that it is over. */
  #onNoPrack(pending: PendingRequest): void {
    const { tx, toTag, dialog } = pending;
    if (this.#pending.byTxnId(pending.txnId) !== pending) return;
    const isHeld = this.isHolding(pending);
    if (isHeld && dialog !== undefined) this.#actions.tellEnded(dialog, NO_PRACK);
    else this.#tellCancelled(pending);
    const text = bareResponse(tx.request, 504, "Server Time-out", toTag);
    tx.respond(504, text);
    if (!isHeld) this.#record(pending, 504, text);
    this.end(pending);
    this.removeEarly(pending);
  }

  /** The application knows one way to lose an INVITE: a CANCEL. */
  #tellCancelled({ tx, application, txnId, dialogId }: PendingRequest): void {
    if (application === undefined) return;
    const { request, flow } = tx;
    const lines = ["via", "from", "to", "call-id"].map(
      (name) => `${displayName(name)}: ${request.get(name) ?? ""}\r\n`,
    );
    this.#context.applications.deliver(application, {
      source: "network",
      text:
        `CANCEL ${request.uri} SIP/2.0\r\n${lines.join("")}CSeq: ${cseqOf(request)} CANCEL\r\n` +
        `Reason: ${NO_PRACK}\r\nContent-Length: 0\r\n\r\n`,
      protocol: flow.protocol,
      address: flow.remoteAddress,
      port: flow.remotePort,
      txnId,
      dialogId,
    });
  }

  #onSent(pending: PendingRequest, application: Application, draft: DraftMessage, text: string): void {
    const { status } = draft.message;
    const forms = formsDialog(pending, draft.message);
    this.#record(pending, status, text);
    if (status > 100 && status < 200) this.#ringAgain(pending, draft);
    if (forms) this.#onDialogResponse(pending, application, draft, text);
    const { dialog, txnId, tx, method } = pending;
    if (dialog !== undefined) {
      const isOfferless = method === "INVITE" && tx.request.body === "";
      responseSeen(dialog.negotiation, "remote", txnId, { status, hasBody: draft.body !== "", isOfferless });
    }
    if (!forms && status >= 200) this.#onFinal(pending, draft);
  }

  /** Sends a provisional response every minute, bare, for as long as the INVITE is pending; its transaction ends no later. */
  #ringAgain(pending: PendingRequest, { message }: DraftMessage): void {
    const { tx } = pending;
    const via = parseVia(tx.request.get("via") ?? "");
    if (!isFirstInvite(tx.request) || requiresReliable(tx.request) || !via.ok) return;
    const { clock, transactions } = this.#context;
    const text = this.#complete(pending, { message, body: "" }, true, undefined);
    const start = (): void => {
      pending.ringTimer?.cancel();
      pending.ringTimer = clock.after(RINGS_AGAIN_MS, () => {
        transactions.send(text, responseTarget(via.value, tx.flow));
        start();
      });
    };
    start();
  }

  #record({ tx }: PendingRequest, status: number, text: string): void {
    if (status < 200 || !isFirstInvite(tx.request)) return;
    const { applications } = this.#context;
    if (status < 300) applications.record({ type: "start", source: "application", detail: "uas", text });
    else applications.record({ type: "stop", source: "application", detail: "call-rejected", text });
  }

  /** A response to INVITE or SUBSCRIBE that makes, confirms or refreshes a dialog. */
  #onDialogResponse(pending: PendingRequest, application: Application, draft: DraftMessage, text: string): void {
    const { tx, method, txnId } = pending;
    const { status } = draft.message;
    const { clock, dialogs } = this.#context;
    const state = status >= 200 ? "confirmed" : "early";
    let dialog = pending.dialog;
    if (dialog === undefined) {
      const made = uasDialog(tx.request, tx.flow, pending.toTag ?? "", application, state, clock.wallMs());
      dialog = made;
      if (method === "INVITE" && tagOf(tx.request.get("to") ?? "") !== undefined) {
        // A re-INVITE of a dialog that this edge has lost: it may be one that we began.
        const role = made.id === pending.dialogId ? "uas" : "uac";
        dialog = { ...made, id: pending.dialogId, role, openInvites: 1 };
      }
      requestSeen(dialog.negotiation, "remote", txnId, { method, hasBody: tx.request.body !== "" });
      pending.dialog = dialog;
      this.#setLocalContact(dialog, draft, tx.flow);
      dialogs.add(dialog);
    } else if (state === "confirmed") {
      // A subscription inside a dialog that still rings does not answer the call.
      const isNew = dialog.state === "early" && method === dialog.method;
      if (isNew) dialog.state = state;
      this.#setLocalContact(dialog, draft, tx.flow);
      if (isNew) dialogs.add(dialog);
    }
    if (status < 200) {
      pending.answeredProvisionally = true;
      return;
    }
    if (draft.body !== "") dialog.localBody = draft.body;
    this.#refreshed(dialog, tx, draft.message);
    if (method === "INVITE") this.#awaitAck(pending, dialog, text);
    else if (method === dialog.method) {
      this.#actions.renewSubscription(dialog, grantedSeconds(method, draft.message, tx.request));
    }
  }

  #onFinal(pending: PendingRequest, draft: DraftMessage): void {
    const { dialog, method, tx } = pending;
    if (dialog === undefined) return;
    if (method === "BYE") this.#actions.remove(dialog);
    else if (method === "NOTIFY" && isSubscription(dialog)) this.#onNotified(dialog, tx.request);
    else if (method === "UPDATE" && draft.message.status < 300) this.#refreshed(dialog, tx, draft.message);
    else this.removeEarly(pending);
  }

  #onNotified(dialog: Dialog, notify: SipMessage): void {
    const seconds = notifiedSeconds(notify);
    if (isLastNotify(notify)) this.#actions.remove(dialog);
    else if (seconds !== undefined) this.#actions.renewSubscription(dialog, seconds);
  }

  /** RFC 3261 12.2.2 and RFC 4028: a target refresh has been accepted. */
  #refreshed(dialog: Dialog, { request, flow }: ServerTransaction, response: SipMessage): void {
    const nextHop = dialog.routeSet.length === 0 ? natNextHop(request, flow) : undefined;
    if (nextHop !== undefined) dialog.nextHop = nextHop;
    else if (dialog.role === "uas") delete dialog.nextHop;
    dialog.remoteTarget = contactUriOf(request) ?? dialog.remoteTarget;
    if (request.has("allow")) dialog.remoteAllow = allowedMethods(request);
    const timer = agreedSessionTimer(response, "remote", this.#context.clock.wallMs());
    this.#actions.setSessionTimer(dialog, timer);
    this.#context.dialogs.update(dialog);
  }

  #setLocalContact(dialog: Dialog, { message }: DraftMessage, flow: Flow): void {
    const given = message.get("contact");
    if (given === undefined) return;
    const contact = withLocalHost(given, hostPort(flow.localAddress, flow.localPort));
    if (parseNameAddr(contact).ok) dialog.localContact = contact;
  }

  #awaitAck(pending: PendingRequest, dialog: Dialog, text: string): void {
    const { tx } = pending;
    const { invites, clock, ids } = this.#context;
    const isFirst = tagOf(tx.request.get("to") ?? "") === undefined;
    const dialogId = dialog.id;
    const cseq = cseqOf(tx.request);
    this.#repeatUntilAcknowledged(dialog, cseq, isFirst ? pending.txnId : ids.uuid(), () => void tx.respond(200, text));
    // A connection does not outlive the edge.
    if (tx.flow.reliable) return;
    invites.put(dialogId, { kind: "answered", atMs: clock.wallMs(), dialogId, cseq, text, flow: tx.flow });
  }

  #repeatUntilAcknowledged(dialog: Dialog, cseq: number, ackTxnId: string, resend: () => void): void {
    this.#retransmission.start({
      dialogId: dialog.id,
      cseq,
      ackTxnId,
      resend,
      giveUp: () => this.#actions.sendBye(dialog, 'SIP;cause=200;text="ACK timeout"'),
      onOver: () => this.#context.invites.remove(dialog.id),
    });
  }
}

/** True for a response that makes a dialog, or refreshes the one it is in: to INVITE, SUBSCRIBE and a REFER outside one. */
function formsDialog({ method, dialog, tx }: PendingRequest, response: SipMessage): boolean {
  const { status } = response;
  if (status <= 100 || status >= 300) return false;
  if (method === "INVITE") return true;
  if (status < 200) return false;
  if (method === "SUBSCRIBE") return true;
  if (method !== "REFER" || dialog !== undefined || tagOf(tx.request.get("to") ?? "") !== undefined) return false;
  return !refusesSubscription(tx.request) && !refusesSubscription(response);
}
