import { detached, type Logger } from "../../common/index.ts";
import { parseCSeq, splitList, tagOf, type SipMessage } from "../../sip/message/index.ts";
import type { Registrar } from "../registrar/index.ts";
import type { IncomingRequest, SignalingHandler } from "../signaling/signaling-port.ts";
import type { CallTable, LegEntry } from "./call-table.ts";
import {
  ALLOW,
  ALLOW_WITHOUT_REFER,
  DIALOG_ALLOW,
  OPTIONS_HEADERS,
  unsupportedExtensions,
} from "./headers/capabilities.ts";
import { replacementAsked } from "./features/replaced-dialog.ts";
import { viaHostOf, type Gatekeeper } from "./gatekeeper.ts";
import type { Messages } from "./message/messages.ts";
import type { NewCalls } from "./new-calls.ts";
import { lossOutcome } from "./headers/reason-header.ts";
import { rejection, type Rejection } from "./rejection.ts";
import type { Subscriptions } from "./subscription/subscriptions.ts";

export interface CallControlOptions {
  readonly table: CallTable;
  readonly newCalls: NewCalls;
  readonly gatekeeper: Gatekeeper;
  readonly registrar: Registrar;
  readonly subscriptions: Subscriptions;
  readonly messages: Messages;
  readonly logger: Logger;
  /** A phone has registered, or ended that. */
  readonly onRegistered: () => void;
  /** Told of each request that was refused. */
  readonly onRefused: (method: string, reason: string) => void;
  readonly onConnected: () => void;
  readonly onRouted: () => void;
  readonly onDisconnected: () => void;
}

/** By what name the embedded edge sends over the flow of a REGISTER; it lets no other through. */
const FLOW_FIELD = "x-tandem-flow";
/** Requests that only make sense inside a dialog or subscription. */
const IN_DIALOG_ONLY = new Set(["BYE", "UPDATE", "INFO", "PRACK", "NOTIFY"]);
const IN_DIALOG = new Set(["INVITE", "BYE", "UPDATE", "INFO", "REFER", "ACK"]);

/** Takes what comes from the edge: every request is answered, whatever it is. */
export class CallControl implements SignalingHandler {
  readonly #options: CallControlOptions;

  constructor(options: CallControlOptions) {
    this.#options = options;
  }

  onRequest(request: IncomingRequest): void {
    const { message } = request;
    try {
      if (tagOf(message.get("to") ?? "") === undefined) this.#onNewRequest(request);
      else this.#onDialogRequest(request);
    } catch (error) {
      this.#options.logger.error("a request could not be handled", {
        method: message.method,
        error: error instanceof Error ? error.stack : String(error),
      });
      this.#refuse(request, rejection(500, "failed"));
    }
  }

  onCancel(transactionId: string, dialogId: string, message: SipMessage): void {
    this.#options.table.findLeg(dialogId)?.session.cancel(transactionId, message);
  }

  onDialogEnded(dialogId: string, message: SipMessage): void {
    const entry = this.#options.table.findLeg(dialogId);
    const side = entry?.session.sideOf(entry.leg);
    if (side !== undefined) entry?.session.lose(side, lossOutcome(message));
  }

  onConnected(localHosts: readonly string[]): void {
    this.#options.newCalls.localHosts = new Set(localHosts);
    this.#options.onConnected();
  }

  onRouted(): void {
    this.#options.onRouted();
  }

  onDisconnected(): void {
    for (const session of this.#options.table.sessions) session.loseEdge();
    this.#options.onDisconnected();
  }

  #onNewRequest(request: IncomingRequest): void {
    const { message } = request;
    const { method } = message;
    if (method === "ACK") return;
    const unsupported = unsupportedExtensions(message);
    if (unsupported.length > 0) {
      return this.#refuse(request, rejection(420, "extension", [["Unsupported", unsupported.join(", ")]]));
    }
    if (method === "INVITE") return this.#onInvite(request);
    if (method === "REGISTER") return this.#onRegister(request);
    if (method === "OPTIONS") return this.#onOptions(request);
    if (method === "SUBSCRIBE") return this.#refuseIf(request, this.#options.subscriptions.subscribe(request));
    if (method === "MESSAGE") return this.#onMessage(request);
    if (IN_DIALOG_ONLY.has(method)) return this.#refuse(request, rejection(481, "no-dialog"));
    // RFC 3261 21.4.6: a REFER may come outside a dialog (RFC 3515), but no address here takes one there.
    this.#refuse(request, rejection(405, "method", method === "REFER" ? ALLOW_WITHOUT_REFER : ALLOW));
  }

  #onInvite(request: IncomingRequest): void {
    const { newCalls, gatekeeper } = this.#options;
    const busy = newCalls.refusalByLoad(request);
    if (busy !== undefined) return this.#refuse(request, busy);
    const admission = gatekeeper.admit(request);
    if (admission.kind === "refused") return this.#refuse(request, admission);
    const asked = replacementAsked(request.message, admission.device, this.#options.table);
    if (asked?.kind === "rejected") return this.#refuse(request, asked);
    this.#refuseIf(request, newCalls.begin(request, admission.device, asked));
  }

  #onRegister(request: IncomingRequest): void {
    const { gatekeeper, registrar } = this.#options;
    const admission = gatekeeper.admitPhone(request);
    if (admission.kind === "refused") return this.#refuse(request, admission);
    if (admission.device.kind !== "sip-phone") return this.#refuse(request, rejection(403, "device"));
    const { message, source } = request;
    const cseq = parseCSeq(message.get("cseq") ?? "");
    if (!cseq.ok) return this.#refuse(request, rejection(400, "cseq"));
    const expires = message.get("expires");
    const userAgent = message.get("user-agent");
    const viaHost = viaHostOf(request);
    const flow = message.get(FLOW_FIELD);
    const result = registrar.register({
      phone: admission.device,
      contacts: message.getAll("contact"),
      ...(expires === undefined ? {} : { expires }),
      callId: message.get("call-id") ?? "",
      cseq: cseq.value.sequence,
      path: message.getAll("path"),
      supported: message.getAll("supported"),
      ...(userAgent === undefined ? {} : { userAgent }),
      source,
      ...(viaHost === undefined ? {} : { viaHost }),
      viaCount: message.getAll("via").flatMap(splitList).length,
      ...(flow === undefined ? {} : { flow: detached(flow) }),
    });
    if (result.status === 200) {
      request.respond(200, { headers: result.headers });
      for (const session of this.#options.table.sessionsOf(admission.device.name))
        session.follow(admission.device.name);
      this.#options.onRegistered();
    } else this.#refuse(request, { status: result.status, headers: result.headers, reason: "register" });
  }

  #onDialogRequest(request: IncomingRequest): void {
    const { message, dialogId } = request;
    const entry = this.#options.table.findLeg(dialogId);
    if (entry === undefined || !matchesLeg(message, entry)) {
      if (message.method === "SUBSCRIBE") return this.#onRefresh(request);
      if (message.method !== "ACK") this.#refuse(request, rejection(481, "no-dialog"));
      return;
    }
    const refused = this.#options.gatekeeper.checkDialogRequest(entry.leg, request);
    if (message.method === "ACK") {
      // An ACK cannot be challenged; one without a body does no harm.
      if (refused === undefined || message.body === "") this.#deliver(entry, request);
      return;
    }
    if (refused !== undefined) return this.#refuse(request, refused);
    const unsupported = unsupportedExtensions(message);
    if (unsupported.length > 0) {
      return this.#refuse(request, rejection(420, "extension", [["Unsupported", unsupported.join(", ")]]));
    }
    if (message.method === "OPTIONS") return this.#onOptions(request);
    if (message.method === "PRACK") {
      // The edge lets through only what acknowledges a response; an offer in it cannot be passed on (RFC 3262 5).
      return message.body === "" ? request.respond(200) : this.#refuse(request, rejection(488, "prack-offer"));
    }
    if (message.method === "NOTIFY") {
      return this.#refuse(request, rejection(481, "no-dialog"));
    }
    if (message.method === "SUBSCRIBE") {
      // A subscription has a dialog of its own.
      return this.#refuse(request, rejection(489, "event", this.#options.subscriptions.allowEvents));
    }
    if (!IN_DIALOG.has(message.method)) return this.#refuse(request, rejection(405, "method", DIALOG_ALLOW));
    this.#deliver(entry, request);
  }

  #deliver({ leg, session }: LegEntry, request: IncomingRequest): void {
    const side = session.sideOf(leg);
    const { method } = request.message;
    if (side !== undefined) return session.receive(side, request);
    if (method === "ACK") return;
    // The early dialog of a branch: only what changes nothing is taken (RFC 3311 5.2).
    if (method === "UPDATE" && request.message.body === "") request.respond(200);
    else this.#refuse(request, method === "UPDATE" ? rejection(491, "early") : rejection(481, "early"));
  }

  #onMessage(request: IncomingRequest): void {
    const { newCalls, messages } = this.#options;
    const retry = [["Retry-After", "5"]] as const;
    this.#refuseIf(request, newCalls.draining ? rejection(503, "draining", retry) : messages.begin(request));
  }

  #onOptions(request: IncomingRequest): void {
    request.respond(200, { headers: [...OPTIONS_HEADERS, ...this.#options.subscriptions.allowEvents] });
  }

  #onRefresh(request: IncomingRequest): void {
    const unsupported = unsupportedExtensions(request.message);
    if (unsupported.length === 0) return this.#refuseIf(request, this.#options.subscriptions.refresh(request));
    this.#refuse(request, rejection(420, "extension", [["Unsupported", unsupported.join(", ")]]));
  }

  #refuseIf(request: IncomingRequest, refused: Rejection | undefined): void {
    if (refused !== undefined) this.#refuse(request, refused);
  }

  #refuse(request: IncomingRequest, { status, headers, reason }: Rejection): void {
    this.#options.onRefused(request.message.method, reason);
    request.respond(status, { headers });
  }
}

/** RFC 3261 12.2.2: the tags of a dialog. What a forked branch's other places say of the tag is not known yet. */
function matchesLeg(message: SipMessage, { leg }: LegEntry): boolean {
  const remoteTag = tagOf(message.get("from") ?? "");
  const localTag = tagOf(message.get("to") ?? "");
  return localTag === leg.localTag && (leg.remoteTag === "" || leg.remoteTag === remoteTag);
}
