import type { HeaderList, IncomingResponse, PendingRequest } from "../../signaling/signaling-port.ts";
import type { SignalingError } from "../../signaling/signaling-error.ts";
import { adoptAbilities, DIALOG_CAPABILITIES } from "../headers/capabilities.ts";
import type { DialogRequests } from "./dialog-requests.ts";
import type { Leg } from "./leg.ts";
import { COMPLETED_ELSEWHERE } from "../headers/reason-header.ts";
import { sdpOf } from "../session/session-body.ts";
import { sessionOfResponse, sessionRequestHeaders } from "../session/session-interval.ts";

export interface PickedBranchEvents {
  onAnswered(sdp: string | undefined): void;
  onFailed(): void;
}

/**
 * An attempt to make a leg that is up the callee of a session that rings: a re-INVITE inside its dialog stands in the place
 * of the INVITE that a new leg would get. All that may happen to a call on its way to being answered (the caller gives up,
 * another device answers) is treated as for any branch then; the leg, which has left its own session, is ended when it
 * comes to nothing.
 */
export class PickedBranch {
  readonly leg: Leg;
  readonly #requests: DialogRequests;
  readonly #onGone: () => void;
  #events: PickedBranchEvents | undefined;
  #pending: PendingRequest | undefined;
  #response: IncomingResponse | undefined;

  /** @param onGone told when the leg is not the callee, and has been or will be ended */
  constructor(leg: Leg, requests: DialogRequests, onGone: () => void) {
    this.leg = leg;
    this.#requests = requests;
    this.#onGone = onGone;
  }

  get response(): IncomingResponse | undefined {
    return this.#response;
  }

  begin(events: PickedBranchEvents): void {
    this.#events = events;
  }

  send(sdp: string | undefined): void {
    const { leg } = this;
    const headers = [...DIALOG_CAPABILITIES, ...sessionRequestHeaders(leg)];
    const body = sdp === undefined ? undefined : { contentType: "application/sdp", text: sdp };
    const onResponse = (response: IncomingResponse): void => this.#onResponse(response);
    const onFailed = ({ code }: SignalingError): void => this.#fail(code);
    this.#pending = this.#requests.sendAside(leg, { method: "INVITE", headers, body }, { onResponse, onFailed });
  }

  cancel(headers: HeaderList): void {
    this.#pending?.cancel(headers);
  }

  /** It is not the callee. */
  leave(): void {
    this.#onGone();
  }

  #onResponse(response: IncomingResponse): void {
    const { message } = response;
    const { status } = message;
    if (status < 200) return;
    // The dialog goes on after a refusal (RFC 3261 14.1), but there is nothing that it could go on with.
    if (status >= 300) return this.#fail("refused");
    this.#response = response;
    adoptAbilities(this.leg, message);
    this.leg.session = sessionOfResponse(message) ?? this.leg.session;
    this.#events?.onAnswered(sdpOf(message));
  }

  #fail(why: string): void {
    if (why !== "edge-lost") this.#requests.bye(this.leg, COMPLETED_ELSEWHERE);
    this.#events?.onFailed();
  }
}
