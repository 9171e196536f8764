import type { SipMessage } from "../../message/index.ts";
import type { Flow, Target } from "../../transport/index.ts";
import {
  type NonInviteServerEffect,
  type NonInviteServerEvent,
  type NonInviteServerTimer,
  type NonInviteServerTransaction,
  startNonInviteServer,
  stepNonInviteServer,
} from "../non-invite-server-transaction.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import { TransactionTimers } from "../timer/transaction-timers.ts";
import type { ServerTransaction } from "../transaction-user.ts";

/** What a request of a peer needs of the table it stands in. */
export interface NonInviteServerOwner {
  readonly context: TransactionContext;
  /** Timer J runs: only the response is needed from now on. */
  onAnswered(transaction: NonInviteServer, response: string, keepMs: number): void;
  /** It got another final response than 2xx. */
  onRefused(transaction: NonInviteServer): void;
  onEnded(transaction: NonInviteServer): void;
}

/** Performs what the machine of a non-INVITE server transaction says. */
export class NonInviteServer implements ServerTransaction {
  readonly id: string;
  readonly request: SipMessage;
  readonly flow: Flow;
  onTerminated?: (() => void) | undefined;
  onTransportFailure?: ((error: Error) => void) | undefined;
  readonly #owner: NonInviteServerOwner;
  readonly #target: Target;
  readonly #timers: TransactionTimers<NonInviteServerTimer>;
  #tx: NonInviteServerTransaction;

  constructor(id: string, request: SipMessage, flow: Flow, target: Target, owner: NonInviteServerOwner) {
    this.id = id;
    this.request = request;
    this.flow = flow;
    this.#owner = owner;
    this.#target = target;
    this.#timers = new TransactionTimers(owner.context.wheel, (timer) => this.#step({ type: "timer", timer }));
    const { tx, effects } = startNonInviteServer(flow.reliable, owner.context.timers);
    this.#tx = tx;
    for (const effect of effects) this.#perform(effect);
  }

  get state(): NonInviteServerTransaction["state"] {
    return this.#tx.state;
  }

  respond(status: number, text: string): boolean {
    const isSent = this.#step({ type: "response", status, text });
    if (isSent && status >= 300) this.#owner.onRefused(this);
    return isSent;
  }

  onRetransmission(): void {
    this.#step({ type: "request-retransmitted" });
  }

  /** Ends it without a word to the user. */
  discard(): void {
    this.#timers.stop();
    this.#tx = { ...this.#tx, state: "terminated", lastResponse: undefined };
    this.#owner.onEnded(this);
  }

  #step(event: NonInviteServerEvent, error?: Error): boolean {
    const { tx, effects } = stepNonInviteServer(this.#tx, event);
    this.#tx = tx;
    if (effects.length === 0) this.#owner.context.counters.count("ignoredEvents");
    for (const effect of effects) this.#perform(effect, error);
    return effects.length > 0;
  }

  #perform(effect: NonInviteServerEffect, error?: Error): void {
    const { counters, sender } = this.#owner.context;
    switch (effect.type) {
      case "send-response":
        if (effect.again) counters.count("resentResponses");
        sender.send(this.#target, effect.text, this.#onSendFailure);
        break;
      case "start-timer":
        this.#startTimer(effect.timer, effect.delayMs);
        break;
      case "ended":
        this.#timers.stop();
        this.#owner.onEnded(this);
        this.#onEnded(effect.reason, error);
        break;
    }
  }

  #startTimer(timer: NonInviteServerTimer, delayMs: number): void {
    if (timer === "unanswered") {
      this.#timers.start(timer, delayMs);
      return;
    }
    // Timer J is the time that the table of finished transactions keeps the response.
    this.#timers.stop();
    this.#owner.onAnswered(this, this.#tx.lastResponse ?? "", delayMs);
  }

  readonly #onSendFailure = (error: Error): void => {
    // Once answered, its response is all there is of it: nobody waits for the news.
    if (this.#tx.state === "completed") this.#owner.context.counters.count("transportFailures");
    else this.#step({ type: "transport-failed" }, error);
  };

  #onEnded(reason: "done" | "unanswered" | "transport-failed", error: Error | undefined): void {
    const { context } = this.#owner;
    if (reason === "unanswered") {
      context.counters.count("unanswered");
      context.logger.warn("request never answered", {
        method: this.request.method,
        sipCallId: this.request.get("call-id"),
      });
    } else if (reason === "transport-failed") context.counters.count("transportFailures");
    const { onTerminated, onTransportFailure } = this;
    this.onTerminated = undefined;
    this.onTransportFailure = undefined;
    try {
      if (error !== undefined) onTransportFailure?.(error);
      onTerminated?.();
    } catch (thrown) {
      noteUserError(context, "onTerminated", thrown);
    }
  }
}
