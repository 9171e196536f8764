import type { SipMessage } from "../../message/index.ts";
import { type Flow, isReliable, type Target } from "../../transport/index.ts";
import {
  type NonInviteClientEffect,
  type NonInviteClientEvent,
  type NonInviteClientTimer,
  type NonInviteClientTransaction,
  startNonInviteClient,
  stepNonInviteClient,
} from "../non-invite-client-transaction.ts";
import type { WayOut, WaysOut } from "./large-requests.ts";
import { onlyConnectionOf } from "./only-connection.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import { TransactionTimers } from "../timer/transaction-timers.ts";
import type { ClientTransaction, ClientTransactionHandlers } from "../transaction-user.ts";

/** What a request of ours needs of the table it stands in. */
export interface NonInviteClientOwner {
  readonly context: TransactionContext;
  onEnded(transaction: NonInviteClient): void;
}

/** Performs what the machine of a non-INVITE client transaction says. */
export class NonInviteClient implements ClientTransaction {
  readonly id: string;
  /** The connection that it can be answered over only. */
  readonly flowId: string | undefined;
  readonly method: string;
  readonly isFinished = false;
  readonly #owner: NonInviteClientOwner;
  #target: Target;
  /** The way that is left when the first is refused. */
  #otherwise: WayOut | undefined;
  readonly #timers: TransactionTimers<NonInviteClientTimer>;
  #tx: NonInviteClientTransaction;
  #first: readonly NonInviteClientEffect[];
  /** Empty, and the handlers gone, once there is a final response: only its repetitions are waited for. */
  #request: string;
  #handlers: ClientTransactionHandlers | undefined;

  constructor(
    id: string,
    method: string,
    { first, otherwise }: WaysOut,
    handlers: ClientTransactionHandlers | undefined,
    owner: NonInviteClientOwner,
  ) {
    this.id = id;
    this.method = method;
    this.#owner = owner;
    this.#target = first.target;
    this.flowId = onlyConnectionOf(first.target);
    this.#request = first.text;
    this.#otherwise = otherwise;
    this.#handlers = handlers;
    this.#timers = new TransactionTimers(owner.context.wheel, (timer) => this.#step({ type: "timer", timer }));
    const { tx, effects } = startNonInviteClient(isReliable(first.target.protocol), owner.context.timers);
    this.#tx = tx;
    this.#first = effects;
  }

  /** Sends the request, once. */
  start(): void {
    this.#perform(this.#first);
    this.#first = [];
  }

  get state(): NonInviteClientTransaction["state"] {
    return this.#tx.state;
  }

  cancelRequest(): undefined {
    return undefined;
  }

  terminate(): void {
    if (this.#tx.state === "terminated") return;
    this.#tx = { ...this.#tx, state: "terminated" };
    this.#end();
  }

  onResponse(response: SipMessage, flow: Flow): void {
    this.#otherwise = undefined;
    this.#step({ type: "response", status: response.status }, response, flow);
  }

  /** Its connection is gone: nothing was answered, and nothing will be. */
  onFlowEnded(error: Error): void {
    if (this.#tx.state === "trying") this.#step({ type: "transport-failed" }, undefined, undefined, error);
  }

  #step(event: NonInviteClientEvent, response?: SipMessage, flow?: Flow, error?: Error): void {
    const { tx, effects } = stepNonInviteClient(this.#tx, event);
    this.#tx = tx;
    if (effects.length === 0) this.#owner.context.counters.count("ignoredEvents");
    this.#perform(effects, response, flow, error);
  }

  #perform(effects: readonly NonInviteClientEffect[], response?: SipMessage, flow?: Flow, error?: Error): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "send-request":
          this.#send(effect.again);
          break;
        case "start-timer":
          this.#timers.start(effect.timer, effect.delayMs);
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

  readonly #onSendFailure = (error: Error): void => {
    const { largeRequests } = this.#owner.context;
    const otherwise = this.#tx.state === "trying" ? this.#otherwise : undefined;
    if (otherwise !== undefined && largeRequests.isRefusal(this.#target, error)) this.#beginAgain(otherwise);
    else this.#step({ type: "transport-failed" }, undefined, undefined, error);
  };

  /** Goes the other way when the first was refused. */
  #beginAgain({ text, target }: WayOut): void {
    this.#otherwise = undefined;
    this.#target = target;
    this.#request = text;
    this.#timers.stop();
    const { tx, effects } = startNonInviteClient(isReliable(target.protocol), this.#owner.context.timers);
    this.#tx = tx;
    this.#perform(effects);
  }

  #send(again: boolean): void {
    const { sender, counters } = this.#owner.context;
    if (!again) {
      sender.send(this.#target, this.#request, this.#onSendFailure);
      return;
    }
    counters.count("resentRequests");
    sender.resend(this.#target, this.#request, this.#onSendFailure);
  }

  #deliver(response: SipMessage | undefined, flow: Flow | undefined): void {
    const handlers = this.#handlers;
    if (this.#tx.state !== "proceeding") {
      this.#handlers = undefined;
      this.#request = "";
    }
    if (handlers === undefined || response === undefined || flow === undefined) return;
    try {
      handlers.onResponse(response, flow);
    } catch (error) {
      noteUserError(this.#owner.context, "onResponse", error);
    }
  }

  #onEnded(reason: "done" | "timeout" | "transport-failed", error: Error | undefined): void {
    if (reason === "done") {
      this.#release();
      return;
    }
    const handlers = this.#handlers;
    this.#end();
    this.#owner.context.counters.count(reason === "timeout" ? "clientTimeouts" : "transportFailures");
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

  /** Over reliable transports this comes before the final response is handed on: the handlers stay. */
  #release(): void {
    this.#timers.stop();
    this.#request = "";
    this.#otherwise = undefined;
    this.#owner.onEnded(this);
  }
}
