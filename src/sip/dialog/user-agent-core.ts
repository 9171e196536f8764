import type { MetricSample } from "../../common/index.ts";
import { tagOf, type SipMessage } from "../message/index.ts";
import type { ServerTransaction, TransactionUser } from "../transaction/index.ts";
import type { Flow } from "../transport/index.ts";
import type { Application, CommandReply } from "./application.ts";
import { AwaitedNotifies } from "./awaited-notifies.ts";
import type { CoreContext } from "./core-context.ts";
import { DialogActions } from "./dialog-actions.ts";
import { DialogTakeover, type ClaimResult, type ImportResult } from "./dialog-takeover.ts";
import { dialogIdOf, summaryOf, type EdgeDialogSummary } from "./dialog.ts";
import { InboundRequests } from "./inbound-requests.ts";
import type { UnansweredInvite } from "./invite-journal.ts";
import { InviteResponses } from "./invite-responses.ts";
import { OutboundRequests, type RequestCommand } from "./outbound-requests.ts";
import type { SentRequest } from "./uac-dialog.ts";
import { SuccessRetransmission } from "./success-retransmission.ts";

/** No phone rings longer: a proxy gives up after 3 minutes (RFC 3261 16.6, timer C). */
const MAX_RINGING_MS = 180_000;

/**
 * The transaction user of the edge (RFC 3261 5, "UAC core" and "UAS core"): keeps dialogs, offers requests to
 * applications and carries out what they ask for. It decides nothing about calls.
 */
export class UserAgentCore implements TransactionUser {
  readonly #context: CoreContext;
  readonly #retransmission: SuccessRetransmission;
  readonly #actions: DialogActions;
  readonly #awaited = new AwaitedNotifies();
  readonly #inbound: InboundRequests;
  readonly #invites: InviteResponses;
  readonly #outbound: OutboundRequests;
  readonly #takeover: DialogTakeover;
  #leftovers: readonly UnansweredInvite[] = [];

  constructor(context: CoreContext) {
    this.#context = context;
    this.#retransmission = new SuccessRetransmission(context.clock);
    this.#actions = new DialogActions(context, this.#retransmission);
    this.#inbound = new InboundRequests(context, this.#actions, this.#retransmission, this.#awaited);
    this.#invites = new InviteResponses(context, this.#actions);
    this.#outbound = new OutboundRequests(context, this.#actions, this.#invites, this.#awaited);
    this.#takeover = new DialogTakeover(context, this.#actions);
  }

  /** Takes up what is on file from before a restart. New requests wait for applications from now on. */
  start(): void {
    this.#inbound.start();
    this.#context.dialogs.load();
    this.#leftovers = this.#context.invites.load();
    this.#actions.resumeTimers();
  }

  /**
   * Ends what was ringing before a restart: callers that wait get 503, callees are cancelled. What was being changed
   * goes on: requests wait for their application, answers for their ACK. To be called once, when messages can be sent
   * and before an application is connected.
   */
  endLeftovers(): void {
    const { clock, logger, transactions } = this.#context;
    const sinceMs = clock.wallMs() - MAX_RINGING_MS;
    const left = this.#leftovers.filter(({ atMs }) => atMs >= sinceMs);
    this.#leftovers = [];
    this.#inbound.refuseNew(() => {
      for (const invite of left) {
        if (invite.kind === "sent") this.#outbound.cancelLeftover(invite.sent);
        else if (invite.kind === "answered") this.#inbound.resumeAnswer(invite);
        else transactions.onMessage(invite.text, invite.flow);
      }
    });
    if (left.length > 0)
      logger.info("ended or took up what was under way before the restart", { invites: left.length });
  }

  knowsDialog(request: SipMessage): boolean {
    const callId = request.get("call-id") ?? "";
    const fromTag = tagOf(request.get("from") ?? "") ?? "";
    const toTag = tagOf(request.get("to") ?? "") ?? "";
    if (this.#context.dialogs.findByTags(callId, fromTag, toTag) !== undefined) return true;
    return request.method === "NOTIFY" && this.#awaited.find(dialogIdOf(callId, toTag)) !== undefined;
  }

  onRequest(tx: ServerTransaction): void {
    this.#inbound.onRequest(tx);
  }

  onCancel(tx: ServerTransaction, invite: ServerTransaction | undefined): void {
    this.#inbound.onCancel(tx, invite);
  }

  onAck(request: SipMessage, flow: Flow): void {
    this.#inbound.onAck(request, flow);
  }

  onStrayResponse(response: SipMessage, flow: Flow): void {
    this.#invites.onStrayResponse(response, flow);
  }

  /** Acknowledges and ends the session of a 2xx to an INVITE that was proxied and nobody can be given. */
  endUnwanted(sent: SentRequest, response: SipMessage, flow: Flow, routeSet: readonly string[]): void {
    this.#invites.onUnreturnable(sent, response, flow, routeSet);
  }

  /** Sends an application's response to the request it was offered as `txnId`. */
  respond(application: Application, txnId: string, text: string): CommandReply {
    return this.#inbound.respond(application, txnId, text);
  }

  /** Gives up the request offered as `txnId`, unanswered, so that it can be proxied; undefined when there is none. */
  release(application: Application, txnId: string): ServerTransaction | undefined {
    return this.#inbound.release(application, txnId);
  }

  /** Sends an application's request; `reply` is called once. */
  request(command: RequestCommand, reply: (reply: CommandReply) => void): void {
    this.#outbound.request(command, reply);
  }

  /**
   * An application has disconnected: what it owed is offered to others, its pending INVITEs are cancelled.
   * @param verbs that it took
   */
  applicationGone(application: Application, verbs: Iterable<string>): void {
    for (const dialog of this.#context.dialogs.values()) {
      if (dialog.owner === application) dialog.owner = undefined;
    }
    this.#outbound.applicationGone(application);
    this.#invites.applicationGone(application);
    this.#inbound.applicationGone(application, verbs);
  }

  /** An application has routed a verb: requests that waited may go to it. */
  applicationRouted(verb: string): void {
    this.#inbound.applicationRouted(verb);
  }

  /** Gives an application all dialogs of an instance id; undefined when another application has that id now. */
  claimInstance(application: Application, instanceId: string): number | undefined {
    const claimed = this.#takeover.claimInstance(application, instanceId);
    this.#inbound.offerHeld();
    return claimed;
  }

  /** Gives an application the dialogs of these ids. */
  claimDialogs(application: Application, dialogIds: readonly string[]): ClaimResult {
    const result = this.#takeover.claim(application, dialogIds);
    this.#inbound.offerHeld();
    return result;
  }

  /** Takes up dialogs that an application describes (`ImportedDialog`); those that are here are only claimed. */
  importDialogs(application: Application, dialogs: readonly unknown[]): ImportResult {
    const result = this.#takeover.import(application, dialogs);
    this.#inbound.dialogsImported();
    return result;
  }

  listDialogs(): EdgeDialogSummary[] {
    const wallMs = this.#context.clock.wallMs();
    return [...this.#context.dialogs.values()].map((dialog) => summaryOf(dialog, wallMs));
  }

  /**
   * Ends a dialog by BYE, or forgets one that is still early.
   * @param reason value of the Reason header, or empty
   * @returns false when there is no such dialog
   */
  endDialog(dialogId: string, reason: string): boolean {
    const dialog = this.#context.dialogs.get(dialogId);
    if (dialog === undefined) return false;
    if (dialog.state === "confirmed") this.#actions.sendBye(dialog, reason);
    else this.#actions.remove(dialog);
    return true;
  }

  metrics(): MetricSample[] {
    const gauge = (name: string, help: string, value: number): MetricSample => ({ name, type: "gauge", help, value });
    return [
      gauge("tandem_sip_dialogs", "Dialogs, early and confirmed", this.#context.dialogs.size),
      gauge("tandem_sip_pending_requests", "Requests that wait for an application", this.#inbound.pendingCount),
      gauge("tandem_sip_open_requests", "Requests of applications without a final response", this.#outbound.openCount),
      gauge("tandem_sip_reliable_responses", "INVITEs with a reliable 1xx response", this.#inbound.reliableCount),
      gauge("tandem_sip_unacknowledged", "2xx to INVITE that wait for their ACK", this.#retransmission.size),
      ...this.#context.dialogs.metrics(),
      ...this.#context.invites.metrics(),
    ];
  }

  close(): void {
    this.#inbound.close();
    this.#invites.close();
    this.#retransmission.close();
    this.#actions.close();
    this.#context.dialogs.close();
    this.#context.invites.close();
  }
}
