import type { Ids } from "../../common/index.ts";
import type { SipMessage } from "../../sip/message/index.ts";
import type { CallEffect, CallEvent, Side } from "../model/index.ts";
import { isSameAddress } from "../device/index.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../signaling/signaling-error.ts";
import type {
  Body,
  HeaderList,
  IncomingRequest,
  IncomingResponse,
  PendingRequest,
  SignalingPort,
} from "../signaling/signaling-port.ts";
import { allowsUpdate, DIALOG_CAPABILITIES } from "./capabilities.ts";
import type { Leg } from "./leg.ts";
import { sdpOf, sessionBody } from "./session-body.ts";
import { contactOf } from "./way-to-leg.ts";
import { decideSession, sessionOfResponse, sessionRequestHeaders } from "./session-interval.ts";

type EffectOf<Type extends CallEffect["type"]> = Extract<CallEffect, { type: Type }>;

/** A request of a party that waits for its answer. */
interface Waiting {
  readonly side: Side;
  readonly request: IncomingRequest;
  readonly leg: Leg;
}

export interface DialogRequestsOptions {
  readonly port: SignalingPort;
  readonly ids: Ids;
  readonly dispatch: (event: CallEvent) => void;
  /** Where to send requests to a leg instead of where the edge does by itself. */
  readonly wayTo: (leg: Leg) => string | undefined;
  /** The last request of ours has been answered. */
  readonly onIdle: () => void;
}

const PASSED_HEADERS = ["content-disposition", "info-package"];
const SDP = "application/sdp";

/** The requests inside the dialogs of one call, both ways. */
export class DialogRequests {
  readonly #options: DialogRequestsOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #pending = new Map<number, PendingRequest>();
  readonly #unacknowledged = new Map<Side, IncomingResponse>();
  #byes = 0;

  constructor(options: DialogRequestsOptions) {
    this.#options = options;
  }

  /** No BYE waits for its answer. */
  get isIdle(): boolean {
    return this.#byes === 0;
  }

  has(transactionId: string): boolean {
    return this.#waiting.has(transactionId);
  }

  /** A request that the edge has answered. */
  forget(transactionId: string): void {
    this.#waiting.delete(transactionId);
  }

  /** The edge is gone: it has answered, or will offer again, all that waits. */
  forgetAll(): void {
    this.#waiting.clear();
  }

  receive(side: Side, leg: Leg, other: Leg | undefined, request: IncomingRequest): void {
    const { message } = request;
    switch (message.method) {
      case "ACK":
        return this.#options.dispatch({ type: "acked", side, sdp: sdpOf(message) });
      case "BYE":
        this.#waiting.set(request.transactionId, { side, request, leg });
        return this.#options.dispatch({ type: "bye", side, transaction: request.transactionId });
      case "INFO":
        this.#waiting.set(request.transactionId, { side, request, leg });
        return this.#options.dispatch({ type: "info", side, transaction: request.transactionId });
      default:
        return this.#changeSession(side, leg, other, request);
    }
  }

  respond({ transaction, status, sdp }: EffectOf<"respond">): void {
    const waiting = this.#waiting.get(transaction);
    this.#waiting.delete(transaction);
    if (waiting === undefined) return;
    const { side, request, leg } = waiting;
    const { method } = request.message;
    const isChange = method === "INVITE" || method === "UPDATE";
    if (isChange && status >= 200 && status < 300) {
      this.#accept(leg, request, sdp, () => this.#options.dispatch({ type: "change-answer-lost", side }));
    } else {
      request.respond(status, { headers: this.#refusalHeaders(status) });
    }
  }

  send({ side, method, sdp, ticket }: EffectOf<"request">, leg: Leg | undefined): void {
    if (leg === undefined) return this.#options.dispatch({ type: "request-failed", ticket, status: 481 });
    const headers = [...DIALOG_CAPABILITIES, ...sessionRequestHeaders(leg)];
    const body = sdp === undefined ? undefined : { contentType: SDP, text: sdp };
    this.#request(leg, { method, headers, body, ticket }, (response) => {
      if (response.message.has("allow")) leg.allowsUpdate = allowsUpdate(response.message);
      leg.session = sessionOfResponse(response.message) ?? leg.session;
      this.#noteContact(leg, response.message);
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

  /** A party has answered an INVITE of ours. */
  expectAck(side: Side, response: IncomingResponse): void {
    this.#unacknowledged.set(side, response);
  }

  acknowledge(side: Side, sdp: string | undefined): void {
    const response = this.#unacknowledged.get(side);
    this.#unacknowledged.delete(side);
    response?.acknowledge(sdp === undefined ? undefined : { contentType: SDP, text: sdp });
  }

  /**
   * Looks a phone up that has connected anew. Whatever it answers, from then on the edge knows the way by itself, also
   * for what it sends unasked: refreshes, and the BYE of a session that has expired.
   */
  follow(leg: Leg): void {
    if (this.#options.wayTo(leg) === undefined) return;
    this.#options.port.request(
      { method: "OPTIONS", ...this.#addressOf(leg) },
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
    this.#options.port.request(
      { method: "BYE", ...this.#addressOf(leg), headers },
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
    const end = (event: CallEvent): void => {
      isOver = true;
      this.#pending.delete(ticket);
      this.#options.dispatch(event);
    };
    const pending = this.#options.port.request(
      { method, ...this.#addressOf(leg), headers, ...(body === undefined ? {} : { body }) },
      {
        onResponse: (response) => {
          const { status } = response.message;
          if (status < 200) return;
          if (status >= 300) return end({ type: "request-failed", ticket, status });
          end({ type: "request-answered", ticket, status, sdp: onSuccess(response) });
        },
        onFailed: ({ code }) => end({ type: "request-failed", ticket, status: STATUS_OF_SIGNALING_ERROR[code] }),
      },
    );
    if (!isOver) this.#pending.set(ticket, pending);
  }

  #addressOf(leg: Leg): { readonly dialogId: string; readonly proxyUri?: string } {
    const proxyUri = this.#options.wayTo(leg);
    return { dialogId: leg.dialogId, ...(proxyUri === undefined ? {} : { proxyUri }) };
  }

  /** RFC 3261 12.2: INVITE and UPDATE, and what is answered to them, may move the other end. */
  #noteContact(leg: Leg, message: SipMessage): void {
    const contact = contactOf(message);
    if (contact !== undefined) leg.contact = contact;
  }

  /** re-INVITE or UPDATE. */
  #changeSession(side: Side, leg: Leg, other: Leg | undefined, request: IncomingRequest): void {
    const { message, transactionId } = request;
    const body = sessionBody(message);
    if (body.kind === "unsupported") return request.respond(415, { headers: [["Accept", SDP]] });
    const decision = decideSession(message, leg.policy, leg.session);
    if (decision.kind === "refuse") {
      return request.respond(422, { headers: [["Min-SE", String(decision.minSeconds)]] });
    }
    const sdp = body.kind === "sdp" ? body.sdp : undefined;
    if (message.method === "UPDATE" && sdp === undefined) return this.#accept(leg, request, undefined);
    this.#waiting.set(transactionId, { side, request, leg });
    if (message.method === "UPDATE" && sdp !== undefined) {
      const byUpdate = other?.allowsUpdate === true;
      return this.#options.dispatch({ type: "update", side, transaction: transactionId, sdp, byUpdate });
    }
    this.#options.dispatch({ type: "reinvite", side, transaction: transactionId, sdp });
  }

  /** @param onLost the edge did not send the 2xx, and is still there */
  #accept(leg: Leg, request: IncomingRequest, sdp: string | undefined, onLost?: () => void): void {
    const decision = decideSession(request.message, leg.policy, leg.session);
    const timer = decision.kind === "agree" ? decision : { session: undefined, headers: [] };
    leg.session = timer.session;
    if (request.message.has("allow")) leg.allowsUpdate = allowsUpdate(request.message);
    this.#noteContact(leg, request.message);
    request.respond(
      200,
      {
        headers: [...DIALOG_CAPABILITIES, ...timer.headers],
        ...(sdp === undefined ? {} : { body: { contentType: SDP, text: sdp } }),
      },
      (error) => {
        if (error !== undefined && error.code !== "edge-lost") onLost?.();
      },
    );
  }

  #refusalHeaders(status: number): HeaderList {
    // RFC 3261 14.2: anything between 0 and 10 seconds, so that both ends do not meet again.
    if (status === 500) return [["Retry-After", String(parseInt(this.#options.ids.token(1), 16) % 10)]];
    return status === 503 ? [["Retry-After", "5"]] : [];
  }
}
