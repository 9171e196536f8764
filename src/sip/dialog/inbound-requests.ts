import { parseNameAddr, reasonPhrase, tagOf, type SipMessage } from "../message/index.ts";
import type { ServerTransaction } from "../transaction/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application, CommandReply } from "./application.ts";
import { lacksContentType, parseDraft, type DraftMessage } from "./application-message.ts";
import { bareResponse, completeResponse } from "./complete-response.ts";
import { isInitiatorTag, newTag, type CoreContext } from "./core-context.ts";
import type { DialogActions } from "./dialog-actions.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { defaultContact, hostPort, withLocalHost } from "./local-host.ts";
import { PendingRequests, type PendingRequest } from "./pending-requests.ts";
import { agreedSessionTimer } from "./session-timer.ts";
import type { SuccessRetransmission } from "./success-retransmission.ts";
import { allowedMethods, contactUriOf, cseqOf, natNextHop, uasDialog } from "./uas-dialog.ts";

/** How long a request inside a dialog waits for an application to come back. */
const HOLD_MS = 4_000;
/** Longer INVITEs are not recorded: their callers wait in vain after a kill. Honest ones are a tenth of it. */
const MAX_RECORDED_LENGTH = 16_384;
const UNKNOWN_TRANSACTION = "Response not sent due to unknown transaction";
const METHODS = new Set(
  "INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK SUBSCRIBE NOTIFY PUBLISH INFO REFER MESSAGE UPDATE".split(" "),
);
/** Methods that make no sense outside a dialog. */
const IN_DIALOG_ONLY = new Set(["BYE", "UPDATE", "PRACK", "INFO"]);
const DIALOG_FORMING = new Set(["INVITE", "SUBSCRIBE"]);

/** Requests from the network: offered to applications, answered by them. */
export class InboundRequests {
  readonly #context: CoreContext;
  readonly #actions: DialogActions;
  readonly #retransmission: SuccessRetransmission;
  readonly #pending = new PendingRequests();

  constructor(context: CoreContext, actions: DialogActions, retransmission: SuccessRetransmission) {
    this.#context = context;
    this.#actions = actions;
    this.#retransmission = retransmission;
  }

  /** Requests whose final response is owed. */
  get pendingCount(): number {
    return this.#pending.size;
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
    if (pending.application !== undefined) this.#deliver(pending, pending.application, tx.request, tx.flow);
    invite.respond(487, bareResponse(invite.request, 487, "Request Terminated", toTag));
    this.#end(pending);
    this.#removeEarly(pending);
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
    const application = this.#applicationFor(dialog, "ack");
    if (application === undefined) return;
    this.#context.applications.deliver(application, {
      source: "network",
      text: request.text,
      protocol: "",
      address: flow.remoteAddress,
      port: flow.remotePort,
      txnId: success.ackTxnId,
      dialogId: dialog.id,
    });
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

  /**
   * Gives up a request to whoever answers it in place of the application; undefined when the application does not owe
   * it an answer, or has begun to answer. It stays in the journal of unanswered INVITEs under its txnId.
   */
  release(application: Application, txnId: string): ServerTransaction | undefined {
    const pending = this.#pending.byTxnId(txnId);
    if (pending?.application !== application || pending.toTag !== undefined) return undefined;
    pending.tx.onTerminated = undefined;
    this.#pending.remove(pending);
    return pending.tx;
  }

  /** Offers what this application owed to another, or holds it until one comes. */
  applicationGone(application: Application): void {
    for (const pending of this.#pending.values()) {
      if (pending.application !== application) continue;
      pending.application = undefined;
      const isNewInvite = pending.method === "INVITE" && pending.dialog?.state !== "confirmed";
      if (isNewInvite && pending.answeredProvisionally) this.#giveUp(pending);
      else if (!this.#offer(pending)) {
        if (isNewInvite) this.#giveUp(pending);
        else this.#hold(pending);
      }
    }
  }

  /** Offers held requests again: an application has routed a verb. */
  applicationRouted(): void {
    for (const pending of this.#pending.values()) {
      if (pending.holdTimer === undefined || !this.#offer(pending)) continue;
      pending.holdTimer.cancel();
      pending.holdTimer = undefined;
    }
  }

  close(): void {
    this.#pending.close();
  }

  #onNewRequest(tx: ServerTransaction): void {
    const { request } = tx;
    if (IN_DIALOG_ONLY.has(request.method)) {
      this.#reject(tx, 481);
      return;
    }
    const full = request.method === "INVITE" && this.#context.dialogs.isFull;
    const application = full ? undefined : this.#context.applications.pick(request.method.toLowerCase());
    if (application === undefined) {
      this.#reject(tx, 503, "Retry-After: 2\r\n");
      return;
    }
    const dialogId = dialogIdOf(request.get("call-id") ?? "", tagOf(request.get("from") ?? "") ?? "");
    // A new dialog under the identity of one that lives: a loop, or somebody who makes it up.
    if (DIALOG_FORMING.has(request.method) && this.#context.dialogs.get(dialogId) !== undefined) this.#reject(tx, 482);
    else this.#accept(tx, undefined, dialogId, application);
  }

  #onDialogRequest(tx: ServerTransaction, toTag: string): void {
    const { request } = tx;
    const callId = request.get("call-id") ?? "";
    const fromTag = tagOf(request.get("from") ?? "") ?? "";
    const dialog = this.#context.dialogs.findByTags(callId, fromTag, toTag);
    if (dialog === undefined) {
      // Unknown here does not mean unknown to the application: it may have state that this edge has lost.
      const application = this.#applicationFor(undefined, request.method.toLowerCase());
      const dialogId = dialogIdOf(callId, isInitiatorTag(toTag) ? toTag : fromTag);
      // Applications know dialogs by this id alone: a request of another fork, or with a guessed tag, is not theirs.
      const isOther = this.#context.dialogs.get(dialogId) !== undefined;
      if (application === undefined || isOther) this.#reject(tx, 481);
      else this.#accept(tx, undefined, dialogId, application);
      return;
    }
    const cseq = cseqOf(request);
    if (cseq < dialog.remoteCseq) {
      this.#reject(tx, 500);
      return;
    }
    dialog.remoteCseq = cseq;
    if (tx.flow.reliable) dialog.flowId = tx.flow.id;
    this.#accept(tx, dialog, dialog.id, this.#applicationFor(dialog, request.method.toLowerCase()));
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
      holdTimer: undefined,
    };
    this.#pending.add(pending);
    tx.onTerminated = () => this.#onTransactionGone(pending);
    if (request.method === "INVITE") {
      tx.respond(100, bareResponse(request, 100, "Trying", undefined));
      if (dialog === undefined) this.#record(pending);
      else dialog.openInvites += 1;
    }
    if (application === undefined) this.#hold(pending);
    else this.#give(pending, application);
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
    this.#end(pending);
    this.#removeEarly(pending);
  }

  #offer(pending: PendingRequest): boolean {
    const application = this.#applicationFor(pending.dialog, pending.method.toLowerCase());
    if (application === undefined) return false;
    this.#give(pending, application);
    return true;
  }

  #give(pending: PendingRequest, application: Application): void {
    pending.application = application;
    if (pending.dialog !== undefined) pending.dialog.owner = application;
    this.#deliver(pending, application, pending.tx.request, pending.tx.flow);
  }

  #applicationFor(dialog: Dialog | undefined, verb: string): Application | undefined {
    const { applications } = this.#context;
    const owner = dialog?.owner;
    if (owner !== undefined && applications.isAlive(owner)) return owner;
    return applications.pick(verb) ?? applications.pick("invite");
  }

  #deliver(pending: PendingRequest, application: Application, request: SipMessage, flow: Flow): void {
    const isNew = tagOf(pending.tx.request.get("to") ?? "") === undefined;
    const isFirst = isNew && request.method !== "CANCEL";
    this.#context.applications.deliver(application, {
      source: "network",
      text: request.text,
      protocol: flow.protocol,
      address: flow.remoteAddress,
      port: flow.remotePort,
      txnId: pending.txnId,
      dialogId: isFirst ? "" : pending.dialogId,
      ...(isFirst ? { receivedOn: { address: flow.localAddress, port: flow.localPort } } : {}),
    });
  }

  #hold(pending: PendingRequest): void {
    pending.holdTimer = this.#context.clock.after(HOLD_MS, () => {
      pending.holdTimer = undefined;
      this.#giveUp(pending);
    });
  }

  /** Nobody will answer: a BYE is right all the same, anything else may be tried again. */
  #giveUp(pending: PendingRequest): void {
    const { tx, dialog, method } = pending;
    if (method === "BYE") tx.respond(200, bareResponse(tx.request, 200, "OK", undefined));
    else this.#reject(tx, 503, "Retry-After: 2\r\n", pending.toTag);
    this.#end(pending);
    if (method === "BYE" && dialog !== undefined) this.#actions.remove(dialog);
    else this.#removeEarly(pending);
  }

  /** A refusal of the request that was to make the dialog is its end; other requests leave it as it is. */
  #removeEarly({ dialog, tx }: PendingRequest): void {
    const isInitial = tagOf(tx.request.get("to") ?? "") === undefined;
    if (isInitial && dialog?.state === "early") this.#actions.remove(dialog);
  }

  #end(pending: PendingRequest): void {
    const { dialog, method, tx } = pending;
    if (this.#pending.byTxnId(pending.txnId) !== pending) return;
    const isReInvite = method === "INVITE" && tagOf(tx.request.get("to") ?? "") !== undefined;
    if (isReInvite && dialog !== undefined) dialog.openInvites -= 1;
    pending.tx.onTerminated = undefined;
    this.#pending.remove(pending);
    this.#context.invites.remove(pending.txnId);
  }

  #reject(tx: ServerTransaction, status: number, extraLines = "", toTag = newTag(this.#context, "s")): void {
    tx.respond(status, bareResponse(tx.request, status, reasonPhrase(status), toTag, extraLines));
  }

  #send(pending: PendingRequest, application: Application, draft: DraftMessage): CommandReply {
    const { tx, method } = pending;
    const { message } = draft;
    const { status } = message;
    const local = hostPort(tx.flow.localAddress, tx.flow.localPort);
    if (status > 100) pending.toTag ??= tagOf(message.get("to") ?? "") ?? newTag(this.#context, "s");
    const forms = DIALOG_FORMING.has(method) && status > 100 && status < 300;
    const givesContact = (forms && status >= 200) || (method === "UPDATE" && status >= 200 && status < 300);
    const text = completeResponse(draft, {
      request: tx.request,
      toTag: status > 100 ? pending.toTag : undefined,
      local,
      contact: givesContact ? (pending.dialog?.localContact ?? defaultContact(local, tx.flow.protocol)) : undefined,
      copyRecordRoute: forms,
    });
    if (!tx.respond(status, text)) {
      this.#end(pending);
      return { ok: false, reason: UNKNOWN_TRANSACTION };
    }
    if (forms) this.#onDialogResponse(pending, application, draft, text);
    else if (status >= 200) this.#onFinal(pending, draft);
    if (status >= 200) this.#end(pending);
    const inDialog = pending.dialog !== undefined || DIALOG_FORMING.has(method);
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

  /** A response to INVITE or SUBSCRIBE that makes, confirms or refreshes a dialog. */
  #onDialogResponse(pending: PendingRequest, application: Application, draft: DraftMessage, text: string): void {
    const { tx, method } = pending;
    const { status } = draft.message;
    const { clock, dialogs } = this.#context;
    const state = status >= 200 ? "confirmed" : "early";
    let dialog = pending.dialog;
    if (dialog === undefined) {
      dialog = uasDialog(tx.request, tx.flow, pending.toTag ?? "", application, state, clock.wallMs());
      pending.dialog = dialog;
      this.#setLocalContact(dialog, draft, tx.flow);
      dialogs.add(dialog);
    } else if (state === "confirmed") {
      const isNew = dialog.state === "early";
      dialog.state = state;
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
  }

  #onFinal(pending: PendingRequest, draft: DraftMessage): void {
    const { dialog, method, tx } = pending;
    if (dialog === undefined) return;
    if (method === "BYE") this.#actions.remove(dialog);
    else if (method === "UPDATE" && draft.message.status < 300) this.#refreshed(dialog, tx, draft.message);
    else this.#removeEarly(pending);
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
    const isFirst = tagOf(tx.request.get("to") ?? "") === undefined;
    this.#retransmission.start({
      dialogId: dialog.id,
      cseq: cseqOf(tx.request),
      ackTxnId: isFirst ? pending.txnId : this.#context.ids.uuid(),
      resend: () => void tx.respond(200, text),
      giveUp: () => this.#actions.sendBye(dialog, 'SIP;cause=200;text="ACK timeout"'),
    });
  }
}
