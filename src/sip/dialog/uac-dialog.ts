import { tagOf, type SipMessage } from "../message/index.ts";
import type { Flow, Target } from "../transport/index.ts";
import type { Application } from "./application.ts";
import type { CompletedRequest } from "./complete-request.ts";
import { dialogIdOf, type Dialog } from "./dialog.ts";
import { newNegotiation } from "./negotiation.ts";
import { canBeDialled } from "./reached-by-flow.ts";
import { allowedMethods, contactUriOf, recordRoutes } from "./uas-dialog.ts";

/** An INVITE or SUBSCRIBE of ours, as sent, from which dialogs are made. */
export interface SentRequest extends CompletedRequest {
  readonly method: string;
  readonly uri: string;
  readonly target: Target;
  /** The application named the next hop: later requests go there too, unless a route set says otherwise. */
  readonly hasGivenNextHop: boolean;
  readonly body: string;
}

/** The dialog that a response to our request makes (RFC 3261 12.1.2). */
export function uacDialog(
  sent: SentRequest,
  response: SipMessage,
  flow: Flow,
  owner: Application | undefined,
  wallMs: number,
): Dialog {
  const dialog = nascentDialog(sent, owner, wallMs);
  adoptResponse(dialog, sent, response, flow);
  return dialog;
}

/** The dialog that a NOTIFY makes which comes before the final response to our request (RFC 6665 4.1.2.4). */
export function notifiedDialog(
  sent: SentRequest,
  notify: SipMessage,
  flow: Flow,
  owner: Application | undefined,
  wallMs: number,
): Dialog {
  const dialog = nascentDialog(sent, owner, wallMs);
  dialog.state = "confirmed";
  dialog.remote = notify.get("from") ?? sent.to;
  dialog.remoteTag = tagOf(dialog.remote) ?? "";
  dialog.remoteTarget = contactUriOf(notify) ?? dialog.remoteTarget;
  dialog.routeSet = recordRoutes(notify);
  dialog.flowId = flow.reliable ? flow.id : undefined;
  if (dialog.routeSet.length === 0 && (sent.hasGivenNextHop || flow.reliable)) dialog.nextHop = sent.target;
  return dialog;
}

function nascentDialog(sent: SentRequest, owner: Application | undefined, wallMs: number): Dialog {
  return {
    id: dialogIdOf(sent.callId, sent.fromTag),
    role: "uac",
    method: sent.method,
    callId: sent.callId,
    localTag: sent.fromTag,
    remoteTag: "",
    local: sent.from,
    remote: sent.to,
    localCseq: sent.cseq,
    remoteCseq: -1,
    inviteCseq: sent.cseq,
    remoteTarget: sent.uri,
    routeSet: [],
    localContact: sent.contact,
    protocol: sent.target.protocol,
    remoteAllow: [],
    createdAtMs: wallMs,
    state: "early",
    flowId: undefined,
    owner,
    ...(owner === undefined || owner.instanceId === "" ? {} : { ownerId: owner.instanceId }),
    localBody: sent.body,
    negotiation: newNegotiation(),
    openInvites: 0,
  };
}

/** Takes tag, target and route set from a response; a forked 18x or the 2xx may differ from what was seen before. */
export function adoptResponse(dialog: Dialog, sent: SentRequest, response: SipMessage, flow: Flow): void {
  const to = response.get("to") ?? sent.to;
  dialog.remoteTag = tagOf(to) ?? "";
  dialog.remote = to;
  dialog.remoteTarget = contactUriOf(response) ?? dialog.remoteTarget;
  dialog.routeSet = recordRoutes(response).reverse();
  if (response.has("allow")) dialog.remoteAllow = allowedMethods(response);
  // A connection that only the size of the request was the reason for is not where the peer is.
  dialog.flowId = flow.reliable && sent.target.protocol !== "udp" ? flow.id : undefined;
  delete dialog.nextHop;
  if (dialog.routeSet.length > 0 || !sent.hasGivenNextHop) return;
  if (sent.target.isFlowOnly === true && canBeDialled(dialog.remoteTarget, sent.target)) return;
  dialog.nextHop = sent.target;
}
