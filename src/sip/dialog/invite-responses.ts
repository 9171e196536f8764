import type { Timer } from "../../common/index.ts";
import { parseSipMessage, tagOf, type SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";
import type { CoreContext } from "./core-context.ts";
import type { DialogActions } from "./dialog-actions.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import type { Application } from "./application.ts";
import type { ClientRequest } from "./client-request.ts";
import { knownAnswer } from "./known-answer.ts";
import type { LateSuccess } from "./late-success.ts";
import { requestSeen } from "./negotiation.ts";
import { readRseq } from "./reliable-fields.ts";
import { grantedSeconds, isLastNotify, isSubscription, notifiedSeconds, refusesSubscription } from "./subscription.ts";
import { agreedSessionTimer } from "./session-timer.ts";
import { adoptResponse, type SentRequest, uacDialog } from "./uac-dialog.ts";
import { allowedMethods, contactUriOf, cseqOf } from "./uas-dialog.ts";

/** How long an application has to acknowledge a 2xx to an INVITE that it had cancelled. */
const CANCELLED_ACK_MS = 2_000;
/** Reliable provisional responses of one INVITE that a PRACK may still name. */
const MAX_RELIABLE = 16;
const APPLICATION_LOST = 'Q.850;cause=41;text="Call control was lost"';
const CROSSED = 'SIP;cause=487;text="Cancelled"';

/** A 2xx that is to be acknowledged. */
interface Success {
  readonly dialog: Dialog;
  /** It has begun the session: that is nobody's when its application is gone before the ACK. */
  readonly isNewSession: boolean;
  /** CSeq of the INVITE. */
  readonly cseq: number;
  /** The offer in the 2xx to an INVITE without one; else empty. */
  readonly offer: string;
}

/** The acknowledgement of the last 2xx of a dialog. */
interface Acknowledgement extends Success {
  readonly application: Application;
  /** Undefined until the application has sent it. */
  text: string | undefined;
  done: boolean;
  cancelledTimer: Timer | undefined;
  /** Runs until no 2xx can come again. */
  timer: Timer | undefined;
}

/** Responses to the requests that make, change and end dialogs we initiate. */
export class InviteResponses {
  readonly #context: CoreContext;
  readonly #actions: DialogActions;
  /** Only while a retransmitted 2xx may come: 64*T1 from the 2xx. */
  readonly #acknowledgements = new Map<string, Acknowledgement>();

  constructor(context: CoreContext, actions: DialogActions) {
    this.#context = context;
    this.#actions = actions;
    actions.onRemoved((dialog) => this.#onRemoved(dialog));
  }

  /**
   * Takes a response to INVITE, SUBSCRIBE or REFER outside a dialog, and to INVITE or SUBSCRIBE inside one.
   * @returns true when the application is to see it
   */
  onResponse(request: ClientRequest, response: SipMessage, flow: Flow): boolean {
    const { status } = response;
    if (request.dialog !== undefined) return this.#onReInviteResponse(request, request.dialog, response);
    const known = this.#context.dialogs.get(request.dialogId);
    if (status >= 300) {
      // A NOTIFY may have made the dialog of a subscription that is refused after all.
      if (known !== undefined && (known.state === "early" || isSubscription(known))) this.#actions.remove(known);
      return true;
    }
    const tag = tagOf(response.get("to") ?? "");
    if (request.method !== "INVITE") {
      if (status >= 200) this.#onSubscribed(request, known, response, flow);
      return true;
    }
    if (status < 200) {
      if (tag !== undefined) this.#onEarly(request, known, response, flow);
      return true;
    }
    if (known?.state === "confirmed") {
      this.#onRepeatedSuccess(request.sent, known, response, flow);
      return false;
    }
    return this.#onSuccess(request, known, response, flow);
  }

  /** Takes the final response to a request that neither made nor changes a session, but may end the dialog. */
  onFinal({ method, dialog, sent, application }: ClientRequest, response: SipMessage): void {
    if (dialog === undefined) return;
    const isChallenged = response.status === 401 || response.status === 407;
    if (method === "BYE" && isChallenged && this.#context.applications.isAlive(application)) {
      this.#actions.awaitCredentials(dialog);
    } else if (method === "BYE") this.#actions.remove(dialog);
    if (method === "NOTIFY" && isSubscription(dialog)) this.#onNotifyAnswered(dialog, sent.text, response.status);
    if (method === "UPDATE" && response.status < 300) this.#refreshed(dialog, response);
  }

  /** The request had no answer at all. */
  onLost({ method, dialog, dialogId }: ClientRequest): void {
    const isOver = method === "BYE" || (method === "NOTIFY" && dialog !== undefined && isSubscription(dialog));
    if (isOver && dialog !== undefined) this.#actions.remove(dialog);
    const known = dialog === undefined && dialogId !== "" ? this.#context.dialogs.get(dialogId) : undefined;
    if (known?.state === "early") this.#actions.remove(known);
  }

  /** The first 2xx from a place that was given up: the request has gone elsewhere. */
  onSuperseded({ sent }: ClientRequest, response: SipMessage, flow: Flow): void {
    this.#endSession(this.#unwanted(sent, response, flow), cseqOf(response));
  }

  /** A 2xx to an INVITE that was proxied, without the Via that it would go on by. Its Contact may be missing as well. */
  onUnreturnable(sent: SentRequest, response: SipMessage, flow: Flow, routeSet: readonly string[]): void {
    const dialog: Dialog = { ...this.#unwanted(sent, response, flow), routeSet: [...routeSet] };
    if (routeSet.length === 0) dialog.nextHop = sent.target;
    this.#endSession(dialog, cseqOf(response));
  }

  /** A 2xx after the first one to an INVITE: repeated, or of another fork. */
  onLateSuccess(invite: LateSuccess, response: SipMessage, flow: Flow): void {
    const sent = invite.sentFor(response);
    const known = invite.kind === "superseded" ? undefined : this.#dialogOf(response);
    if (known !== undefined) {
      if (invite.kind === "in-dialog") this.#acknowledgeAgain(known, cseqOf(response));
      else this.#onRepeatedSuccess(sent, known, response, flow);
      return;
    }
    const unwanted = this.#unwanted(sent, response, flow);
    // It begins a session, or is of a fork of one, that has ended here and perhaps not there.
    if (invite.kind === "initial") this.#endSession(unwanted, cseqOf(response));
    else this.#actions.sendAck(unwanted, cseqOf(response));
  }

  /** The CSeq of the INVITE whose 2xx came last. */
  cseqToAcknowledge(dialog: Dialog): number {
    return this.#acknowledgements.get(dialog.id)?.cseq ?? dialog.inviteCseq;
  }

  /** What an application that is gone did not acknowledge, it will not any more. */
  applicationGone(application: Application): void {
    for (const acknowledgement of [...this.#acknowledgements.values()]) {
      const { dialog, done, cancelledTimer } = acknowledgement;
      if (done || acknowledgement.application !== application || this.#context.dialogs.get(dialog.id) !== dialog)
        continue;
      this.#acknowledgements.delete(dialog.id);
      cancelledTimer?.cancel();
      this.#acknowledgeAlone(acknowledgement, APPLICATION_LOST);
    }
  }

  /** The application has acknowledged. `text` is kept when it has a body, else an ACK is made again when needed. */
  acknowledged(dialog: Dialog, text: string | undefined): void {
    const acknowledgement = this.#acknowledgements.get(dialog.id);
    if (acknowledgement === undefined) return;
    acknowledgement.text = text;
    acknowledgement.done = true;
    if (acknowledgement.cancelledTimer === undefined) return;
    acknowledgement.cancelledTimer.cancel();
    this.#actions.sendBye(dialog, CROSSED);
  }

  /** A 2xx that no transaction knows any more, or from another branch of a fork. */
  onStrayResponse(response: SipMessage, flow: Flow): void {
    const isSuccess = response.status >= 200 && response.status < 300 && response.method === "INVITE";
    if (!isSuccess) return;
    const dialog = this.#dialogOf(response);
    if (dialog === undefined) return;
    const isSame = tagOf(response.get("to") ?? "") === dialog.remoteTag;
    if (isSame) this.#acknowledgeAgain(dialog, cseqOf(response));
    else this.#endFork(dialog, response, flow);
  }

  /** Forgets everything; timers too. */
  close(): void {
    for (const { cancelledTimer, timer } of this.#acknowledgements.values()) {
      cancelledTimer?.cancel();
      timer?.cancel();
    }
    this.#acknowledgements.clear();
  }

  #onEarly(request: ClientRequest, known: Dialog | undefined, response: SipMessage, flow: Flow): void {
    let dialog = known;
    if (dialog !== undefined) adoptResponse(dialog, request.sent, response, flow);
    else {
      if (this.#context.dialogs.isFull) return;
      dialog = this.#newDialog(request, response, flow);
      this.#context.dialogs.add(dialog);
    }
    const rseq = readRseq(response);
    if (rseq === undefined) return;
    const { remote, remoteTag, remoteTarget, routeSet } = dialog;
    const seen = { rseq, cseq: cseqOf(response), remote, remoteTag, remoteTarget, routeSet };
    dialog.reliable = [...(dialog.reliable ?? []), seen].slice(-MAX_RELIABLE);
  }

  #newDialog({ sent, application, txnId }: ClientRequest, response: SipMessage, flow: Flow): Dialog {
    const dialog = uacDialog(sent, response, flow, application, this.#context.clock.wallMs());
    requestSeen(dialog.negotiation, "local", txnId, { method: sent.method, hasBody: sent.body !== "" });
    return dialog;
  }

  #onSuccess(request: ClientRequest, known: Dialog | undefined, response: SipMessage, flow: Flow): boolean {
    const wallMs = this.#context.clock.wallMs();
    const dialog = known ?? this.#newDialog(request, response, flow);
    if (known !== undefined) adoptResponse(known, request.sent, response, flow);
    dialog.state = "confirmed";
    delete dialog.reliable;
    this.#context.dialogs.add(dialog);
    this.#actions.setSessionTimer(dialog, agreedSessionTimer(response, "local", wallMs));
    this.#context.dialogs.update(dialog);
    if (request.method === "INVITE") return this.#expectAck(request, dialog, response);
    return true;
  }

  /** RFC 6665 4.1.2: the NOTIFY may have made the dialog before this 2xx. */
  #onSubscribed(request: ClientRequest, known: Dialog | undefined, response: SipMessage, flow: Flow): void {
    if (request.method === "REFER" && refusesSubscription(response)) return;
    if (tagOf(response.get("to") ?? "") === undefined) return;
    let dialog = known;
    if (dialog === undefined) {
      if (this.#context.dialogs.isFull) return;
      dialog = this.#newDialog(request, response, flow);
      dialog.state = "confirmed";
      this.#context.dialogs.add(dialog);
    }
    this.#renew(request, dialog, response);
  }

  #renew({ method, sent }: ClientRequest, dialog: Dialog, response: SipMessage): void {
    const request = parseSipMessage(sent.text);
    const seconds = grantedSeconds(method, response, request.ok ? request.value : undefined);
    this.#actions.renewSubscription(dialog, seconds);
  }

  /** RFC 6665 4.2.2: a subscriber that knows nothing of it, or does not answer, has no subscription any more. */
  #onNotifyAnswered(dialog: Dialog, text: string, status: number): void {
    const notify = parseSipMessage(text);
    if (!notify.ok) return;
    const seconds = notifiedSeconds(notify.value);
    if (isLastNotify(notify.value) || status === 481) this.#actions.remove(dialog);
    else if (status < 300 && seconds !== undefined) this.#actions.renewSubscription(dialog, seconds);
  }

  /** The application acknowledges; the edge does when the application is gone. */
  #expectAck(request: ClientRequest, dialog: Dialog, response: SipMessage): boolean {
    const cseq = cseqOf(response);
    const offer = request.sent.body === "" ? response.body : "";
    const isAlive = this.#context.applications.isAlive(request.application) && request.state !== "abandoned";
    const success: Success = { dialog, isNewSession: request.dialog === undefined, cseq, offer };
    if (!isAlive) {
      this.#acknowledgeAlone(success, CROSSED);
      return false;
    }
    const acknowledgement: Acknowledgement = {
      application: request.application,
      text: undefined,
      done: false,
      cancelledTimer: undefined,
      timer: undefined,
      ...success,
    };
    // A re-INVITE that was taken back in vain has changed the session; it is no reason to end it.
    if (request.state === "cancelled" && request.dialog === undefined) {
      acknowledgement.cancelledTimer = this.#context.clock.after(CANCELLED_ACK_MS, () => {
        if (this.#context.dialogs.get(dialog.id) !== dialog) return;
        this.#actions.sendAck(dialog, cseq);
        this.#actions.sendBye(dialog, CROSSED);
      });
    }
    this.#acknowledgements.get(dialog.id)?.timer?.cancel();
    this.#acknowledgements.set(dialog.id, acknowledgement);
    acknowledgement.timer = this.#context.clock.after(32_000, () => this.#forget(dialog, acknowledgement, cseq));
    return true;
  }

  /** What a call has said goes with it: a thousand calls a second would keep some hundred megabytes for 32 s. */
  #onRemoved(dialog: Dialog): void {
    const acknowledgement = this.#acknowledgements.get(dialog.id);
    if (acknowledgement?.dialog !== dialog || acknowledgement.cancelledTimer !== undefined) return;
    acknowledgement.timer?.cancel();
    this.#acknowledgements.delete(dialog.id);
  }

  /**
   * Acknowledges in place of an application that is gone. A new session has nobody who wants it; one that was being
   * changed goes on, with what was agreed on before.
   */
  #acknowledgeAlone({ dialog, cseq, offer, isNewSession }: Success, reason: string): void {
    const answer = offer === "" ? "" : knownAnswer(dialog.localBody, offer);
    this.#actions.sendAck(dialog, cseq, answer);
    if (isNewSession || answer === undefined) this.#actions.sendBye(dialog, reason);
  }

  /** The dialog of a 2xx to an INVITE of ours, whichever end began it. */
  #dialogOf(response: SipMessage): Dialog | undefined {
    const callId = response.get("call-id") ?? "";
    const withTagOf = (field: string): Dialog | undefined =>
      this.#context.dialogs.get(dialogIdOf(callId, tagOf(response.get(field) ?? "") ?? ""));
    const theirs = withTagOf("to");
    return theirs?.role === "uas" ? theirs : withTagOf("from");
  }

  #onRepeatedSuccess(sent: SentRequest, dialog: Dialog, response: SipMessage, flow: Flow): void {
    const isSame = tagOf(response.get("to") ?? "") === dialog.remoteTag;
    if (isSame) this.#acknowledgeAgain(dialog, cseqOf(response));
    else this.#endFork(dialog, response, flow, sent);
  }

  #onReInviteResponse(request: ClientRequest, dialog: Dialog, response: SipMessage): boolean {
    const { status } = response;
    if (status === 481 && request.method === dialog.method && isSubscription(dialog)) this.#actions.remove(dialog);
    if (status < 200 || status >= 300) return true;
    if (request.method !== "INVITE") {
      this.#refreshed(dialog, response);
      if (request.method === dialog.method) this.#renew(request, dialog, response);
      return true;
    }
    this.#refreshed(dialog, response);
    return this.#expectAck(request, dialog, response);
  }

  #acknowledgeAgain(dialog: Dialog, cseq: number): void {
    const acknowledgement = this.#acknowledgements.get(dialog.id);
    if (acknowledgement !== undefined && !acknowledgement.done) return;
    const text = acknowledgement?.text;
    if (text === undefined) this.#actions.sendAck(dialog, cseq);
    else this.#actions.route(dialog, (target) => target && this.#context.transactions.send(text, target));
  }

  /** RFC 3261 13.2.2.4: a 2xx from another branch makes a session nobody wants. */
  #endFork(dialog: Dialog, response: SipMessage, flow: Flow, sent?: SentRequest): void {
    const fork: Dialog = { ...dialog, id: `${dialog.id};fork`, owner: undefined, localCseq: dialog.localCseq + 1 };
    if (sent !== undefined) adoptResponse(fork, sent, response, flow);
    else {
      fork.remoteTag = tagOf(response.get("to") ?? "") ?? "";
      fork.remote = response.get("to") ?? "";
      fork.remoteTarget = contactUriOf(response) ?? fork.remoteTarget;
    }
    this.#endSession(fork, cseqOf(response));
  }

  /** A session that no application is to know of; its id is none of theirs. */
  #unwanted(sent: SentRequest, response: SipMessage, flow: Flow): Dialog {
    const made = uacDialog(sent, response, flow, undefined, this.#context.clock.wallMs());
    return { ...made, id: `${made.id};unwanted` };
  }

  #endSession(dialog: Dialog, cseq: number): void {
    this.#actions.sendAck(dialog, cseq);
    this.#actions.sendBye(dialog, 'SIP;cause=200;text="Call completed elsewhere"');
  }

  #refreshed(dialog: Dialog, response: SipMessage): void {
    dialog.remoteTarget = contactUriOf(response) ?? dialog.remoteTarget;
    if (response.has("allow")) dialog.remoteAllow = allowedMethods(response);
    this.#actions.setSessionTimer(dialog, agreedSessionTimer(response, "local", this.#context.clock.wallMs()));
    this.#context.dialogs.update(dialog);
  }

  /** No 2xx can come again. One that the application never acknowledged has left a peer waiting: end it. */
  #forget(dialog: Dialog, acknowledgement: Acknowledgement, cseq: number): void {
    if (this.#acknowledgements.get(dialog.id) !== acknowledgement) return;
    this.#acknowledgements.delete(dialog.id);
    if (acknowledgement.done || this.#context.dialogs.get(dialog.id) !== dialog) return;
    this.#actions.sendAck(dialog, cseq);
    this.#actions.sendBye(dialog, 'SIP;cause=200;text="ACK timeout"');
  }
}
