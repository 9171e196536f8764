import type { Clock } from "../../../common/index.ts";
import { type FieldToWrite, parseSipMessage, parseVia, type SipMessage } from "../../message/index.ts";
import type { Flow, Target } from "../../transport/index.ts";
import { type FinishedInvite, FinishedInvites } from "./finished-invites.ts";
import { InviteClient } from "./invite-client.ts";
import type { WayOut, WaysOut } from "./large-requests.ts";
import { NonInviteClient } from "./non-invite-client.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import { TransactionError } from "../transaction-error.ts";
import { clientKey, toTagOf } from "../transaction-key.ts";
import type { ClientTransaction, ClientTransactionHandlers } from "../transaction-user.ts";
import { reservedFor, type TransactionLimits } from "../transaction-limits.ts";

/** The requests of ours that are open, and what is kept of INVITEs that have their final response. */
export class ClientTransactions {
  readonly context: TransactionContext;
  readonly #maxTransactions: number;
  readonly #byId = new Map<string, InviteClient | NonInviteClient>();
  /** Those that can be answered over one connection only, by its flow. */
  readonly #byFlow = new Map<string, Set<InviteClient | NonInviteClient>>();
  readonly #finished: FinishedInvites;
  #inviteCount = 0;
  #isClosed = false;

  constructor(context: TransactionContext, clock: Clock, limits: TransactionLimits) {
    this.context = context;
    this.#maxTransactions = limits.maxClientTransactions;
    this.#finished = new FinishedInvites(context, clock, limits);
  }

  get inviteCount(): number {
    return this.#inviteCount;
  }

  get nonInviteCount(): number {
    return this.#byId.size - this.#inviteCount;
  }

  /** INVITEs that have their final response and are remembered. */
  get finishedCount(): number {
    return this.#finished.size;
  }

  /** Of those, how many were forgotten before their time, since there were too many. */
  get forgottenEarly(): number {
    return this.#finished.forgottenEarly;
  }

  request(text: string, target: Target, handlers: ClientTransactionHandlers | undefined): ClientTransaction {
    const parsed = parseSipMessage(text);
    const id = parsed.ok ? idOf(parsed.value) : undefined;
    if (!parsed.ok || id === undefined) {
      const method = text.slice(0, Math.max(0, text.indexOf(" ")));
      return this.#refuse("", method, new TransactionError("invalid-request", "no request that can be sent"), handlers);
    }
    const { method } = parsed.value;
    const error = this.#problemOf(id, parsed.value);
    if (error !== undefined) return this.#refuse(id, method, error, handlers);
    const isInvite = method === "INVITE";
    const given: WayOut = { text, target };
    const large = this.context.largeRequests.wayFor(parsed.value, target);
    const ways: WaysOut = large === undefined ? { first: given } : { first: large, otherwise: given };
    const transaction = isInvite
      ? new InviteClient(id, ways, handlers, this)
      : new NonInviteClient(id, method, ways, handlers, this);
    this.#byId.set(id, transaction);
    this.#noteFlow(transaction);
    if (isInvite) this.#inviteCount += 1;
    this.context.counters.count(isInvite ? "inviteClient" : "nonInviteClient");
    transaction.start();
    return transaction;
  }

  cancel(
    transaction: ClientTransaction,
    extraFields: readonly FieldToWrite[],
    handlers: ClientTransactionHandlers | undefined,
  ): string | undefined {
    const known = this.#byId.get(transaction.id);
    return known === transaction && known instanceof InviteClient ? known.cancel(extraFields, handlers) : undefined;
  }

  /** Gives a response to its transaction; false when there is none. */
  onResponse(response: SipMessage, branch: string, flow: Flow): boolean {
    const id = clientKey(branch, response.method);
    const transaction = this.#byId.get(id);
    if (transaction === undefined) return this.#finished.onResponse(id, response, flow);
    transaction.onResponse(response, flow);
    return true;
  }

  sendCancel(text: string, target: Target, handlers: ClientTransactionHandlers | undefined): void {
    this.request(text, target, handlers);
  }

  /** A connection is gone: what can be answered over it only, and has not been at all, has failed. */
  onFlowEnded(flowId: string): void {
    const transactions = this.#byFlow.get(flowId) ?? [];
    const error = new TransactionError("flow-ended", "the flow ended before the request was answered", { flowId });
    for (const transaction of [...transactions]) transaction.onFlowEnded(error);
  }

  onFinished(transaction: InviteClient, finished: FinishedInvite): void {
    this.#close(transaction);
    this.#finished.add(transaction.id, finished);
  }

  onEnded(transaction: InviteClient | NonInviteClient): void {
    if (transaction.isFinished) this.#finished.forget(transaction.id);
    else this.#close(transaction);
  }

  close(): void {
    this.#isClosed = true;
    for (const transaction of this.#byId.values()) transaction.terminate();
    this.#finished.close();
  }

  #close(transaction: InviteClient | NonInviteClient): void {
    if (this.#byId.get(transaction.id) !== transaction) return;
    this.#byId.delete(transaction.id);
    this.#forgetFlow(transaction);
    if (transaction instanceof InviteClient) this.#inviteCount -= 1;
  }

  #noteFlow(transaction: InviteClient | NonInviteClient): void {
    const { flowId } = transaction;
    if (flowId === undefined) return;
    const others = this.#byFlow.get(flowId);
    if (others === undefined) this.#byFlow.set(flowId, new Set([transaction]));
    else others.add(transaction);
  }

  #forgetFlow(transaction: InviteClient | NonInviteClient): void {
    const { flowId } = transaction;
    if (flowId === undefined) return;
    const others = this.#byFlow.get(flowId);
    others?.delete(transaction);
    if (others?.size === 0) this.#byFlow.delete(flowId);
  }

  #problemOf(id: string, request: SipMessage): TransactionError | undefined {
    if (this.#isClosed) return new TransactionError("closed", "the transaction layer is closed");
    if (this.#byId.has(id) || this.#finished.has(id))
      return new TransactionError("duplicate-branch", "the branch is in use", { id });
    const isNew = toTagOf(request) === "" && request.method !== "CANCEL";
    const limit = this.#maxTransactions - (isNew ? reservedFor(this.#maxTransactions) : 0);
    if (this.#byId.size < limit) return undefined;
    return new TransactionError("too-many-transactions", "too many client transactions", { limit });
  }

  /** A transaction that never began; the user is told when it has what this returns. */
  #refuse(
    id: string,
    method: string,
    error: TransactionError,
    handlers: ClientTransactionHandlers | undefined,
  ): ClientTransaction {
    let isTerminated = false;
    this.context.counters.count("transportFailures");
    setImmediate(() => {
      if (isTerminated) return;
      try {
        handlers?.onTransportFailure(error);
      } catch (thrown) {
        noteUserError(this.context, "onTransportFailure", thrown);
      }
    });
    return {
      id,
      method,
      state: "terminated",
      cancelRequest: () => undefined,
      terminate: () => {
        isTerminated = true;
      },
    };
  }
}

/** The id of the transaction that a request begins; `undefined` when it can not begin one. */
function idOf(request: SipMessage): string | undefined {
  if (request.kind !== "request" || request.method === "ACK") return undefined;
  const via = parseVia(request.get("via") ?? "");
  return via.ok && via.value.branch !== undefined ? clientKey(via.value.branch, request.method) : undefined;
}
