import type { Timer } from "../../common/index.ts";
import { parseNameAddr, type SipMessage } from "../message/index.ts";
import type { Target } from "../transport/index.ts";
import { bareDialogRequest, dialogRequestHead, type RequestContext } from "./complete-request.ts";
import { requestContext, type CoreContext } from "./core-context.ts";
import type { Dialog } from "./dialog.ts";
import { nextHopOf, type TargetResolver } from "./resolve-target.ts";
import { expiryDelayMs, refreshDelayMs, type SessionTimer } from "./session-timer.ts";
import { SubscriptionTimers } from "./subscription.ts";
import type { SuccessRetransmission } from "./success-retransmission.ts";

/** What the edge does with dialogs by itself: find the way, end, refresh, expire. */
export class DialogActions {
  readonly #context: CoreContext;
  readonly #resolver: TargetResolver;
  readonly #retransmission: SuccessRetransmission;
  readonly #sessionTimers = new Map<string, Timer>();
  readonly #subscriptions: SubscriptionTimers;

  constructor(context: CoreContext, resolver: TargetResolver, retransmission: SuccessRetransmission) {
    this.#context = context;
    this.#resolver = resolver;
    this.#retransmission = retransmission;
    this.#subscriptions = new SubscriptionTimers(context.clock, (dialog) => this.remove(dialog));
  }

  /** Finds where requests of the dialog go: the next hop that was given, the route set, the remote target. */
  route(dialog: Dialog, done: (target: Target | undefined) => void): void {
    if (dialog.nextHop !== undefined) {
      done(dialog.flowId === undefined ? dialog.nextHop : { ...dialog.nextHop, flowId: dialog.flowId });
      return;
    }
    const route = dialog.routeSet[0];
    const routeUri = route === undefined ? undefined : parseNameAddr(route);
    const uri = routeUri === undefined ? dialog.remoteTarget : routeUri.ok ? routeUri.value.uri : "";
    const nextHop = nextHopOf(uri);
    if (!nextHop.ok) {
      done(undefined);
      return;
    }
    const { flowId } = dialog;
    this.#resolver.resolve(nextHop.value, (target) => {
      done(target === undefined || flowId === undefined ? target : { ...target, flowId });
    });
  }

  /** Forgets a dialog and everything that runs for it. */
  remove(dialog: Dialog): void {
    this.#retransmission.stop(dialog.id);
    this.#stopSessionTimer(dialog.id);
    this.#subscriptions.stop(dialog.id);
    this.#context.dialogs.remove(dialog);
  }

  /**
   * Ends a dialog by a BYE of the edge's own and tells its application.
   * @param reason value of the Reason header (RFC 3326), or empty
   */
  sendBye(dialog: Dialog, reason: string): void {
    this.remove(dialog);
    this.route(dialog, (target) => {
      if (target === undefined) return;
      const request = requestContext(this.#context, target);
      const reasonLine = reason === "" ? "" : `Reason: ${reason}\r\n`;
      dialog.localCseq += 1;
      const text = bareDialogRequest(dialog, "BYE", request, dialog.localCseq, reasonLine);
      this.#sendAndForget(text, target);
      this.#tellOwner(dialog, text, target, request);
    });
  }

  /** Forgets a dialog that the other end never got to know, and tells its application as if it had been ended. */
  tellEnded(dialog: Dialog, reason: string): void {
    this.remove(dialog);
    this.route(dialog, (target) => {
      if (target === undefined) return;
      const request = requestContext(this.#context, target);
      const text = bareDialogRequest(dialog, "BYE", request, dialog.localCseq + 1, `Reason: ${reason}\r\n`);
      this.#tellOwner(dialog, text, target, request);
    });
  }

  /** Acknowledges a 2xx by itself. */
  sendAck(dialog: Dialog, cseq: number): void {
    this.route(dialog, (target) => {
      if (target === undefined) return;
      const text = bareDialogRequest(dialog, "ACK", requestContext(this.#context, target), cseq);
      this.#context.transactions.send(text, target);
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
    for (const timer of this.#sessionTimers.values()) timer.cancel();
    this.#sessionTimers.clear();
    this.#subscriptions.close();
  }

  #armSessionTimer(dialog: Dialog, timer: SessionTimer): void {
    this.#stopSessionTimer(dialog.id);
    const agedMs = this.#context.clock.wallMs() - timer.refreshedAtMs;
    const wholeMs = timer.refresher === "local" ? refreshDelayMs(timer) : expiryDelayMs(timer);
    const fire = (): void => {
      this.#sessionTimers.delete(dialog.id);
      if (this.#context.dialogs.get(dialog.id) !== dialog) return;
      if (timer.refresher === "local") this.#refresh(dialog, timer);
      else this.sendBye(dialog, 'SIP;cause=408;text="Session timer expired"');
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
    if (!byUpdate && dialog.localBody === "") {
      this.#armSessionTimer(dialog, { ...timer, refresher: "remote" });
      return;
    }
    this.route(dialog, (target) => {
      if (target === undefined) return;
      const method = byUpdate ? "UPDATE" : "INVITE";
      dialog.localCseq += 1;
      if (!byUpdate) dialog.inviteCseq = dialog.localCseq;
      const cseq = dialog.localCseq;
      const body = byUpdate
        ? "Content-Length: 0\r\n\r\n"
        : `Content-Type: application/sdp\r\nContent-Length: ${dialog.localBody.length}\r\n\r\n${dialog.localBody}`;
      const text =
        dialogRequestHead(dialog, method, requestContext(this.#context, target), cseq) +
        `Contact: ${dialog.localContact}\r\nSupported: timer\r\n` +
        `Session-Expires: ${timer.intervalSeconds};refresher=uac\r\n${body}`;
      const failed = (): void => this.sendBye(dialog, 'SIP;cause=408;text="Session refresh failed"');
      this.#context.transactions.request(text, target, {
        onResponse: (response) => this.#onRefreshed(dialog, timer, response, byUpdate ? undefined : cseq),
        onTimeout: failed,
        onTransportFailure: failed,
      });
    });
  }

  #onRefreshed(dialog: Dialog, timer: SessionTimer, response: SipMessage, inviteCseq: number | undefined): void {
    if (response.status < 200) return;
    if (response.status < 300 && inviteCseq !== undefined) this.sendAck(dialog, inviteCseq);
    if (response.status === 408 || response.status === 481) {
      this.sendBye(dialog, 'SIP;cause=408;text="Session refresh failed"');
      return;
    }
    const refreshedAtMs = this.#context.clock.wallMs();
    this.setSessionTimer(dialog, { ...timer, refreshedAtMs });
    this.#context.dialogs.update(dialog);
  }

  #sendAndForget(text: string, target: Target): void {
    const nothing = (): void => undefined;
    this.#context.transactions.request(text, target, {
      onResponse: nothing,
      onTimeout: nothing,
      onTransportFailure: nothing,
    });
  }

  #tellOwner(dialog: Dialog, text: string, target: Target, { protocol }: RequestContext): void {
    const { owner } = dialog;
    if (owner === undefined || !this.#context.applications.isAlive(owner)) return;
    const local = this.#context.transport.localFor(target);
    this.#context.applications.deliver(owner, {
      source: "application",
      text,
      protocol,
      address: local.address,
      port: local.port,
      txnId: "unsolicited",
      dialogId: dialog.id,
    });
  }
}
