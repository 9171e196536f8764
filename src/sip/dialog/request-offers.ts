import { tagOf, type SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application } from "./application.ts";
import type { CoreContext } from "./core-context.ts";
import { ownerOf, setOwner, type Dialog } from "./dialog.ts";
import { withEdgeFields } from "./edge-fields.ts";
import { isOutside, type PendingRequest } from "./pending-requests.ts";

/** How long a request waits for its application to come back, before another gets it. */
const HOLD_MS = 4_000;
/** RFC 6086 4.2.2: an INFO outside a dialog is a mistake. */
const NOT_WAITING = new Set(["OPTIONS", "INFO"]);

/** Which application gets a request from the network, and when. */
export class RequestOffers {
  readonly #context: CoreContext;
  readonly #giveUp: (pending: PendingRequest) => void;
  /** Until then an application is expected: the first one, or one that has gone. */
  #expectedUntilMs = 0;

  /** @param giveUp told of a request that has waited, and that nobody takes */
  constructor(context: CoreContext, giveUp: (pending: PendingRequest) => void) {
    this.#context = context;
    this.#giveUp = giveUp;
  }

  /** None is there yet, or one has gone that may come back. */
  expectApplication(): void {
    this.#expectedUntilMs = this.#context.clock.nowMs() + HOLD_MS;
  }

  /** An application is there: what it does not take nobody does. */
  applicationRouted(): void {
    this.#expectedUntilMs = 0;
  }

  /** Somebody may come who takes a request outside dialogs that nobody takes. What asks whether anybody is there does not wait. */
  isWorthWaiting(method: string): boolean {
    if (NOT_WAITING.has(method) || this.#context.clock.nowMs() >= this.#expectedUntilMs) return false;
    const isSlow = this.#context.applications.pick(method.toLowerCase(), true) !== undefined;
    return !isSlow;
  }

  /** Whose dialog it is; undefined while that application is away and may come back. */
  applicationFor(dialog: Dialog | undefined, verb: string): Application | undefined {
    const owner = dialog === undefined ? undefined : ownerOf(dialog, this.#context.applications);
    return owner ?? (dialog?.ownerId === undefined ? this.#anyFor(verb) : undefined);
  }

  /** Gives a request to whom it belongs; false when that application is away. */
  offer(pending: PendingRequest): boolean {
    const verb = pending.method.toLowerCase();
    const application = isOutside(pending)
      ? this.#context.applications.pick(verb)
      : this.applicationFor(pending.dialog, verb);
    if (application === undefined) return false;
    this.give(pending, application);
    return true;
  }

  give(pending: PendingRequest, application: Application): void {
    pending.application = application;
    const { dialog } = pending;
    if (dialog !== undefined && setOwner(dialog, application)) this.#context.dialogs.update(dialog);
    this.deliver(pending, application, pending.tx.request, pending.tx.flow);
  }

  /** Lets a request wait for its application; in the end another gets it. */
  hold(pending: PendingRequest): void {
    pending.wasHeld = true;
    pending.holdTimer = this.#context.clock.after(HOLD_MS, () => {
      pending.holdTimer = undefined;
      const other = isOutside(pending) ? undefined : this.#anyFor(pending.method.toLowerCase());
      if (other === undefined) this.#giveUp(pending);
      else this.give(pending, other);
    });
  }

  /** Offers a request again if it waits. */
  offerHeld(pending: PendingRequest): void {
    if (pending.holdTimer === undefined || !this.offer(pending)) return;
    pending.holdTimer.cancel();
    pending.holdTimer = undefined;
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
