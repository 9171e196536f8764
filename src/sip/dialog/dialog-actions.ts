import type { Timer } from "../../common/index.ts";
import { parseDigits, parseNameAddr, type SipMessage } from "../message/index.ts";
import { NOTHING_MORE, nextHopOf, type MoreTargets, type TargetResolver } from "../resolution/index.ts";
import type { Target } from "../transport/index.ts";
import { bareDialogRequest, dialogRequestHead, sdpLines } from "./complete-request.ts";
import { requestContext, type CoreContext } from "./core-context.ts";
import type { ReleaseReason } from "./application.ts";
import { ownerOf, type Dialog } from "./dialog.ts";
import { glareDelayMs } from "./glare-delay.ts";
import { refreshBegun, refreshEnded } from "./negotiation.ts";
import { canBeDialled } from "./reached-by-flow.ts";
import { expiryDelayMs, refreshDelayMs, type SessionTimer } from "./session-timer.ts";
import { SubscriptionTimers } from "./subscription.ts";
import type { SuccessRetransmission } from "./success-retransmission.ts";

const REFRESH_AGAIN_MS = 5_000;
const MAX_INTERVAL_SECONDS = 86_400;
/** An application that has credentials sends its BYE again at once. */
const CREDENTIALS_MS = 5_000;

/** What the edge does with dialogs by itself: find the way, end, refresh, expire. */
export class DialogActions {
  readonly #context: CoreContext;
  readonly #resolver: TargetResolver;
  readonly #retransmission: SuccessRetransmission;
  readonly #sessionTimers = new Map<string, Timer>();
  /** Of dialogs whose BYE was challenged. */
  readonly #challenged = new Map<string, Timer>();
  readonly #subscriptions: SubscriptionTimers;
  #tellRemoved: (dialog: Dialog) => void = () => undefined;

  constructor(context: CoreContext, retransmission: SuccessRetransmission) {
    this.#context = context;
    this.#resolver = context.resolver;
    this.#retransmission = retransmission;
    this.#subscriptions = new SubscriptionTimers(context.clock, (dialog) => this.remove(dialog));
  }

  /**
   * Finds where requests of the dialog go: the connection that its peer is on, while it lives; the next hop that is
   * given now, or was before; the route set; the remote target.
   * @param nextHopUri for a peer that has no route set and has connected anew; from now on its requests go there
   */
  route(dialog: Dialog, done: (target: Target | undefined, more: MoreTargets) => void, nextHopUri = ""): void {
    const connected = dialog.flowId === undefined ? undefined : this.#context.transport.connectedTo(dialog.flowId);
    if (connected === undefined && dialog.routeSet.length === 0 && this.#routeAnew(dialog, nextHopUri, done)) return;
    const known = connected ?? dialog.nextHop;
    if (known !== undefined) {
      done(known, NOTHING_MORE);
      return;
    }
    const route = dialog.routeSet[0];
    const routeUri = route === undefined ? undefined : parseNameAddr(route);
    const uri = routeUri === undefined ? dialog.remoteTarget : routeUri.ok ? routeUri.value.uri : "";
    const nextHop = nextHopOf(uri);
    if (nextHop.ok) this.#resolver.resolve(nextHop.value, done);
    else done(undefined, NOTHING_MORE);
  }

  /** True when a next hop is given that is no flow that has ended: requests of the dialog go there from now on. */
  #routeAnew(
    dialog: Dialog,
    nextHopUri: string,
    done: (target: Target | undefined, more: MoreTargets) => void,
  ): boolean {
    const { flows, dialogs } = this.#context;
    const given = nextHopOf(nextHopUri);
    if (!given.ok) return false;
    const take = (target: Target | undefined, more: MoreTargets): void => {
      if (target !== undefined) {
        // A flow does not outlive its connection; where its peer listens is a way that does.
        if (target.isFlowOnly === true && canBeDialled(dialog.remoteTarget, target)) delete dialog.nextHop;
        else dialog.nextHop = target;
        dialogs.update(dialog);
      }
      done(target, more);
    };
    const named = flows.namedBy(nextHopUri);
    if (named === undefined) this.#resolver.resolve(given.value, take);
    else if (named.kind === "live") take(named.target, NOTHING_MORE);
    else return false;
    return true;
  }

  /** Registers who is told of each dialog that is forgotten. */
  onRemoved(handler: (dialog: Dialog) => void): void {
    this.#tellRemoved = handler;
  }

  /** Forgets a dialog and everything that runs for it. */
  remove(dialog: Dialog): void {
    this.#retransmission.stop(dialog.id);
    this.beginEnd(dialog);
    this.#subscriptions.stop(dialog.id);
    this.#context.dialogs.remove(dialog);
    this.#tellRemoved(dialog);
  }

  /** A BYE is on its way: nothing is refreshed any more. */
  beginEnd({ id }: Dialog): void {
    this.#stopSessionTimer(id);
    this.#challenged.get(id)?.cancel();
    this.#challenged.delete(id);
  }

  /** Its BYE was challenged: it ends with the answer to one that has credentials, or when none comes. */
  awaitCredentials(dialog: Dialog): void {
    if (this.#context.dialogs.get(dialog.id) !== dialog) return;
    this.beginEnd(dialog);
    this.#challenged.set(
      dialog.id,
      this.#context.clock.after(CREDENTIALS_MS, () => this.remove(dialog)),
    );
  }

  /**
   * Ends a dialog by a BYE of the edge's own and tells its application.
   * @param reason value of the Reason header (RFC 3326), or empty
   */
  sendBye(dialog: Dialog, reason: string, released: ReleaseReason = "system-initiated-termination"): void {
    this.#end(dialog, reason, released, true);
  }

  /** Forgets a dialog that the other end never got to know, and tells its application as if it had been ended. */
  tellEnded(dialog: Dialog, reason: string): void {
    this.#end(dialog, reason, "system-initiated-termination", false);
  }

  /** Acknowledges a 2xx by itself. @param answer session description that the ACK carries */
  sendAck(dialog: Dialog, cseq: number, answer = ""): void {
    this.route(dialog, (target) => {
      if (target === undefined) return;
      const head = dialogRequestHead(dialog, "ACK", requestContext(this.#context, target), cseq);
      this.#context.transactions.send(head + sdpLines(answer), target);
    });
  }

  /** Starts, restarts or (with undefined) leaves alone the session timer of a dialog. */
  setSessionTimer(dialog: Dialog, timer: SessionTimer | undefined): void {
    if (timer === undefined) return;
    dialog.session = timer;
    this.#armSessionTimer(dialog, timer);
  }

  /** Begins or renews the life of the subscription that a dialog lives by. */
  renewSubscription(dialog: Dialog, seconds: number): void {
    this.#subscriptions.renew(dialog, seconds);
    this.#context.dialogs.update(dialog);
  }

  /** Arms the timers of dialogs that were read after a restart. */
  resumeTimers(): void {
    for (const dialog of this.#context.dialogs.values()) {
      this.#subscriptions.resume(dialog);
      if (dialog.session !== undefined) this.#armSessionTimer(dialog, dialog.session);
    }
  }

  close(): void {
    for (const timers of [this.#sessionTimers, this.#challenged]) {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    }
    this.#subscriptions.close();
  }

  #end(dialog: Dialog, reason: string, released: ReleaseReason, isKnownToPeer: boolean): void {
    // A branch that nobody wanted is none of the applications' dialogs.
    const isKnown = this.#context.dialogs.get(dialog.id) === dialog;
    this.remove(dialog);
    this.route(dialog, (target) => {
      // Its application is told also when the peer cannot be.
      const towards = target ?? { protocol: dialog.protocol, address: "", port: 0 };
      const reasonLine = reason === "" ? "" : `Reason: ${reason}\r\n`;
      dialog.localCseq += 1;
      const request = requestContext(this.#context, towards);
      const text = bareDialogRequest(dialog, "BYE", request, dialog.localCseq, reasonLine);
      if (target !== undefined && isKnownToPeer) this.#sendAndForget(text, target);
      if (!isKnown) return;
      this.#tellApplication(dialog, text, towards);
      if (dialog.method !== "INVITE") return;
      this.#context.applications.record({ type: "stop", source: "application", detail: released, text });
    });
  }

  #armSessionTimer(dialog: Dialog, timer: SessionTimer): void {
    this.#stopSessionTimer(dialog.id);
    if (dialog.isEnding) return;
    const agedMs = this.#context.clock.wallMs() - timer.refreshedAtMs;
    const wholeMs = timer.refresher === "local" ? refreshDelayMs(timer) : expiryDelayMs(timer);
    const fire = (): void => {
      this.#sessionTimers.delete(dialog.id);
      if (this.#context.dialogs.get(dialog.id) !== dialog) return;
      if (timer.refresher === "local") this.#refresh(dialog, timer);
      else this.sendBye(dialog, 'SIP;cause=408;text="Session timer expired"', "session-expired");
    };
    this.#sessionTimers.set(dialog.id, this.#context.clock.after(Math.max(0, wholeMs - agedMs), fire));
  }

  #stopSessionTimer(dialogId: string): void {
    this.#sessionTimers.get(dialogId)?.cancel();
    this.#sessionTimers.delete(dialogId);
  }

  /** RFC 4028 10: UPDATE where the other end allows it, since it needs no session description; else re-INVITE. */
  #refresh(dialog: Dialog, timer: SessionTimer): void {
    const byUpdate = dialog.remoteAllow.includes("UPDATE");
    if (!byUpdate && (dialog.localBody === "" || dialog.openInvites > 0)) {
      // RFC 3261 14.1: no INVITE over another one, which is a refresh itself when it succeeds.
      this.#refreshLater(dialog, timer);
      return;
    }
    this.route(dialog, (target) => {
      if (target === undefined) {
        this.#refreshLater(dialog, timer);
        return;
      }
      const method = byUpdate ? "UPDATE" : "INVITE";
      dialog.localCseq += 1;
      if (!byUpdate) {
        dialog.inviteCseq = dialog.localCseq;
        refreshBegun(dialog.negotiation);
      }
      const cseq = dialog.localCseq;
      const body = sdpLines(byUpdate ? "" : dialog.localBody);
      const text =
        dialogRequestHead(dialog, method, requestContext(this.#context, target), cseq) +
        `Contact: ${dialog.localContact}\r\nSupported: timer\r\n` +
        `Session-Expires: ${timer.intervalSeconds};refresher=uac\r\n${body}`;
      const failed = (): void => this.#endUnrefreshed(dialog);
      this.#context.transactions.request(text, target, {
        onResponse: (response) => this.#onRefreshed(dialog, timer, response, byUpdate ? undefined : cseq),
        onTimeout: failed,
        // A peer whose connection is gone may connect again in time.
        onTransportFailure: () => {
          refreshEnded(dialog.negotiation);
          if (this.#context.dialogs.get(dialog.id) === dialog) this.#refreshLater(dialog, timer);
        },
      });
    });
  }

  #onRefreshed(dialog: Dialog, timer: SessionTimer, response: SipMessage, inviteCseq: number | undefined): void {
    const { status } = response;
    if (status < 200) return;
    refreshEnded(dialog.negotiation);
    if (status < 300 && inviteCseq !== undefined) this.sendAck(dialog, inviteCseq);
    if (this.#context.dialogs.get(dialog.id) !== dialog) return;
    if (status === 408 || status === 481) {
      this.#endUnrefreshed(dialog);
      return;
    }
    if (status >= 300) {
      if (status === 405 || status === 501) dialog.remoteAllow = dialog.remoteAllow.filter((each) => each !== "UPDATE");
      const minimum = status === 422 ? parseDigits(response.get("min-se") ?? "", MAX_INTERVAL_SECONDS) : undefined;
      const floorSeconds = minimum?.ok === true ? minimum.value : 0;
      const delayMs = status === 491 ? glareDelayMs(dialog, this.#context.ids) : REFRESH_AGAIN_MS;
      this.#refreshLater(dialog, { ...timer, intervalSeconds: Math.max(timer.intervalSeconds, floorSeconds) }, delayMs);
      return;
    }
    const refreshedAtMs = this.#context.clock.wallMs();
    this.setSessionTimer(dialog, { ...timer, refreshedAtMs });
    this.#context.dialogs.update(dialog);
  }

  /** Only a 2xx renews the session: tries again until it is over. */
  #refreshLater(dialog: Dialog, timer: SessionTimer, delayMs = REFRESH_AGAIN_MS): void {
    dialog.session = timer;
    const leftMs = timer.refreshedAtMs + expiryDelayMs(timer) - this.#context.clock.wallMs();
    const fire = (): void => {
      this.#sessionTimers.delete(dialog.id);
      if (leftMs > REFRESH_AGAIN_MS) this.#refresh(dialog, timer);
      else this.#endUnrefreshed(dialog);
    };
    this.#stopSessionTimer(dialog.id);
    this.#sessionTimers.set(dialog.id, this.#context.clock.after(delayMs, fire));
  }

  #endUnrefreshed(dialog: Dialog): void {
    if (this.#context.dialogs.get(dialog.id) !== dialog) return;
    this.sendBye(dialog, 'SIP;cause=408;text="Session refresh failed"', "session-expired");
  }

  #sendAndForget(text: string, target: Target): void {
    const nothing = (): void => undefined;
    this.#context.transactions.request(text, target, {
      onResponse: nothing,
      onTimeout: nothing,
      onTransportFailure: nothing,
    });
  }

  /** Its owner, or, when that is gone and gave no instance id to come back under, whoever takes such requests now. */
  #tellApplication(dialog: Dialog, text: string, target: Target): void {
    const { applications, transport } = this.#context;
    const { id, ownerId } = dialog;
    const application = ownerOf(dialog, applications) ?? (ownerId === undefined ? applications.pick("bye") : undefined);
    if (application === undefined) return;
    const local = transport.localFor(target);
    applications.deliver(application, {
      source: "application",
      text,
      protocol: target.protocol,
      address: local.address,
      port: local.port,
      txnId: "unsolicited",
      dialogId: id,
    });
  }
}
