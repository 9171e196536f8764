import { detached, type Ids } from "../../../common/index.ts";
import { parseNameAddr, splitList, tagOf, type SipMessage } from "../../../sip/message/index.ts";
import { asserted, localUri, presentedFrom, type PresentedParty } from "../../identity/presented-identity.ts";
import type { RedirectionHistory } from "../../identity/redirection-history.ts";
import type { Refusal, ToldReason } from "../../model/index.ts";
import type { RecordRoute } from "../../record/call-record.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../../signaling/signaling-error.ts";
import type {
  Body,
  HeaderList,
  IncomingResponse,
  PendingRequest,
  SignalingPort,
} from "../../signaling/signaling-port.ts";
import { connectedDevice } from "./caller-identity.ts";
import { adoptAbilities, DIALOG_CAPABILITIES, OFFER_CAPABILITIES } from "../headers/capabilities.ts";
import { dialogOfResponse } from "./leg-dialog.ts";
import { dialogIdOf, trunkOf, type Leg, type LegDevice, type LegRegistration, type SessionPolicy } from "./leg.ts";
import { redirectingHeaders } from "../routing/redirecting-headers.ts";
import { rackOf } from "../headers/reliability.ts";
import { COMPLETED_ELSEWHERE, toldReason } from "../headers/reason-header.ts";
import { sdpOf } from "../session/session-body.ts";
import { minSeOf, sessionOfResponse, sessionRequestHeaders } from "../session/session-interval.ts";
import { warningCodes } from "../headers/warning-header.ts";

/** One way to a phone or peer. */
export interface Way {
  readonly uri: string;
  readonly proxyUri?: string;
  /** Route values (RFC 3327). */
  readonly path?: readonly string[];
  /** Told when the flow that it names is no more. */
  readonly onFlowFailed?: () => void;
}

/** One place to send an INVITE to. */
export interface BranchTarget extends Way {
  /** Other ways to the same place, tried one after the other while nothing comes back. */
  readonly otherWays?: readonly Way[];
  /** Absent for a peer. */
  readonly registration?: LegRegistration;
  readonly device: LegDevice;
  /** How the caller is shown to it, where a dial plan changes that. */
  readonly callerNumber?: string;
  /** Others stand in for it while it says nothing at all: its 100 counts. Absent: no. */
  readonly isTried?: boolean;
  /** How a trunk shows callers; absent: as they are. */
  readonly showCaller?: <Party extends PresentedParty>(caller: Party) => Party;
  /** It is not to be disturbed: it gets no INVITE, and rings as the caller hears it. Absent: it may. */
  readonly isSilent?: boolean;
  /** Why nothing is sent there at the moment; undefined: it is. Absent: nothing speaks against it. */
  readonly admit?: () => BranchRefusal | undefined;
  /** A peer of the trust domain. */
  readonly isTrusted: boolean;
  readonly policy: SessionPolicy;
  readonly latch: Leg["latch"];
  /** How the call came to go there; absent: it was called. */
  readonly redirections?: RedirectionHistory;
  /** What an application has named for it; who is no peer of the trust domain and no phone is not told. */
  readonly headers?: HeaderList;
  /** How it was chosen, for the call's record; absent: there is nothing to say. */
  readonly route?: RecordRoute;
}

/** What the switch itself refuses a branch with. */
export interface BranchRefusal {
  readonly status: number;
  readonly told: ToldReason;
}

export interface BranchOptions {
  readonly branchId: string;
  readonly target: BranchTarget;
  readonly caller: LegDevice;
  /** Beside what every INVITE has: Max-Forwards, Subject. */
  readonly headers: HeaderList;
  /** What only peers of the trust domain are told. */
  readonly toTrusted: HeaderList;
  readonly port: SignalingPort;
  readonly ids: Ids;
}

export interface BranchEvents {
  /** The branch has a (new) leg; called before anything is sent. The one before has ended with `statusBefore`. */
  onLeg(leg: Leg, before: Leg | undefined, statusBefore: number): void;
  /** 100. */
  onTrying(): void;
  /** `connected`: who rings, as far as is known. */
  onProgress(status: number, sdp: string | undefined, connected: LegDevice): void;
  /** What it answers with, should it answer. */
  onForeseen(sdp: string): void;
  onAnswered(sdp: string | undefined, connected: LegDevice): void;
  /**
   * @param status 430 when the edge could not reach the place at all
   * @param warnings codes of the refusal's warnings about session descriptions
   */
  /** @param contact of a phone that says where to call instead: the first URI */
  onFailed(refusal: Refusal, warnings: readonly number[], contact?: string): void;
}

const FLOW_FAILED = 430;
/** The embedded edge then hands over 100 responses; it does not send the field. */
const WANTS_TRYING: HeaderList = [["X-Tandem-Trying", "wanted"]];
/** What phones take for a key that is pressed on them (BroadWorks remote control). */
const TALK: HeaderList = [
  ["Event", "talk"],
  ["Subscription-State", "active"],
];
/** A longer session than a day is not agreed to. */
const MAX_MIN_SE_SECONDS = 86_400;
/** PRACKs without an answer; who goes on without answering them gets no more. */
const MAX_OPEN_PRACKS = 8;

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
  #isOfferLater = false;
  #hasRetried = false;
  /** It is taken back, and comes again with these: what makes a phone answer by itself. */
  #answerHeaders: HeaderList | undefined;
  #isCalledAnew = false;
  #openPracks = 0;
  /** What the fork that spoke last has answered to our offer before its 2xx. */
  #early: { readonly tag: string; readonly sdp: string } | undefined;
  #way: Way;
  readonly #otherWays: Way[];

  constructor(options: BranchOptions, events: BranchEvents) {
    this.branchId = options.branchId;
    this.#options = options;
    this.#events = events;
    this.#way = options.target;
    this.#otherWays = [...(options.target.otherWays ?? [])];
  }

  get leg(): Leg | undefined {
    return this.#leg;
  }

  /** The 2xx, once there is one. */
  get response(): IncomingResponse | undefined {
    return this.#response;
  }

  /** What it was offered. */
  get offered(): string | undefined {
    return this.#body?.text;
  }

  /** @param isOfferLater `offer` follows; of what ends in call control */
  send(sdp: string | undefined, isOfferLater = false): void {
    this.#isOfferLater = isOfferLater;
    this.#body = sdp === undefined ? undefined : { contentType: "application/sdp", text: sdp };
    this.#send(0, 0);
  }

  /** The offer that it went without. */
  offer(sdp: string): void {
    this.#isOfferLater = false;
    this.#body = { contentType: "application/sdp", text: sdp };
    this.#pending?.offer?.(sdp);
  }

  /** Gives it up; its final response still comes. */
  cancel(headers: HeaderList): void {
    this.#cancelHeaders = headers;
    this.#pending?.cancel(headers);
  }

  /**
   * Asks what rings to answer. @param headers it is called anew with; absent: by a request in its dialog
   * @returns false: it does not ring
   */
  askToAnswer(headers: HeaderList | undefined, onRefused: (status: number) => void): boolean {
    const leg = this.#leg;
    const isRinging = leg !== undefined && leg.remoteTag !== "" && this.#response === undefined;
    if (!isRinging || this.#cancelHeaders !== undefined || this.#answerHeaders !== undefined) return false;
    if (headers !== undefined) {
      this.#answerHeaders = headers;
      this.#pending?.cancel(COMPLETED_ELSEWHERE);
      return true;
    }
    const { port, target } = this.#options;
    port.request(
      { method: "NOTIFY", dialogId: leg.dialogId, headers: TALK, ...trunkOf(target.device) },
      {
        onResponse: ({ message: { status } }) => {
          if (status >= 300) onRefused(status);
        },
        onFailed: ({ code }) => onRefused(STATUS_OF_SIGNALING_ERROR[code]),
      },
    );
    return true;
  }

  #send(minSe: number, statusBefore: number): void {
    const { port } = this.#options;
    const { uri, proxyUri } = this.#way;
    const leg = newLeg(this.#options);
    const before = this.#leg;
    this.#leg = leg;
    this.#events.onLeg(leg, before, statusBefore);
    let isOver = false;
    const pending = port.request(
      {
        method: "INVITE",
        uri,
        ...trunkOf(this.#options.target.device),
        ...(proxyUri === undefined ? {} : { proxyUri }),
        headers: this.#headers(leg, minSe),
        ...(this.#body === undefined ? {} : { body: this.#body }),
        ...(this.#isOfferLater ? { isOfferLater: true } : {}),
      },
      {
        onResponse: (response) => this.#onResponse(leg, response),
        onTrying: () => this.#events.onTrying(),
        onForeseen: (sdp) => this.#events.onForeseen(sdp),
        onFailed: ({ code }) => {
          isOver = true;
          const status = STATUS_OF_SIGNALING_ERROR[code];
          // There is no way at all, and nobody may be left to tell of another leg.
          if (code === "edge-lost") this.#events.onFailed({ status }, []);
          else if (code === "unanswered") this.#events.onFailed({ status, isUnanswered: true }, []);
          else if (code === "application-failed") this.#events.onFailed({ status, isFailed: true }, []);
          else this.#onUnreached(status);
        },
      },
    );
    // It may have failed already, and another have taken its place.
    if (!isOver) this.#pending = pending;
  }

  #headers(leg: Leg, minSe: number): HeaderList {
    const { target, headers, toTrusted, port } = this.#options;
    const { callerNumber, showCaller = asIs } = target;
    const caller = showCaller<LegDevice>({
      ...this.#options.caller,
      ...(callerNumber === undefined ? {} : { number: callerNumber }),
    });
    return [
      ["From", presentedFrom(caller, leg.localTag)],
      ["To", `<${localUri(target.device.number)}>`],
      ["Call-ID", leg.sipCallId],
      ...(target.isTried === true && port.takesDialogs ? WANTS_TRYING : []),
      ...(target.isTrusted ? [...asserted(caller), ...toTrusted] : []),
      ...(target.isTrusted || target.device.kind === "sip-phone" ? (target.headers ?? []) : []),
      ...this.#redirecting(showCaller),
      ...headers,
      ...(this.#answerHeaders ?? []),
      ...(this.#way.path ?? []).map((route) => ["Route", route] as const),
      ...(this.#body === undefined ? DIALOG_CAPABILITIES : OFFER_CAPABILITIES),
      ...sessionRequestHeaders(leg, minSe),
    ];
  }

  #redirecting(show: (party: PresentedParty) => PresentedParty): HeaderList {
    const { target, caller } = this.#options;
    const { device, isTrusted, redirections = [] } = target;
    return redirectingHeaders(redirections, {
      number: device.number,
      uri: this.#way.uri,
      isContact: device.kind === "sip-phone",
      isTrusted,
      show,
      callerPrivacy: caller.privacy ?? [],
    });
  }

  #onResponse(leg: Leg, response: IncomingResponse): void {
    const { message } = response;
    const { status } = message;
    if (status < 300) adopt(leg, response);
    else if (response.source.address !== "") leg.source = response.source;
    if (status < 200) this.#onProgress(leg, message);
    else if (status < 300) {
      this.#response = response;
      leg.session = sessionOfResponse(message);
      // What ends in call control is no edge's business.
      if (leg.cti === undefined) {
        leg.dialog = dialogOfResponse(response, this.#way.proxyUri, this.#options.port.edgeMemory);
      }
      this.#events.onAnswered(sdpOf(message) ?? this.#earlyAnswer(leg), this.#connected(message));
    } else if (status === 487 && this.#isToBeCalledAnew) {
      this.#isCalledAnew = true;
      this.#send(0, status);
    } else if (status === 422 && this.#isWorthRetrying(minSeOf(message))) {
      // RFC 4028 7.4.
      this.#hasRetried = true;
      this.#send(minSeOf(message), status);
    } else if (isUnreached(response)) {
      if (status === FLOW_FAILED) this.#way.onFlowFailed?.();
      // The edge answers 503 in the place of a peer that it has no way to.
      this.#onUnreached(status === 503 ? FLOW_FAILED : status, toldReason(message));
    } else {
      const contact = status < 400 && this.#options.target.device.kind === "sip-phone" ? contactOf(message) : undefined;
      this.#events.onFailed({ status, told: toldReason(message) }, warningCodes(message), contact);
    }
  }

  get #isToBeCalledAnew(): boolean {
    return this.#answerHeaders !== undefined && !this.#isCalledAnew && this.#cancelHeaders === undefined;
  }

  #onProgress(leg: Leg, message: SipMessage): void {
    const sdp = sdpOf(message);
    this.#acknowledge(leg, message);
    if (sdp !== undefined) this.#early = { tag: leg.remoteTag, sdp };
    this.#events.onProgress(message.status, sdp, this.#connected(message));
  }

  /** RFC 3262 4; repetitions have not come past the edge, and whatever the answer is, nothing follows from it. */
  #acknowledge({ dialogId }: Leg, response: SipMessage): void {
    const rack = rackOf(response);
    // RFC 3262 3: the next reliable response waits for the PRACK of the one before.
    if (rack === undefined || this.#openPracks >= MAX_OPEN_PRACKS) return;
    this.#openPracks += 1;
    const onResponse = ({ message }: IncomingResponse): void => {
      if (message.status >= 200) this.#openPracks -= 1;
    };
    const onFailed = (): void => void (this.#openPracks -= 1);
    const { port, target } = this.#options;
    const headers = [["RAck", rack]] as const;
    port.request({ method: "PRACK", dialogId, headers, ...trunkOf(target.device) }, { onResponse, onFailed });
  }

  #connected(message: SipMessage): LegDevice {
    const { device, isTrusted } = this.#options.target;
    return connectedDevice(device, isTrusted, message);
  }

  /** RFC 3261 13.2.1: the first session description is the answer, and some gateways do not say it again in the 2xx. */
  #earlyAnswer({ remoteTag }: Leg): string | undefined {
    return this.#body !== undefined && this.#early?.tag === remoteTag ? this.#early.sdp : undefined;
  }

  /** RFC 5626 7: the next way to the same phone, which has not got the call over this one. */
  #onUnreached(status: number, told?: ToldReason): void {
    const next = this.#cancelHeaders === undefined ? this.#otherWays.shift() : undefined;
    if (next === undefined) return this.#events.onFailed({ status, told }, []);
    this.#way = next;
    this.#hasRetried = false;
    this.#send(0, status);
  }

  #isWorthRetrying(minSe: number): boolean {
    return !this.#hasRetried && this.#cancelHeaders === undefined && minSe > 0 && minSe <= MAX_MIN_SE_SECONDS;
  }
}

/** RFC 3261 8.1.3.4: one of the contacts is tried, the first. */
function contactOf(message: SipMessage): string | undefined {
  const [first] = splitList(message.get("contact") ?? "");
  const address = first === undefined ? undefined : parseNameAddr(first);
  return address?.ok === true ? detached(address.value.uri) : undefined;
}

function asIs<Party>(caller: Party): Party {
  return caller;
}

/** What the edge says when a request has reached nobody; 430 also comes from proxies on the way. */
export function isUnreached({ message: { status }, source }: IncomingResponse): boolean {
  return status === FLOW_FAILED || (source.address === "" && (status === 408 || status === 503));
}

/** What a response tells about the leg; of several forks behind a contact the last one to speak. */
function adopt(leg: Leg, { message, source }: IncomingResponse): void {
  leg.remoteTag = detached(tagOf(message.get("to") ?? "") ?? "");
  if (source.address !== "") leg.source = source;
  adoptAbilities(leg, message);
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
