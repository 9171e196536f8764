import { type Clock, errorMessageOf, type Ids, type Logger, type MetricSample } from "../../common/index.ts";
import {
  type FieldToWrite,
  parseSipMessage,
  parseVia,
  type SipMessage,
  validateRequest,
  validateResponse,
  type Via,
} from "../message/index.ts";
import type { Flow, Target } from "../transport/index.ts";
import { ClientTransactions } from "./client/client-transactions.ts";
import { LargeRequests } from "./client/large-requests.ts";
import { responseTarget, withReceived } from "./server/received-via.ts";
import { ServerTransactions } from "./server/server-transactions.ts";
import { statelessResponse, type StatelessResponse } from "./server/stateless-response.ts";
import { DEFAULT_TIMER_SETTINGS, type TimerSettings } from "./timer/timer-settings.ts";
import { TimerWheel } from "./timer/timer-wheel.ts";
import { type MessageSender, noteUserError, type TransactionContext } from "./transaction-context.ts";
import { TransactionCounters } from "./transaction-counters.ts";
import { DEFAULT_TRANSACTION_LIMITS, type TransactionLimits } from "./transaction-limits.ts";
import type { ClientTransaction, ClientTransactionHandlers, TransactionUser } from "./transaction-user.ts";

/** What a `TransactionLayer` is made of. */
export interface TransactionLayerOptions {
  readonly transport: MessageSender;
  readonly clock: Clock;
  /** For the tags of responses that no transaction is kept for. */
  readonly ids: Ids;
  readonly logger: Logger;
  readonly user: TransactionUser;
  /** Judges sources; absent: everything is taken. */
  readonly sources?: SourcePolicy;
  /** Bounds that differ from `DEFAULT_TRANSACTION_LIMITS`. */
  readonly limits?: Partial<TransactionLimits>;
  /** Whether a request that belongs to nothing here is taken; else it gets 503. Absent: as long as the limits allow. */
  readonly admit?: () => boolean;
  /** Whether a new request goes before others: it is taken whatever its source did, as long as there is room. */
  readonly rightOfWay?: (request: SipMessage, from: Flow) => boolean;
  /** Times that differ from `DEFAULT_TIMER_SETTINGS`. */
  readonly timers?: Partial<TimerSettings>;
}

/** What sources may do. */
export interface SourcePolicy {
  /** Counts a malformed message; false: it is not to be answered. */
  noteMalformed(from: Flow): boolean;
  /** Counts a request that belongs to nothing here; false: it is refused with 503. */
  admitsNew(from: Flow): boolean;
}

const TAKES_ALL: SourcePolicy = { noteMalformed: () => true, admitsNew: () => true };

/**
 * Matches requests and responses, repeats what is lost and absorbs what comes twice.
 * @see RFC 3261 17; RFC 6026; RFC 3581
 */
export class TransactionLayer {
  readonly #context: TransactionContext;
  readonly #user: TransactionUser;
  readonly #limits: TransactionLimits;
  readonly #sources: SourcePolicy;
  readonly #clients: ClientTransactions;
  readonly #servers: ServerTransactions;

  constructor(options: TransactionLayerOptions) {
    const { transport, clock, ids, logger, user, limits, timers, sources = TAKES_ALL, admit = () => true } = options;
    this.#limits = { ...DEFAULT_TRANSACTION_LIMITS, ...limits };
    this.#user = user;
    this.#sources = sources;
    const counters = new TransactionCounters();
    this.#context = {
      sender: transport,
      largeRequests: new LargeRequests(transport, clock, counters),
      wheel: new TimerWheel(clock),
      timers: { ...DEFAULT_TIMER_SETTINGS, ...timers },
      logger,
      counters,
      tagSalt: ids.token(8),
    };
    this.#clients = new ClientTransactions(this.#context, clock, this.#limits);
    const admission = {
      rightOfWay: options.rightOfWay ?? (() => false),
      ofSource: (from: Flow) => sources.admitsNew(from),
      byLoad: admit,
    };
    this.#servers = new ServerTransactions(this.#context, user, this.#limits, clock, admission);
  }

  /**
   * Takes a message from the transport. Never throws.
   * @param text latin1: one character an octet
   */
  onMessage(text: string, flow: Flow): void {
    const parsed = parseSipMessage(text);
    if (!parsed.ok) this.#onMalformed(parsed.message, parsed.status, parsed.reason, flow);
    else if (parsed.value.kind === "request") this.#onRequest(parsed.value, flow);
    else this.#onResponse(parsed.value, flow);
  }

  /** To be told of each connection that is gone. */
  onFlowEnded(flowId: string): void {
    this.#clients.onFlowEnded(flowId);
  }

  /** Takes what the transport could not read as a message, and answers it when there is enough to answer. */
  onBadInput(reason: string, flow: Flow, text: string): void {
    const parsed = parseSipMessage(text);
    if (!parsed.ok) this.#onMalformed(parsed.message, parsed.status, reason, flow);
    else this.#onMalformed(parsed.value.kind === "request" ? parsed.value : undefined, 400, reason, flow);
  }

  /**
   * Sends a request and follows it to its end. An INVITE's ACK to a failure is made here.
   * @param message the whole request, latin1, with our Via and a branch of its own in it; not an ACK
   * @returns the transaction; one that can not begin is terminated, and `onTransportFailure` tells why
   */
  request(message: string, target: Target, handlers: ClientTransactionHandlers): ClientTransaction {
    return this.#clients.request(message, target, handlers);
  }

  /**
   * Cancels an INVITE: at once when a provisional response has come, else as soon as one comes. The INVITE's final
   * response comes as ever; when none comes within 64*T1 after the CANCEL, `onTimeout` of the INVITE tells.
   * @param extraFields such as Reason
   * @param handlers for the responses to the CANCEL itself; absent: nobody cares
   * @returns the CANCEL as sent or as it will be; `undefined` when it is no INVITE or too late: nothing is sent
   * @throws {SwitchError} `invalid-header` when an extra field holds CR or LF
   * @see RFC 3261 9.1
   */
  cancel(
    transaction: ClientTransaction,
    extraFields: readonly FieldToWrite[] = [],
    handlers?: ClientTransactionHandlers,
  ): string | undefined {
    return this.#clients.cancel(transaction, extraFields, handlers);
  }

  /** Sends a message that no transaction is kept for: an ACK to a 2xx. */
  send(message: string, target: Target): void {
    const { sender, largeRequests } = this.#context;
    const asItIs = (): void => sender.send(target, message, (error) => this.#noteSendFailure(error));
    const way = largeRequests.wayForText(message, target);
    if (way === undefined) {
      asItIs();
      return;
    }
    sender.send(way.target, way.text, (error) => {
      if (largeRequests.isRefusal(way.target, error)) asItIs();
      else this.#noteSendFailure(error);
    });
  }

  /** Counters since the start, and what there is now. */
  counters(): MetricSample[] {
    const gauge = (name: string, help: string, value: number, kind?: string): MetricSample => {
      return { name, type: "gauge", help, value, ...(kind === undefined ? {} : { labels: { kind } }) };
    };
    const name = "tandem_sip_transactions";
    const help = "Transactions that are open";
    return [
      gauge(name, help, this.#clients.inviteCount, "invite-client"),
      gauge(name, help, this.#clients.nonInviteCount, "non-invite-client"),
      gauge(name, help, this.#servers.inviteCount, "invite-server"),
      gauge(name, help, this.#servers.nonInviteCount, "non-invite-server"),
      gauge("tandem_sip_finished_transactions", "Answered requests that are remembered", this.#servers.finishedCount),
      gauge(
        "tandem_sip_finished_invites",
        "INVITEs of ours that are answered and remembered",
        this.#clients.finishedCount,
      ),
      {
        name: "tandem_sip_forgotten_early_total",
        type: "counter",
        help: "Answered requests, theirs and ours, that were forgotten before their time since there were too many",
        value: this.#servers.forgottenEarly + this.#clients.forgottenEarly,
      },
      gauge("tandem_sip_remembered_requests", "Requests that would be known as merged", this.#servers.seenCount),
      gauge(
        "tandem_sip_places_without_tcp",
        "UDP peers that refused TCP for a large request",
        this.#context.largeRequests.refusalCount,
      ),
      gauge("tandem_sip_transaction_timers", "Transactions with a timer running", this.#context.wheel.size),
      ...this.#context.counters.samples(),
    ];
  }

  /** Forgets all transactions without telling anyone. May be called twice. */
  close(): void {
    this.#clients.close();
    this.#servers.close();
    this.#context.wheel.close();
  }

  #onRequest(request: SipMessage, flow: Flow): void {
    const validity = validateRequest(request);
    const via = parseVia(request.get("via") ?? "");
    if (!validity.ok || !via.ok) {
      this.#onMalformed(request, validity.ok ? 400 : validity.status, validity.ok ? "" : validity.reason, flow);
      return;
    }
    const received = withReceived(request, via.value, flow);
    if (request.method === "ACK") {
      this.#servers.onAck(received, via.value, flow);
      return;
    }
    const refusal = this.#servers.onRequest(received, via.value, flow);
    if (refusal === undefined) return;
    this.#context.counters.count(refusal);
    const retryAfter: FieldToWrite = ["Retry-After", String(this.#limits.retryAfterSeconds)];
    const response = refusal === "merged" ? { status: 482 } : { status: 503, extraFields: [retryAfter] };
    this.#answer(received, via.value, flow, response);
  }

  #onResponse(response: SipMessage, flow: Flow): void {
    const { counters } = this.#context;
    const via = validateResponse(response).ok ? parseVia(response.get("via") ?? "") : undefined;
    if (via?.ok !== true) {
      counters.count("badResponses");
      this.#sources.noteMalformed(flow);
      return;
    }
    const { branch } = via.value;
    if (branch !== undefined && this.#clients.onResponse(response, branch, flow)) {
      counters.count("responses");
      return;
    }
    counters.count("strayResponses");
    try {
      this.#user.onStrayResponse(response, flow);
    } catch (error) {
      noteUserError(this.#context, "onStrayResponse", error);
    }
  }

  /** RFC 3261 8.2.7: what can not be worked on is answered without a transaction; an ACK never is. */
  #onMalformed(request: SipMessage | undefined, status: number, detail: string, flow: Flow): void {
    this.#context.counters.count(request === undefined ? "badResponses" : "badRequests");
    const isAnswered = this.#sources.noteMalformed(flow);
    if (!isAnswered || request === undefined || request.method === "ACK") return;
    const via = parseVia(request.get("via") ?? "");
    if (via.ok) this.#answer(withReceived(request, via.value, flow), via.value, flow, { status, detail });
    else this.#answer(request, undefined, flow, { status, detail });
  }

  #answer(request: SipMessage, via: Via | undefined, flow: Flow, response: StatelessResponse): void {
    const text = statelessResponse(request, this.#context.tagSalt, response);
    if (text === undefined) return;
    const { protocol, remoteAddress: address, remotePort: port, id: flowId } = flow;
    const target = via === undefined ? { protocol, address, port, flowId } : responseTarget(via, flow);
    this.send(text, target);
  }

  #noteSendFailure(error: Error): void {
    const { counters, logger } = this.#context;
    counters.count("transportFailures");
    if (logger.debugEnabled) logger.debug("message not sent", { error: errorMessageOf(error) });
  }
}
