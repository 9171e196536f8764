import type { Clock } from "../../../common/index.ts";
import type { SipMessage, Via } from "../../message/index.ts";
import type { Flow } from "../../transport/index.ts";
import { InviteServer } from "./invite-server.ts";
import { NonInviteServer } from "./non-invite-server.ts";
import { GenerationalMap } from "../generational-map.ts";
import { stepNonInviteServer } from "../non-invite-server-transaction.ts";
import { responseTarget } from "./received-via.ts";
import { statelessResponse } from "./stateless-response.ts";
import { giveUpMs } from "../timer/timer-settings.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import { flat, initialInviteKey, requestKey, serverKey, toTagOf } from "../transaction-key.ts";
import { reservedFor, type TransactionLimits } from "../transaction-limits.ts";
import type { ServerTransaction, TransactionUser } from "../transaction-user.ts";

/** What kept a request from becoming a transaction, to be answered without one. */
export type Refusal = "merged" | "overload" | "rateLimited";

/** Who decides about requests that belong to nothing that is here, beside the room that there is. */
export interface NewRequestAdmission {
  /** True: the request is taken without asking the others. */
  rightOfWay(request: SipMessage, from: Flow): boolean;
  /** False: what comes from there is refused. */
  ofSource(from: Flow): boolean;
  /** False: there is too much to do. */
  byLoad(): boolean;
}

/** The requests of peers that are open, and what is kept of those that were answered. */
export class ServerTransactions {
  readonly context: TransactionContext;
  readonly #user: TransactionUser;
  readonly #limits: TransactionLimits;
  readonly #admission: NewRequestAdmission;
  readonly #byId = new Map<string, InviteServer | NonInviteServer>();
  /** Open INVITEs by what their ACKs and forks have in common with them. */
  readonly #invites = new Map<string, InviteServer>();
  /** Responses of finished transactions; "" for an INVITE that needs nothing but to be absorbed. */
  readonly #finished: GenerationalMap<string>;
  /** Requests outside dialogs: the transaction that each belongs to, to know it when it comes a second way. */
  readonly #seen: GenerationalMap<string>;
  #inviteCount = 0;
  #characters = 0;

  constructor(
    context: TransactionContext,
    user: TransactionUser,
    limits: TransactionLimits,
    clock: Clock,
    admission: NewRequestAdmission,
  ) {
    this.context = context;
    this.#admission = admission;
    this.#user = user;
    this.#limits = limits;
    const kept = {
      clock,
      keepMs: giveUpMs(context.timers),
      maxEntries: limits.maxFinishedTransactions,
      maxCharacters: limits.maxFinishedCharacters,
      charactersOf: (value: string) => value.length,
    };
    this.#finished = new GenerationalMap(kept);
    this.#seen = new GenerationalMap(kept);
  }

  get inviteCount(): number {
    return this.#inviteCount;
  }

  get nonInviteCount(): number {
    return this.#byId.size - this.#inviteCount;
  }

  get finishedCount(): number {
    return this.#finished.size;
  }

  /** Answered requests since the start that were forgotten before their time, since there were too many. */
  get forgottenEarly(): number {
    return this.#finished.forgottenEarly;
  }

  /** Requests outside dialogs that would be known if they came a second way. */
  get seenCount(): number {
    return this.#seen.size;
  }

  /** Takes a request other than ACK: to its transaction, or to the user as a new one. */
  onRequest(request: SipMessage, via: Via, flow: Flow): Refusal | undefined {
    const { method } = request;
    const id = serverKey(request, via, method);
    if (this.#absorb(id, via, flow)) return undefined;
    const refusal = this.#belongsHere(request, via, flow)
      ? this.#hasRoomFor(request, 0)
        ? undefined
        : "overload"
      : this.#refusalOfNew(request, flow);
    if (refusal !== undefined) return refusal;
    if (method !== "CANCEL" && toTagOf(request) === "" && this.#isMerged(request, id)) return "merged";
    this.context.counters.count("requests");
    this.context.counters.count(method === "INVITE" ? "inviteServer" : "nonInviteServer");
    if (method === "INVITE") this.#addInvite(id, request, via, flow);
    else this.#addOther(id, request, via, flow);
    return undefined;
  }

  /** Takes an ACK: to the INVITE whose response it acknowledges, else to the user. */
  onAck(ack: SipMessage, via: Via, flow: Flow): void {
    const invite = this.#inviteOfBranch(ack, via) ?? this.#acceptedInviteOf(ack);
    if (invite === undefined) this.#tellAck(ack, flow, undefined);
    else invite.onAck(ack, flow);
  }

  onAcknowledged(invite: InviteServer, ack: SipMessage, flow: Flow): void {
    if (invite.outlivesAck !== true) invite.discard();
    this.#tellAck(ack, flow, invite);
    if (invite.outlivesAck !== true) invite.end();
  }

  onAnswered(transaction: NonInviteServer, response: string, keepMs: number): void {
    this.#close(transaction);
    if (keepMs > 0) this.#finished.set(transaction.id, flat(response));
  }

  onRefused({ request }: InviteServer | NonInviteServer): void {
    // What was refused has changed nothing; phones that try again with the same CSeq shall not get 482.
    if (toTagOf(request) === "") this.#seen.delete(seenKey(request));
  }

  onEnded(transaction: InviteServer | NonInviteServer): void {
    if (!this.#close(transaction) || !(transaction instanceof InviteServer)) return;
    this.#inviteCount -= 1;
    // Repeated later than timer I waits, by a slow network or a confused phone, it is not another call.
    this.#finished.set(transaction.id, "");
    const key = requestKey(transaction.request);
    if (this.#invites.get(key) === transaction) this.#invites.delete(key);
  }

  close(): void {
    this.#finished.close();
    for (const transaction of this.#byId.values()) transaction.discard();
    this.#seen.close();
  }

  /** It is of a call that is here. A To tag alone says nothing: anybody can make one up. */
  #belongsHere(request: SipMessage, via: Via, flow: Flow): boolean {
    if (request.method === "CANCEL") return this.#inviteOfBranch(request, via) !== undefined;
    if (toTagOf(request) === "") return false;
    try {
      return this.#user.knowsDialog(request, flow);
    } catch (error) {
      noteUserError(this.context, "knowsDialog", error);
      return false;
    }
  }

  #refusalOfNew(request: SipMessage, flow: Flow): "overload" | "rateLimited" | undefined {
    if (this.#admission.rightOfWay(request, flow)) return this.#hasRoomFor(request, 0.5) ? undefined : "overload";
    if (!this.#hasRoomFor(request, 1)) return "overload";
    if (!this.#admission.ofSource(flow)) return "rateLimited";
    return this.#admission.byLoad() ? undefined : "overload";
  }

  /** @param share of what is kept for dialogs that is not to be touched, 0 to 1 */
  #hasRoomFor(request: SipMessage, share: number): boolean {
    const { maxServerTransactions, maxServerCharacters } = this.#limits;
    const limit = (max: number): number => max - Math.floor(share * reservedFor(max));
    return (
      this.#byId.size < limit(maxServerTransactions) &&
      this.#characters + weightOf(request) <= limit(maxServerCharacters)
    );
  }

  #open(transaction: InviteServer | NonInviteServer): void {
    this.#byId.set(transaction.id, transaction);
    this.#characters += weightOf(transaction.request);
  }

  #close(transaction: InviteServer | NonInviteServer): boolean {
    if (this.#byId.get(transaction.id) !== transaction) return false;
    this.#byId.delete(transaction.id);
    this.#characters -= weightOf(transaction.request);
    return true;
  }

  #absorb(id: string, via: Via, flow: Flow): boolean {
    const known = this.#byId.get(id);
    if (known !== undefined) {
      this.context.counters.count("absorbed");
      known.onRetransmission();
      return true;
    }
    const response = this.#finished.get(id);
    if (response === undefined) return false;
    this.context.counters.count("absorbed");
    if (response !== "") this.#answerAgain(response, via, flow);
    return true;
  }

  /** The machine of a finished transaction, made again for the one event that it still has. */
  #answerAgain(response: string, via: Via, flow: Flow): void {
    const { timers, counters, sender } = this.context;
    const tx = { state: "completed", lastResponse: response, reliable: flow.reliable, timers } as const;
    for (const effect of stepNonInviteServer(tx, { type: "request-retransmitted" }).effects) {
      if (effect.type !== "send-response") continue;
      counters.count("resentResponses");
      sender.send(responseTarget(via, flow), effect.text, () => counters.count("transportFailures"));
    }
  }

  /** RFC 3261 8.2.2.2: the same request under another branch came by another way, and has been taken already. */
  #isMerged(request: SipMessage, id: string): boolean {
    const key = seenKey(request);
    const known = this.#seen.get(key);
    if (known === undefined) this.#seen.set(key, id);
    return known !== undefined && known !== id;
  }

  #addInvite(id: string, request: SipMessage, via: Via, flow: Flow): void {
    const transaction = new InviteServer(id, request, flow, responseTarget(via, flow), this);
    this.#open(transaction);
    this.#invites.set(requestKey(request), transaction);
    this.#inviteCount += 1;
    try {
      this.#user.onRequest(transaction);
    } catch (error) {
      this.#onUserError(transaction, "onRequest", error);
    }
  }

  #addOther(id: string, request: SipMessage, via: Via, flow: Flow): void {
    const transaction = new NonInviteServer(id, request, flow, responseTarget(via, flow), this);
    this.#open(transaction);
    try {
      if (request.method === "CANCEL") this.#user.onCancel(transaction, this.#inviteOfBranch(request, via));
      else this.#user.onRequest(transaction);
    } catch (error) {
      this.#onUserError(transaction, "onRequest", error);
    }
  }

  #onUserError(transaction: ServerTransaction, handler: string, error: unknown): void {
    noteUserError(this.context, handler, error);
    const response = statelessResponse(transaction.request, this.context.tagSalt, { status: 500 });
    if (response !== undefined) transaction.respond(500, response);
  }

  /**
   * RFC 3261 9.2: the transaction that 17.2.3 finds for the CANCEL as if it were the INVITE. One with another branch,
   * or another sent-by in its Via, belongs to no INVITE that is known here.
   */
  #inviteOfBranch(request: SipMessage, via: Via): InviteServer | undefined {
    const key = serverKey(request, via, "INVITE");
    const found = this.#byId.get(key) ?? this.#byId.get(initialInviteKey(request, via) ?? key);
    return found instanceof InviteServer ? found : undefined;
  }

  #acceptedInviteOf(ack: SipMessage): InviteServer | undefined {
    const invite = this.#invites.get(requestKey(ack));
    // An ACK to a refusal of the same INVITE that came another way differs in the tag alone.
    return invite?.state === "accepted" && invite.acceptedTag === toTagOf(ack) ? invite : undefined;
  }

  #tellAck(ack: SipMessage, flow: Flow, invite: InviteServer | undefined): void {
    this.context.counters.count("requests");
    try {
      this.#user.onAck(ack, flow, invite);
    } catch (error) {
      noteUserError(this.context, "onAck", error);
    }
  }
}

/** A response repeats what its request brought, so an open transaction holds up to twice its text. */
function weightOf({ text }: SipMessage): number {
  return 2 * text.length;
}

/** RFC 3261 8.2.2.2: the method is a part of the CSeq. */
function seenKey(request: SipMessage): string {
  return `${request.method}|${requestKey(request)}`;
}
