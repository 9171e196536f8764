import { parseSipMessage, type SipMessage } from "../../message/index.ts";
import type { Flow, Target } from "../../transport/index.ts";
import {
  type InviteServerEffect,
  type InviteServerEvent,
  type InviteServerTimer,
  type InviteServerTransaction,
  startInviteServer,
  stepInviteServer,
} from "../invite-server-transaction.ts";
import { statelessResponse } from "./stateless-response.ts";
import { toTagOf } from "../transaction-key.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import { TransactionTimers } from "../timer/transaction-timers.ts";
import type { ServerTransaction } from "../transaction-user.ts";

/** What an INVITE of a peer needs of the table it stands in. */
export interface InviteServerOwner {
  readonly context: TransactionContext;
  /** An ACK to its 2xx has come: unless it outlives that, only repetitions of the INVITE are to be absorbed from now on. */
  onAcknowledged(transaction: InviteServer, ack: SipMessage, flow: Flow): void;
  /** It got another final response than 2xx. */
  onRefused(transaction: InviteServer): void;
  onEnded(transaction: InviteServer): void;
}

/** Performs what the machine of an INVITE server transaction says. */
export class InviteServer implements ServerTransaction {
  readonly id: string;
  readonly request: SipMessage;
  readonly flow: Flow;
  onTerminated?: (() => void) | undefined;
  onTransportFailure?: ((error: Error) => void) | undefined;
  outlivesAck?: true;
  readonly #owner: InviteServerOwner;
  readonly #target: Target;
  readonly #timers: TransactionTimers<InviteServerTimer>;
  #tx: InviteServerTransaction;
  #acceptedTag: string | undefined;

  constructor(id: string, request: SipMessage, flow: Flow, target: Target, owner: InviteServerOwner) {
    this.id = id;
    this.request = request;
    this.flow = flow;
    this.#owner = owner;
    this.#target = target;
    this.#timers = new TransactionTimers(owner.context.wheel, (timer) => this.#step({ type: "timer", timer }));
    const { tx, effects } = startInviteServer(flow.reliable, owner.context.timers);
    this.#tx = tx;
    for (const effect of effects) this.#perform(effect);
  }

  get state(): InviteServerTransaction["state"] {
    return this.#tx.state;
  }

  /** The To tag of the 2xx that was sent. */
  get acceptedTag(): string | undefined {
    return this.#acceptedTag;
  }

  respond(status: number, text: string): boolean {
    const isSent = this.#step({ type: "response", status, text });
    if (isSent && status >= 200 && status < 300) this.#acceptedTag ??= toTagIn(text);
    if (isSent && status >= 300) this.#owner.onRefused(this);
    return isSent;
  }

  onRetransmission(): void {
    this.#step({ type: "request-retransmitted" });
  }

  /** An ACK of the same branch, or to its 2xx. */
  onAck(ack: SipMessage, flow: Flow): void {
    this.#step({ type: "ack" }, ack, flow);
  }

  /** Ends it without a word to the user. */
  discard(): void {
    this.#timers.stop();
    this.#tx = { ...this.#tx, state: "terminated", lastResponse: undefined };
    this.#owner.onEnded(this);
  }

  /** Ends it and tells the user. */
  end(): void {
    if (this.#tx.state !== "terminated") this.discard();
    const { onTerminated } = this;
    this.onTerminated = undefined;
    this.onTransportFailure = undefined;
    try {
      onTerminated?.();
    } catch (error) {
      noteUserError(this.#owner.context, "onTerminated", error);
    }
  }

  #step(event: InviteServerEvent, ack?: SipMessage, flow?: Flow, error?: Error): boolean {
    const { tx, effects } = stepInviteServer(this.#tx, event);
    this.#tx = tx;
    if (effects.length === 0) this.#owner.context.counters.count("ignoredEvents");
    for (const effect of effects) this.#perform(effect, ack, flow, error);
    return effects.length > 0;
  }

  #perform(effect: InviteServerEffect, ack?: SipMessage, flow?: Flow, error?: Error): void {
    const { counters } = this.#owner.context;
    switch (effect.type) {
      case "send-response":
        if (effect.again) counters.count("resentResponses");
        this.#owner.context.sender.send(this.#target, effect.text, this.#onSendFailure);
        break;
      case "start-timer":
        this.#timers.start(effect.timer, effect.delayMs);
        break;
      case "stop-timers":
        this.#timers.stop();
        break;
      case "deliver-ack":
        if (ack !== undefined && flow !== undefined) this.#owner.onAcknowledged(this, ack, flow);
        break;
      case "tell-transport-failed":
        counters.count("transportFailures");
        this.#tellFailure(error);
        break;
      case "ended":
        if (effect.reason === "timeout") counters.count("ackTimeouts");
        else if (effect.reason === "unanswered") this.#refuseUnanswered();
        this.#owner.onEnded(this);
        this.end();
        break;
    }
  }

  /** The peer has waited long enough; nobody is left to care for its ACK. */
  #refuseUnanswered(): void {
    const { counters, logger, sender, tagSalt } = this.#owner.context;
    counters.count("unanswered");
    logger.warn("INVITE never answered", { sipCallId: this.request.get("call-id") });
    const response = statelessResponse(this.request, tagSalt, { status: 500 });
    if (response !== undefined) sender.send(this.#target, response, () => counters.count("transportFailures"));
  }

  readonly #onSendFailure = (error: Error): void => {
    this.#step({ type: "transport-failed" }, undefined, undefined, error);
  };

  #tellFailure(error: Error | undefined): void {
    if (error === undefined) return;
    try {
      this.onTransportFailure?.(error);
    } catch (thrown) {
      noteUserError(this.#owner.context, "onTransportFailure", thrown);
    }
  }
}

function toTagIn(response: string): string {
  const parsed = parseSipMessage(response);
  return parsed.ok ? toTagOf(parsed.value) : "";
}
