import { chance, type Ids } from "../../../common/index.ts";
import type { SessionEffect, SessionEvent, Side } from "../../model/index.ts";
import { isSameAddress } from "../../device/index.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../../signaling/signaling-error.ts";
import type {
  Body,
  HeaderList,
  IncomingRequest,
  IncomingResponse,
  PendingRequest,
  RequestEvents,
} from "../../signaling/signaling-port.ts";
import { accepts } from "../headers/accept.ts";
import {
  adoptAbilities,
  ALLOW_WITHOUT_INFO,
  DIALOG_CAPABILITIES,
  infoRefusal,
  recvInfo,
} from "../headers/capabilities.ts";
import type { Leg } from "./leg.ts";
import { noteRefresh, noteRequest } from "./leg-dialog.ts";
import { LegRequests, type LegRequest, type LegRequestsOptions } from "./leg-requests.ts";
import { toldReason } from "../headers/reason-header.ts";
import { sdpOf, sessionBody } from "../session/session-body.ts";
import { decideSession, sessionOfResponse, sessionRequestHeaders } from "../session/session-interval.ts";
import { warningCodes, type RefusalWarning } from "../headers/warning-header.ts";

type EffectOf<Type extends SessionEffect["type"]> = Extract<SessionEffect, { type: Type }>;

/** A request of a party that waits for its answer. */
interface Waiting {
  readonly side: Side;
  readonly request: IncomingRequest;
  readonly leg: Leg;
  readonly other: Leg | undefined;
}

export interface DialogRequestsOptions extends LegRequestsOptions {
  readonly ids: Ids;
  readonly warning: RefusalWarning;
  readonly dispatch: (event: SessionEvent) => void;
  /** A party asks for a transfer (RFC 3515): the request is still to be answered. */
  readonly onRefer: (side: Side, request: IncomingRequest) => void;
  /** A 2xx to a re-INVITE or UPDATE could not be sent any more; its leg may be in another session by now. */
  readonly onChangeAnswerLost: (leg: Leg) => void;
  /** The last request of ours has been answered. */
  readonly onIdle: () => void;
}

const PASSED_HEADERS = ["content-disposition", "content-encoding", "content-language", "info-package"];
const SDP = "application/sdp";
const MAX_HELD = 8;
/** Whatever the answer is. */
const UNHEARD: RequestEvents = { onResponse: () => undefined, onFailed: () => undefined };

/** The requests inside the dialogs of one call, both ways. */
export class DialogRequests {
  readonly #options: DialogRequestsOptions;
  readonly #legs: LegRequests;
  readonly #waiting = new Map<string, Waiting>();
  readonly #pending = new Map<number, PendingRequest>();
  readonly #unacknowledged = new Map<Side, IncomingResponse>();
  /** Requests that came before it is known whether the edge knows the dialogs, by transaction. */
  readonly #held = new Map<string, () => void>();
  #byes = 0;
  readonly #onAnswered: (() => void)[] = [];
  #deferred = 0;

  constructor(options: DialogRequestsOptions) {
    this.#options = options;
    this.#legs = new LegRequests(options);
  }

  /** No BYE waits for its answer. */
  get isIdle(): boolean {
    return this.#byes === 0;
  }

  has(transactionId: string): boolean {
    return this.#waiting.has(transactionId) || this.#held.has(transactionId);
  }

  /** A request that the edge has answered. */
  forget(transactionId: string): void {
    this.#waiting.delete(transactionId);
    this.#held.delete(transactionId);
  }

  /** Keeps a request that changes something until `release`; false when it is none, or too many are kept. */
  hold({ transactionId, message: { method } }: IncomingRequest, take: () => void): boolean {
    if (method === "ACK" || method === "BYE" || this.#held.size >= MAX_HELD) return false;
    this.#held.set(transactionId, take);
    return true;
  }

  /** Takes what was held. */
  release(): void {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const take of held) take();
  }

  /** The edge is gone: it has answered, or will offer again, all that waits. */
  forgetAll(): void {
    this.#waiting.clear();
    this.#held.clear();
  }

  receive(side: Side, leg: Leg, other: Leg | undefined, request: IncomingRequest): void {
    const { message } = request;
    noteRequest(leg, message);
    switch (message.method) {
      case "ACK":
        return this.#options.dispatch({ type: "acked", side, sdp: sdpOf(message) });
      case "BYE":
        this.#waiting.set(request.transactionId, { side, request, leg, other });
        return this.#options.dispatch({
          type: "bye",
          side,
          transaction: request.transactionId,
          told: toldReason(message),
        });
      case "INFO":
        this.#waiting.set(request.transactionId, { side, request, leg, other });
        return this.#options.dispatch({
          type: "info",
          side,
          transaction: request.transactionId,
          refusal: infoRefusal(message, other ?? {}),
        });
      case "REFER":
        return this.#options.onRefer(side, request);
      default:
        return this.#changeSession(side, leg, other, request);
    }
  }

  respond({ transaction, status, sdp }: EffectOf<"respond">): void {
    const waiting = this.#waiting.get(transaction);
    this.#waiting.delete(transaction);
    if (waiting === undefined) return;
    const { request, other } = waiting;
    const { method } = request.message;
    const isChange = method === "INVITE" || method === "UPDATE";
    if (isChange && status >= 200 && status < 300) {
      this.#accept(waiting, sdp, () => this.#options.onChangeAnswerLost(waiting.leg));
    } else {
      request.respond(status, { headers: this.#refusalHeaders(status, method, other) });
    }
  }

  send({ side, method, sdp, ticket }: EffectOf<"request">, leg: Leg | undefined, other: Leg | undefined): void {
    if (leg === undefined) return this.#options.dispatch({ type: "request-failed", ticket, status: 481 });
    const headers = [...DIALOG_CAPABILITIES, ...recvInfo(other), ...sessionRequestHeaders(leg)];
    const body = sdp === undefined ? undefined : { contentType: SDP, text: sdp };
    this.#request(leg, { method, headers, body, ticket }, (response) => {
      adoptAbilities(leg, response.message);
      leg.session = sessionOfResponse(response.message) ?? leg.session;
      if (method === "INVITE") this.#unacknowledged.set(side, response);
      return sdpOf(response.message);
    });
  }

  pass({ transaction, ticket }: EffectOf<"pass">, leg: Leg | undefined): void {
    const message = this.#waiting.get(transaction)?.request.message;
    if (leg === undefined || message === undefined) {
      return this.#options.dispatch({ type: "request-failed", ticket, status: 481 });
    }
    const headers: [string, string][] = [];
    for (const name of PASSED_HEADERS) {
      for (const value of message.getAll(name)) headers.push([name, value]);
    }
    const contentType = message.get("content-type");
    const body = message.body === "" || contentType === undefined ? undefined : { contentType, text: message.body };
    this.#request(leg, { method: "INFO", headers, body, ticket }, () => undefined);
  }

  cancel(ticket: number): void {
    this.#pending.get(ticket)?.cancel();
  }

  /** Acts when no request of ours, BYE aside, waits for its final response, and none is deferred: perhaps at once. */
  whenAnswered(act: () => void): void {
    this.#onAnswered.push(act);
    this.#answered();
  }

  get isDeferred(): boolean {
    return this.#deferred > 0;
  }

  /** Counts as a request that waits for its response. @returns ends that */
  defer(): () => void {
    this.#deferred += 1;
    return () => {
      this.#deferred -= 1;
      this.#answered();
    };
  }

  #answered(): void {
    if (this.#pending.size > 0 || this.#deferred > 0) return;
    for (const act of this.#onAnswered.splice(0)) act();
  }

  /** A party has answered an INVITE of ours. */
  expectAck(side: Side, response: IncomingResponse): void {
    this.#unacknowledged.set(side, response);
  }

  acknowledge(side: Side, sdp: string | undefined): void {
    const response = this.#unacknowledged.get(side);
    this.#unacknowledged.delete(side);
    response?.acknowledge(sdp === undefined ? undefined : { contentType: SDP, text: sdp });
  }

  /** Sends a request that is no part of the session's machine. */
  sendAside(leg: Leg, request: LegRequest, events: RequestEvents = UNHEARD): PendingRequest {
    return this.#legs.send(leg, request, events);
  }

  /**
   * Looks a phone up that has connected anew. Whatever it answers, from then on the edge knows the way by itself, also
   * for what it sends unasked: refreshes, and the BYE of a session that has expired.
   */
  follow(leg: Leg): void {
    if (leg.dialog?.standing === "lost" || this.#options.wayTo(leg) === undefined) return;
    this.#legs.send(
      leg,
      { method: "OPTIONS", headers: [] },
      {
        onResponse: ({ source }) => {
          const { protocol, address } = leg.source;
          if (source.protocol === protocol && isSameAddress(source.address, address)) leg.source = source;
        },
        onFailed: () => undefined,
      },
    );
  }

  /** Ends a dialog; whatever the answer is, it is over. */
  bye(leg: Leg | undefined, headers: HeaderList): void {
    if (leg === undefined) return;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      this.#byes -= 1;
      if (this.#byes === 0) this.#options.onIdle();
    };
    this.#byes += 1;
    this.#legs.send(
      leg,
      { method: "BYE", headers },
      {
        onResponse: ({ message }) => {
          if (message.status >= 200) over();
        },
        onFailed: over,
      },
    );
  }

  #request(
    leg: Leg,
    {
      method,
      headers,
      body,
      ticket,
    }: {
      readonly method: "INVITE" | "UPDATE" | "INFO";
      readonly headers: HeaderList;
      readonly body: Body | undefined;
      readonly ticket: number;
    },
    onSuccess: (response: IncomingResponse) => string | undefined,
  ): void {
    let isOver = false;
    const end = (event: SessionEvent): void => {
      isOver = true;
      this.#pending.delete(ticket);
      this.#options.dispatch(event);
      this.#answered();
    };
    const pending = this.#legs.send(
      leg,
      { method, headers, body },
      {
        onResponse: (response) => {
          const { status } = response.message;
          if (status < 200) return;
          if (status === 469) adoptAbilities(leg, response.message);
          if (status >= 300) {
            this.#options.warning.note(warningCodes(response.message));
            // A dialog that the server does not know, and whose party says nothing, is none any more.
            const isGone = status === 408 && leg.dialog?.standing === "lost";
            return end({ type: "request-failed", ticket, status: isGone ? 481 : status });
          }
          end({ type: "request-answered", ticket, status, sdp: onSuccess(response) });
        },
        onFailed: ({ code }) => end({ type: "request-failed", ticket, status: STATUS_OF_SIGNALING_ERROR[code] }),
      },
    );
    if (!isOver) this.#pending.set(ticket, pending);
  }

  /** re-INVITE or UPDATE. */
  #changeSession(side: Side, leg: Leg, other: Leg | undefined, request: IncomingRequest): void {
    const { message, transactionId } = request;
    const body = sessionBody(message);
    const isWithoutSession = message.method === "UPDATE" && body.kind === "none";
    if (!isWithoutSession && !accepts(message, SDP)) return request.respond(406);
    if (body.kind === "unsupported") return request.respond(415, { headers: [["Accept", SDP]] });
    const decision = decideSession(message, leg.policy, leg.session);
    if (decision.kind === "refuse") {
      return request.respond(422, { headers: [["Min-SE", String(decision.minSeconds)]] });
    }
    adoptAbilities(leg, message);
    const sdp = body.kind === "sdp" ? body.sdp : undefined;
    if (message.method === "UPDATE" && sdp === undefined) {
      return this.#accept({ leg, request, other }, undefined);
    }
    this.#waiting.set(transactionId, { side, request, leg, other });
    if (message.method === "UPDATE" && sdp !== undefined) {
      const byUpdate = other?.allowsUpdate === true;
      return this.#options.dispatch({ type: "update", side, transaction: transactionId, sdp, byUpdate });
    }
    this.#options.dispatch({ type: "reinvite", side, transaction: transactionId, sdp });
  }

  /** @param onLost the edge did not send the 2xx, and is still there */
  #accept(
    { leg, request, other }: Pick<Waiting, "leg" | "request" | "other">,
    sdp: string | undefined,
    onLost?: () => void,
  ): void {
    const decision = decideSession(request.message, leg.policy, leg.session);
    const timer = decision.kind === "agree" ? decision : { session: undefined, headers: [] };
    leg.session = timer.session;
    noteRefresh(leg, request);
    request.respond(
      200,
      {
        headers: [...DIALOG_CAPABILITIES, ...recvInfo(other), ...timer.headers],
        ...(sdp === undefined ? {} : { body: { contentType: SDP, text: sdp } }),
      },
      (error) => {
        if (error !== undefined && error.code !== "edge-lost") onLost?.();
      },
    );
  }

  #refusalHeaders(status: number, method: string, other: Leg | undefined): HeaderList {
    if (status === 469) return [["Recv-Info", (other?.infoPackages ?? []).join(", ")]];
    if (status === 405 && method === "INFO") return ALLOW_WITHOUT_INFO;
    // RFC 3261 14.2: anything between 0 and 10 seconds, so that both ends do not meet again.
    if (status === 500) return [["Retry-After", String(chance(this.#options.ids, 10))]];
    return status === 503 ? [["Retry-After", "5"]] : this.#options.warning.take(status);
  }
}
