import { tagOf, type SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application } from "./application.ts";
import { AWAITED_MS, AwaitedApplications } from "./awaited-applications.ts";
import type { CoreContext } from "./core-context.ts";
import { ownerOf, setOwner, type Dialog } from "./dialog.ts";
import { withEdgeFields } from "./edge-fields.ts";
import { isOutside, type PendingRequest, type PendingRequests } from "./pending-requests.ts";

/** OPTIONS asks whether anybody is there. RFC 6086 4.2.2: an INFO outside a dialog is a mistake. */
const NOT_WAITING = new Set(["OPTIONS", "INFO"]);
/** More requests than this, or more of their text, do not wait: who comes has to take them all at once. */
const MAX_WAITING = 1_000;
const MAX_WAITING_CHARACTERS = 8 * 1_024 * 1_024;

/** Which application gets a request from the network, and when. */
export class RequestOffers {
  readonly #context: CoreContext;
  readonly #pending: PendingRequests;
  readonly #giveUp: (pending: PendingRequest) => void;
  readonly #awaited: AwaitedApplications;

  /** @param giveUp told of a request that has waited, and that nobody takes */
  constructor(context: CoreContext, pending: PendingRequests, giveUp: (pending: PendingRequest) => void) {
    this.#context = context;
    this.#pending = pending;
    this.#giveUp = giveUp;
    this.#awaited = new AwaitedApplications(context.clock);
  }

  /** Applications are about to come that take these verbs. */
  expect(verbs: Iterable<string>): void {
    this.#awaited.expect(verbs);
  }

  /** An application takes a verb. */
  routed(verb: string): void {
    this.#awaited.routed(verb);
    this.offerHeld();
  }

  /** Somebody is about to come who takes a request outside dialogs that nobody takes now; who is there and slow does not count. */
  isWorthWaiting(request: SipMessage): boolean {
    const { method } = request;
    const verb = method.toLowerCase();
    if (NOT_WAITING.has(method) || !this.#awaited.isExpected(verb) || !this.hasRoomFor(request)) return false;
    return this.#context.applications.pick(verb, true) === undefined;
  }

  /** One more that belongs to no dialog here may wait. */
  hasRoomFor({ text }: SipMessage): boolean {
    const { heldCount, heldCharacters } = this.#pending;
    return heldCount < MAX_WAITING && heldCharacters + text.length <= MAX_WAITING_CHARACTERS;
  }

  /** The application that has gone had it: another gets it, or it waits. @returns false: neither */
  offerAgain(pending: PendingRequest): boolean {
    const { request } = pending.tx;
    // What belongs to no dialog here and kills who takes it does so twice at most.
    if (pending.dialog === undefined && pending.deaths > 1) return false;
    if (this.#offer(pending)) return true;
    if (isOutside(pending) && !this.isWorthWaiting(request)) return false;
    if (pending.dialog === undefined && !this.hasRoomFor(request)) return false;
    this.hold(pending);
    return true;
  }

  /** Whose dialog it is; undefined while that application is away and may come back. */
  applicationFor(dialog: Dialog | undefined, verb: string): Application | undefined {
    const owner = dialog === undefined ? undefined : ownerOf(dialog, this.#context.applications);
    return owner ?? (dialog?.ownerId === undefined ? this.#anyFor(verb) : undefined);
  }

  give(pending: PendingRequest, application: Application): void {
    pending.application = application;
    const { dialog } = pending;
    if (dialog !== undefined && setOwner(dialog, application)) this.#context.dialogs.update(dialog);
    this.deliver(pending, application, pending.tx.request, pending.tx.flow);
  }

  /** Lets a request wait for its application; in the end another gets it. */
  hold(pending: PendingRequest): void {
    const timer = this.#context.clock.after(AWAITED_MS, () => this.#onLate(pending));
    this.#pending.hold(pending, timer);
  }

  /** Offers all that wait again. */
  offerHeld(): void {
    for (const pending of this.#pending.held()) this.#offerHeld(pending);
  }

  /** Nobody is expected any more: what waits outside dialogs does so in vain. */
  close(): void {
    this.#awaited.close();
    for (const pending of this.#pending.held()) if (isOutside(pending)) this.#onLate(pending);
  }

  #offerHeld(pending: PendingRequest): void {
    const application = this.#takerOf(pending);
    if (application === undefined) return;
    this.#pending.release(pending);
    this.#tellAttempt(pending);
    this.give(pending, application);
  }

  #onLate(pending: PendingRequest): void {
    this.#pending.release(pending);
    this.#tellAttempt(pending);
    const other = isOutside(pending) ? this.#takerOf(pending) : this.#anyFor(pending.method.toLowerCase());
    if (other === undefined) this.#giveUp(pending);
    else this.give(pending, other);
  }

  /** Gives a request to whom it belongs; false when that application is away. */
  #offer(pending: PendingRequest): boolean {
    const application = this.#takerOf(pending);
    if (application === undefined) return false;
    this.give(pending, application);
    return true;
  }

  /** Who is there and gets it. */
  #takerOf(pending: PendingRequest): Application | undefined {
    const verb = pending.method.toLowerCase();
    if (!isOutside(pending)) return this.applicationFor(pending.dialog, verb);
    return this.#context.applications.pick(verb, this.#context.hasRightOfWay(pending.tx.request));
  }

  /** A call that nobody was there to be told of when it came. */
  #tellAttempt(pending: PendingRequest): void {
    if (pending.method !== "INVITE" || !isOutside(pending) || pending.deaths > 0) return;
    this.#context.applications.record({ type: "attempt", source: "network", text: pending.tx.request.text });
  }

  /** @param request the pending one, or a CANCEL of it */
  deliver(pending: PendingRequest, application: Application, request: SipMessage, flow: Flow): void {
    const isFirst = request.method !== "CANCEL" && tagOf(pending.tx.request.get("to") ?? "") === undefined;
    this.#context.applications.deliver(application, {
      source: "network",
      text: withEdgeFields(request, flow, this.#context.flows),
      protocol: flow.protocol,
      address: flow.remoteAddress,
      port: flow.remotePort,
      txnId: pending.txnId,
      dialogId: isFirst ? "" : pending.dialogId,
      ...(isFirst ? { receivedOn: { address: flow.localAddress, port: flow.localPort } } : {}),
    });
  }

  deliverAck(dialog: Dialog, request: SipMessage, flow: Flow, txnId: string): void {
    const application = this.applicationFor(dialog, "ack");
    if (application === undefined) return;
    this.#context.applications.deliver(application, {
      source: "network",
      text: withEdgeFields(request, flow, this.#context.flows),
      protocol: "",
      address: flow.remoteAddress,
      port: flow.remotePort,
      txnId,
      dialogId: dialog.id,
    });
  }

  #anyFor(verb: string): Application | undefined {
    const { applications } = this.#context;
    return applications.pick(verb) ?? applications.pick("invite");
  }
}
