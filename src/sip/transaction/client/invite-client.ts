import { type FieldToWrite, parseSipMessage, type SipMessage } from "../../message/index.ts";
import { detachedTarget, type Flow, isReliable, type Target } from "../../transport/index.ts";
import {
  type InviteClientEffect,
  type InviteClientEvent,
  type InviteClientTimer,
  type InviteClientTransaction,
  startInviteClient,
  stepInviteClient,
} from "../invite-client-transaction.ts";
import type { FinishedInvite } from "./finished-invites.ts";
import type { WayOut, WaysOut } from "./large-requests.ts";
import { ackOf, cancelOf } from "./related-request.ts";
import { onlyConnectionOf } from "./only-connection.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import { TransactionTimers } from "../timer/transaction-timers.ts";
import type { ClientTransaction, ClientTransactionHandlers, LateSuccessListener } from "../transaction-user.ts";

/** What an INVITE of ours needs of the table it stands in. */
export interface InviteClientOwner {
  readonly context: TransactionContext;
  sendCancel(text: string, target: Target, handlers: ClientTransactionHandlers | undefined): void;
  /** It has its final response: from now on it stands in the table of those, as `finished`. */
  onFinished(transaction: InviteClient, finished: FinishedInvite): void;
  onEnded(transaction: InviteClient): void;
}

type HeldCancel = {
  readonly text: string;
  readonly extraFields: readonly FieldToWrite[];
  readonly handlers: ClientTransactionHandlers | undefined;
};

/** Performs what the machine of an INVITE client transaction says. */
export class InviteClient implements ClientTransaction {
  readonly id: string;
  /** The connection that it can be answered over only. */
  readonly flowId: string | undefined;
  readonly method = "INVITE";
  readonly #owner: InviteClientOwner;
  #target: Target;
  /** The way that is left when the first is refused. */
  #otherwise: WayOut | undefined;
  readonly #timers: TransactionTimers<InviteClientTimer>;
  #tx: InviteClientTransaction;
  #first: readonly InviteClientEffect[];
  /** Empty once it is needed no more. */
  #request: string;
  #handlers: ClientTransactionHandlers | undefined;
  #ack: string | undefined;
  /** A CANCEL that waits for the first provisional response (RFC 3261 9.1). */
  #heldCancel: HeldCancel | undefined;
  #isCancelled = false;
  #isFinished = false;

  constructor(
    id: string,
    { first, otherwise }: WaysOut,
    handlers: ClientTransactionHandlers | undefined,
    owner: InviteClientOwner,
  ) {
    this.id = id;
    this.#owner = owner;
    this.#target = first.target;
    this.flowId = onlyConnectionOf(first.target);
    this.#request = first.text;
    this.#otherwise = otherwise;
    this.#handlers = handlers;
    this.#timers = new TransactionTimers(owner.context.wheel, (timer) => this.#step({ type: "timer", timer }));
    const { tx, effects } = startInviteClient(isReliable(first.target.protocol), owner.context.timers);
    this.#tx = tx;
    this.#first = effects;
  }

  /** Sends the request, once. */
  start(): void {
    this.#perform(this.#first);
    this.#first = [];
  }

  /** True once it has been handed over with `onFinished`. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  get state(): InviteClientTransaction["state"] {
    return this.#tx.state;
  }

  cancelRequest(extraFields: readonly FieldToWrite[] = []): string | undefined {
    return this.#tx.state === "proceeding" ? this.#cancelText(extraFields) : undefined;
  }

  /** Sends a CANCEL now or with the first provisional response; `undefined` when it is too late for one. */
  cancel(extraFields: readonly FieldToWrite[], handlers: ClientTransactionHandlers | undefined): string | undefined {
    if (this.#tx.state !== "calling" && this.#tx.state !== "proceeding") return undefined;
    const text = this.#cancelText(extraFields);
    if (text === undefined || this.#isCancelled) return text;
    this.#isCancelled = true;
    this.#heldCancel = { text, extraFields, handlers };
    if (this.#tx.state === "proceeding") this.#sendCancel();
    return text;
  }

  terminate(): void {
    if (this.#tx.state === "terminated") return;
    this.#tx = { ...this.#tx, state: "terminated" };
    this.#end();
  }

  onResponse(response: SipMessage, flow: Flow): void {
    this.#otherwise = undefined;
    this.#step({ type: "response", status: response.status }, response, flow);
    if (this.#tx.state === "proceeding" && this.#heldCancel !== undefined) this.#sendCancel();
  }

  /** Its connection is gone: nothing was answered, and nothing will be. */
  onFlowEnded(error: Error): void {
    if (this.#tx.state === "calling") this.#step({ type: "transport-failed" }, undefined, undefined, error);
  }

  #step(event: InviteClientEvent, response?: SipMessage, flow?: Flow, error?: Error): void {
    const { tx, effects } = stepInviteClient(this.#tx, event);
    this.#tx = tx;
    if (effects.length === 0) this.#owner.context.counters.count("ignoredEvents");
    this.#perform(effects, response, flow, error);
  }

  #perform(effects: readonly InviteClientEffect[], response?: SipMessage, flow?: Flow, error?: Error): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "send-request":
          this.#send(this.#request, effect.again);
          break;
        case "send-ack":
          this.#acknowledge(response);
          break;
        case "start-timer":
          this.#startTimer(effect.timer, effect.delayMs);
          break;
        case "stop-timers":
          this.#timers.stop();
          break;
        case "deliver-response":
          this.#deliver(response, flow);
          break;
        case "ended":
          this.#onEnded(effect.reason, error);
          break;
      }
    }
  }

  /** Timers D and M are the time that the table of those with a final response keeps it. */
  #startTimer(timer: InviteClientTimer, delayMs: number): void {
    const isKept = delayMs > 0 && (timer === "d" || timer === "m");
    if (!isKept) this.#timers.start(timer, delayMs);
  }

  readonly #onSendFailure = (error: Error): void => {
    const { largeRequests } = this.#owner.context;
    const otherwise = this.#tx.state === "calling" ? this.#otherwise : undefined;
    if (otherwise !== undefined && largeRequests.isRefusal(this.#target, error)) this.#beginAgain(otherwise);
    else this.#step({ type: "transport-failed" }, undefined, undefined, error);
  };

  /** Goes the other way when the first was refused. A CANCEL that waits has to name the way that was gone. */
  #beginAgain({ text, target }: WayOut): void {
    this.#otherwise = undefined;
    this.#target = target;
    this.#request = text;
    this.#timers.stop();
    const { tx, effects } = startInviteClient(isReliable(target.protocol), this.#owner.context.timers);
    this.#tx = tx;
    const held = this.#heldCancel;
    const cancel = held === undefined ? undefined : this.#cancelText(held.extraFields);
    if (held !== undefined && cancel !== undefined) this.#heldCancel = { ...held, text: cancel };
    this.#perform(effects);
  }

  #send(text: string, again: boolean): void {
    const { sender, counters } = this.#owner.context;
    if (!again) {
      sender.send(this.#target, text, this.#onSendFailure);
      return;
    }
    counters.count("resentRequests");
    sender.resend(this.#target, text, this.#onSendFailure);
  }

  #acknowledge(response: SipMessage | undefined): void {
    if (this.#ack === undefined && response !== undefined) {
      const invite = parseSipMessage(this.#request);
      if (invite.ok) this.#ack = ackOf(invite.value, response);
      this.#request = "";
    }
    if (this.#ack !== undefined) this.#send(this.#ack, false);
  }

  #deliver(response: SipMessage | undefined, flow: Flow | undefined): void {
    const handlers = this.#handlers;
    if (handlers !== undefined && response !== undefined && flow !== undefined) {
      try {
        handlers.onResponse(response, flow);
      } catch (error) {
        noteUserError(this.#owner.context, "onResponse", error);
      }
    }
    if (this.#tx.state === "accepted" || this.#tx.state === "completed") this.#finish(this.#tx.state);
  }

  #finish(state: "accepted" | "completed"): void {
    const handlers = this.#handlers;
    const finished: FinishedInvite =
      state === "completed"
        ? { state, ack: this.#ack ?? "", target: detachedTarget(this.#target) }
        : { state, listener: this.#listenerOf(handlers) };
    this.#handlers = undefined;
    this.#request = "";
    this.#heldCancel = undefined;
    this.#isFinished = true;
    this.#owner.onFinished(this, finished);
  }

  #listenerOf(handlers: ClientTransactionHandlers | undefined): LateSuccessListener {
    try {
      if (handlers?.afterSuccess !== undefined) return handlers.afterSuccess();
    } catch (error) {
      noteUserError(this.#owner.context, "afterSuccess", error);
    }
    // What handlers hold is not known: at least the request and its response.
    return {
      characters: 2 * this.#request.length,
      onLateSuccess: (response, flow) => handlers?.onResponse(response, flow),
    };
  }

  #onEnded(reason: "done" | "timeout" | "transport-failed", error: Error | undefined): void {
    const handlers = this.#handlers;
    const { counters } = this.#owner.context;
    if (reason === "done") {
      this.#release();
      return;
    }
    this.#end();
    counters.count(reason === "timeout" ? "clientTimeouts" : "transportFailures");
    try {
      if (reason === "timeout") handlers?.onTimeout();
      else if (error !== undefined) handlers?.onTransportFailure(error);
    } catch (thrown) {
      noteUserError(this.#owner.context, reason === "timeout" ? "onTimeout" : "onTransportFailure", thrown);
    }
  }

  /** Ends it, and with it all that could be told to the user. */
  #end(): void {
    this.#handlers = undefined;
    this.#release();
  }

  #release(): void {
    this.#timers.stop();
    this.#request = "";
    this.#otherwise = undefined;
    this.#ack = undefined;
    this.#heldCancel = undefined;
    this.#owner.onEnded(this);
  }

  #cancelText(extraFields: readonly FieldToWrite[]): string | undefined {
    const invite = parseSipMessage(this.#request);
    return invite.ok ? cancelOf(invite.value, extraFields) : undefined;
  }

  #sendCancel(): void {
    const cancel = this.#heldCancel;
    this.#heldCancel = undefined;
    if (cancel === undefined) return;
    this.#owner.sendCancel(cancel.text, this.#target, cancel.handlers);
    this.#step({ type: "cancel-sent" });
  }
}
