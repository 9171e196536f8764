import { detached, type Ids } from "../../common/index.ts";
import { escapeUser, formatNameAddr, tagOf } from "../../sip/message/index.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../signaling/signaling-error.ts";
import type { Body, HeaderList, IncomingResponse, PendingRequest, SignalingPort } from "../signaling/signaling-port.ts";
import { allowsUpdate, DIALOG_CAPABILITIES } from "./capabilities.ts";
import { dialogIdOf, type Leg, type LegDevice, type LegRegistration, type SessionPolicy } from "./leg.ts";
import { sdpOf } from "./session-body.ts";
import { contactOf } from "./way-to-leg.ts";
import { minSeOf, sessionOfResponse, sessionRequestHeaders } from "./session-interval.ts";

/** One place to send an INVITE to. */
export interface BranchTarget {
  readonly uri: string;
  readonly proxyUri?: string;
  /** Route values (RFC 3327). */
  readonly path?: readonly string[];
  /** Absent for a peer. */
  readonly registration?: LegRegistration;
  readonly device: LegDevice;
  readonly policy: SessionPolicy;
  readonly latch: Leg["latch"];
}

export interface BranchOptions {
  readonly branchId: string;
  readonly target: BranchTarget;
  readonly caller: LegDevice;
  /** Beside what every INVITE has: Max-Forwards, Subject. */
  readonly headers: HeaderList;
  readonly port: SignalingPort;
  readonly ids: Ids;
}

export interface BranchEvents {
  /** The branch has a (new) leg; called before anything is sent. */
  onLeg(leg: Leg, before: Leg | undefined): void;
  onProgress(status: number, sdp: string | undefined): void;
  onAnswered(sdp: string | undefined): void;
  onFailed(status: number): void;
}

/** A longer session than a day is not agreed to. */
const MAX_MIN_SE_SECONDS = 86_400;

/** One INVITE of ours, from sending it to its final response. */
export class Branch {
  readonly branchId: string;
  readonly #options: BranchOptions;
  readonly #events: BranchEvents;
  #leg: Leg | undefined;
  #pending: PendingRequest | undefined;
  #response: IncomingResponse | undefined;
  #cancelHeaders: HeaderList | undefined;
  #body: Body | undefined;
  #hasRetried = false;

  constructor(options: BranchOptions, events: BranchEvents) {
    this.branchId = options.branchId;
    this.#options = options;
    this.#events = events;
  }

  get leg(): Leg | undefined {
    return this.#leg;
  }

  /** The 2xx, once there is one. */
  get response(): IncomingResponse | undefined {
    return this.#response;
  }

  send(sdp: string | undefined): void {
    this.#body = sdp === undefined ? undefined : { contentType: "application/sdp", text: sdp };
    this.#send(0);
  }

  /** Gives it up; its final response still comes. */
  cancel(headers: HeaderList): void {
    this.#cancelHeaders = headers;
    this.#pending?.cancel(headers);
  }

  #send(minSe: number): void {
    const { target, port } = this.#options;
    const leg = newLeg(this.#options);
    const before = this.#leg;
    this.#leg = leg;
    this.#events.onLeg(leg, before);
    this.#pending = port.request(
      {
        method: "INVITE",
        uri: target.uri,
        ...(target.proxyUri === undefined ? {} : { proxyUri: target.proxyUri }),
        headers: this.#headers(leg, minSe),
        ...(this.#body === undefined ? {} : { body: this.#body }),
      },
      {
        onResponse: (response) => this.#onResponse(leg, response),
        onFailed: (error) => this.#events.onFailed(STATUS_OF_SIGNALING_ERROR[error.code]),
      },
    );
  }

  #headers(leg: Leg, minSe: number): HeaderList {
    const { caller, target, headers } = this.#options;
    const from = { displayName: caller.displayName, uri: localUri(caller.number), params: new Map() };
    return [
      ["From", `${formatNameAddr(from)};tag=${leg.localTag}`],
      ["To", `<${localUri(target.device.number)}>`],
      ["Call-ID", leg.sipCallId],
      ...headers,
      ...(target.path ?? []).map((route) => ["Route", route] as const),
      ...DIALOG_CAPABILITIES,
      ...sessionRequestHeaders(leg, minSe),
    ];
  }

  #onResponse(leg: Leg, response: IncomingResponse): void {
    const { message } = response;
    const { status } = message;
    if (status < 300) adopt(leg, response);
    if (status < 200) this.#events.onProgress(status, sdpOf(message));
    else if (status < 300) {
      this.#response = response;
      leg.session = sessionOfResponse(message);
      this.#events.onAnswered(sdpOf(message));
    } else if (status === 422 && this.#isWorthRetrying(minSeOf(message))) {
      // RFC 4028 7.4.
      this.#hasRetried = true;
      this.#send(minSeOf(message));
    } else {
      this.#events.onFailed(status);
    }
  }

  #isWorthRetrying(minSe: number): boolean {
    return !this.#hasRetried && this.#cancelHeaders === undefined && minSe > 0 && minSe <= MAX_MIN_SE_SECONDS;
  }
}

/** What a response tells about the leg; of several forks behind a contact the last one to speak. */
function adopt(leg: Leg, { message, source }: IncomingResponse): void {
  leg.remoteTag = detached(tagOf(message.get("to") ?? "") ?? "");
  if (source.address !== "") leg.source = source;
  const contact = contactOf(message);
  if (contact !== undefined) leg.contact = contact;
  if (message.has("allow")) leg.allowsUpdate = allowsUpdate(message);
}

function newLeg({ target, ids }: BranchOptions): Leg {
  const sipCallId = ids.uuid();
  // The edge tells by this form who began a dialog that it does not know.
  const localTag = `c${ids.token(7)}`;
  return {
    dialogId: dialogIdOf(sipCallId, localTag),
    sipCallId,
    localTag,
    remoteTag: "",
    device: target.device,
    source: { protocol: "", address: "", port: 0 },
    latch: target.latch,
    policy: target.policy,
    allowsUpdate: false,
    session: undefined,
    ...(target.registration === undefined ? {} : { registration: target.registration }),
  };
}

/** The edge puts its own address in place of `localhost`. */
function localUri(number: string): string {
  return `sip:${escapeUser(number)}@localhost`;
}
