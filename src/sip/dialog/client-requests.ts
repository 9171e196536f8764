import { withMore } from "../../common/index.ts";
import type { SipMessage } from "../message/index.ts";
import { isRefusedHere, type ClientTransaction } from "../transaction/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application } from "./application.ts";
import type { AwaitedNotifies } from "./awaited-notifies.ts";
import { isNewReliable, type ClientRequest } from "./client-request.ts";
import { newTag, type CoreContext } from "./core-context.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { Failover } from "./failover.ts";
import type { InviteResponses } from "./invite-responses.ts";
import { LateSuccess } from "./late-success.ts";
import { requestSeen, responseSeen } from "./negotiation.ts";
import { syntheticResponse } from "./synthetic-response.ts";
import type { SentRequest } from "./uac-dialog.ts";

/** Methods whose 2xx inside a dialog refreshes it, as that to UPDATE does too. */
const REFRESHING = new Set(["INVITE", "SUBSCRIBE"]);

/** Whom requests belong to that no application waits for, such as those from before a restart: never alive. */
const GONE: Application = { name: "nobody", instanceId: "" };

/** The requests of applications that are open: sent, sent elsewhere where need be, and their responses handed back. */
export class ClientRequests {
  /** Decides whether and when a request goes to another place. */
  readonly failover: Failover;
  readonly #context: CoreContext;
  readonly #invites: InviteResponses;
  readonly #awaited: AwaitedNotifies;
  readonly #open = new Map<string, ClientRequest>();

  constructor(context: CoreContext, invites: InviteResponses, awaited: AwaitedNotifies) {
    this.#context = context;
    this.#invites = invites;
    this.#awaited = awaited;
    this.failover = new Failover(context.resolver, context.clock);
  }

  /** Requests without a final response. */
  get size(): number {
    return this.#open.size;
  }

  get(txnId: string): ClientRequest | undefined {
    return this.#open.get(txnId);
  }

  /** A request that is to be sent. `dialogId` is empty outside dialogs. */
  make(application: Application, sent: SentRequest, dialogId: string, dialog: Dialog | undefined): ClientRequest {
    return {
      txnId: this.#context.ids.uuid(),
      method: sent.method,
      application,
      dialogId,
      dialog,
      sent,
      transaction: undefined,
      state: "open",
      rseqs: undefined,
    };
  }

  /** Sends a request; `onOpen` is called when it is known, and before anything can come of it. */
  send(request: ClientRequest, onOpen: () => void): void {
    const { txnId, method, sent, dialog } = request;
    if (method === "INVITE" && dialog === undefined) {
      this.#context.invites.put(txnId, { kind: "sent", atMs: this.#context.clock.wallMs(), sent });
    }
    if (dialog !== undefined) {
      requestSeen(dialog.negotiation, "local", txnId, { method, hasBody: sent.body !== "" });
    }
    this.#open.set(txnId, request);
    if (dialog === undefined) this.#awaited.add(request);
    onOpen();
    this.#start(request);
    const { applications } = this.#context;
    const { text } = sent;
    if (method === "INVITE" && dialog === undefined)
      applications.record({ type: "attempt", source: "application", text });
    if (method !== "BYE" || dialog === undefined || dialog.isEnding) return;
    dialog.isEnding = true;
    if (dialog.method === "INVITE") {
      applications.record({ type: "stop", source: "application", detail: "normal-release", text });
    }
  }

  /** True while an INVITE in a dialog is unanswered whose application is gone: nobody else knows of it. */
  hasAbandonedInvite(dialog: Dialog): boolean {
    if (dialog.openInvites === 0) return false;
    for (const other of this.#open.values()) {
      if (other.dialog === dialog && other.method === "INVITE" && other.state === "abandoned") return true;
    }
    return false;
  }

  /** Answers in place of a domain that has no address. `problem` says why, in words for people. */
  answer(request: ClientRequest, status: number, problem: string): void {
    this.#open.set(request.txnId, request);
    setImmediate(() => this.#onFailure(request, status, problem));
  }

  /** Cancels the INVITEs of an application that is gone; late answers are ended. */
  applicationGone(application: Application): void {
    for (const request of this.#open.values()) {
      if (request.application !== application) continue;
      const wasOpen = request.state === "open";
      request.state = "abandoned";
      if (wasOpen && request.method === "INVITE" && request.dialog === undefined && request.transaction) {
        this.#context.transactions.cancel(request.transaction);
      }
    }
  }

  /**
   * Takes back an INVITE that was sent before a restart. It goes out once more, with its old branch: to its peer that
   * is a retransmission, and the answer tells whether there is something to cancel or a session to end.
   */
  cancelLeftover(sent: SentRequest): void {
    const request = this.make(GONE, sent, dialogIdOf(sent.callId, sent.fromTag), undefined);
    request.state = "abandoned";
    this.#open.set(request.txnId, request);
    const transaction = this.#start(request);
    this.#context.transactions.cancel(transaction);
  }

  #start(request: ClientRequest): ClientTransaction {
    const { text, target } = request.sent;
    const attempt = { request };
    const transaction = this.#context.transactions.request(text, target, {
      onResponse: (response, flow) => this.#onResponse(attempt.request, response, flow),
      afterSuccess: () => this.#lateSuccess(attempt.request),
      onTimeout: () => this.#onFailure(attempt.request, 408),
      onTransportFailure: (error) => {
        if (isRefusedHere(error)) this.#endTrial(attempt.request);
        const isFlowFailed = attempt.request.dialog === undefined && target.isFlowOnly === true;
        this.#onFailure(attempt.request, isFlowFailed ? 430 : 503);
      },
    });
    request.transaction = transaction;
    const { trial } = request;
    // A request of another method has no provisional response; what is silent may be at work (RFC 4320).
    if (trial !== undefined && request.method === "INVITE" && request.dialog === undefined) {
      this.failover.awaitSign(trial, () => {
        if (request.state === "open") attempt.request = this.#supersede(request);
      });
    }
    return transaction;
  }

  /** Goes to another place, if there is one; what still comes from the silent one is the other request's. */
  #supersede(request: ClientRequest): ClientRequest {
    const { transaction } = request;
    const late: ClientRequest = withMore(request, {
      txnId: this.#context.ids.uuid(),
      application: GONE,
      state: "superseded",
      trial: undefined,
    });
    if (!this.#goElsewhere(request)) return request;
    this.#open.set(late.txnId, late);
    if (transaction !== undefined) this.#context.transactions.cancel(transaction);
    return late;
  }

  /** RFC 3263 4.3. True: the request, with another branch, is on its way to another place. */
  #goElsewhere(request: ClientRequest, response?: SipMessage): boolean {
    const { trial, method, dialog, txnId } = request;
    if (trial === undefined) return false;
    const target = request.state === "open" ? this.failover.next(trial, response) : undefined;
    if (target === undefined) return false;
    request.sent = trial.make(target);
    if (method === "INVITE" && dialog === undefined) {
      this.#context.invites.put(txnId, { kind: "sent", atMs: this.#context.clock.wallMs(), sent: request.sent });
    }
    this.#start(request);
    return true;
  }

  #onResponse(request: ClientRequest, response: SipMessage, flow: Flow): void {
    const { status } = response;
    if (request.state === "superseded") {
      this.#onSuperseded(request, response, flow);
      return;
    }
    if (request.trial !== undefined) this.failover.noteResponse(request.trial, status);
    if (status === 100 && request.wantsTrying !== true) return;
    if (!isNewReliable(request, response)) return;
    if (status === 503 && this.#goElsewhere(request, response)) return;
    // It is the peer's connection now, whoever made it, unless its size alone sent the request that way.
    const { dialog, sent } = request;
    if (dialog !== undefined && flow.reliable && sent.target.protocol !== "udp") dialog.flowId = flow.id;
    if (status >= 200) this.#close(request);
    if (status === 100) {
      this.#deliverFrom(request, response, flow);
      return;
    }
    const isForDialog = request.dialog === undefined ? request.dialogId !== "" : REFRESHING.has(request.method);
    const isSeen = isForDialog ? this.#invites.onResponse(request, response, flow) : true;
    if (!isForDialog && status >= 200) this.#invites.onFinal(request, response);
    this.#record(request, status, response.text);
    this.#noteAnswer(request, status, response.body !== "");
    if (isSeen) this.#deliverFrom(request, response, flow);
  }

  #deliverFrom(request: ClientRequest, { text }: SipMessage, flow: Flow): void {
    const { protocol, remoteAddress: address, remotePort: port } = flow;
    this.#deliver(request, text, { protocol, address, port });
  }

  #onSuperseded(request: ClientRequest, response: SipMessage, flow: Flow): void {
    const { status } = response;
    if (status < 200) return;
    this.#open.delete(request.txnId);
    if (status < 300) this.#invites.onSuperseded(request, response, flow);
  }

  #lateSuccess({ state, dialog, sent }: ClientRequest): LateSuccess {
    const kind = state === "superseded" ? "superseded" : dialog === undefined ? "initial" : "in-dialog";
    return new LateSuccess(kind, sent, this.#invites);
  }

  /** The edge answers in place of a peer that did not, or cannot be reached (RFC 3261 8.1.3.1). */
  #onFailure(request: ClientRequest, status: number, problem = ""): void {
    if (request.state === "superseded") {
      this.#open.delete(request.txnId);
      return;
    }
    if (this.#goElsewhere(request)) return;
    this.#close(request);
    this.#invites.onLost(request);
    this.#noteAnswer(request, status, false);
    const text = syntheticResponse(request.sent, status, newTag(this.#context, "s"), problem);
    this.#record(request, status, text);
    this.#deliver(request, text, {
      protocol: request.sent.target.protocol,
      address: "",
      port: 0,
    });
  }

  #record({ method, dialog }: ClientRequest, status: number, text: string): void {
    if (method !== "INVITE" || dialog !== undefined || status < 200) return;
    const { applications } = this.#context;
    const detail = status === 487 ? "call-canceled" : "call-rejected";
    if (status < 300) applications.record({ type: "start", source: "network", detail: "uac", text });
    else applications.record({ type: "stop", source: "network", detail, text });
  }

  #noteAnswer({ dialog, dialogId, txnId, method, sent }: ClientRequest, status: number, hasBody: boolean): void {
    const known = dialog ?? (dialogId === "" ? undefined : this.#context.dialogs.get(dialogId));
    if (known === undefined) return;
    const isOfferless = method === "INVITE" && sent.body === "";
    responseSeen(known.negotiation, "local", txnId, { status, hasBody, isOfferless });
  }

  /** It goes nowhere else. What it was made of is let go: late responses may come for half a minute. */
  #endTrial(request: ClientRequest): void {
    if (request.trial !== undefined) this.failover.end(request.trial);
    request.trial = undefined;
  }

  #close(request: ClientRequest): void {
    const { txnId, method, dialog } = request;
    this.#endTrial(request);
    if (!this.#open.delete(txnId)) return;
    this.#awaited.remove(request);
    if (method === "INVITE" && dialog !== undefined) dialog.openInvites -= 1;
    this.#context.invites.remove(txnId);
  }

  #deliver(request: ClientRequest, text: string, from: { protocol: string; address: string; port: number }): void {
    if (!this.#context.applications.isAlive(request.application)) return;
    const { txnId, dialogId } = request;
    this.#context.applications.deliver(request.application, { source: "network", text, ...from, txnId, dialogId });
  }
}
