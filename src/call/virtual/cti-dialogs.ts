import {
  agreedByAnswer,
  answerAsTerminal,
  offerAsTerminal,
  type AgreedAudio,
  type AudioTerminal,
  type RelayEndpoint,
  type TerminalAnswer,
} from "../../media/index.ts";
import type { Leg } from "../control/leg/leg.ts";
import { reasonOf } from "../control/headers/reason-header.ts";
import type { Body, OutgoingRequest, PendingRequest, RequestEvents } from "../signaling/signaling-port.ts";
import { headerOf, localResponse, type LocalResponse, type ResponseIdentity } from "./cti-message.ts";
import { digitsOf } from "./info-digits.ts";
import type { CallAudio } from "./media-views.ts";
import type { SwitchMedia } from "./switch-media.ts";

export interface CtiDialogsOptions {
  readonly legOf: (dialogId: string) => Leg | undefined;
  readonly media: SwitchMedia;
  /** The call that a leg is in, or is being answered in. */
  readonly callOf: (leg: Leg) => string | undefined;
  /** It is a party of that. */
  readonly isUp: (leg: Leg) => boolean;
  /** What a device sends and gets begins or ends. */
  readonly onAudio: (leg: Leg, moment: "started" | "stopped", terminal: AudioTerminal, audio: CallAudio) => void;
  readonly onDigits: (leg: Leg, digits: string) => void;
  readonly onEnded: (leg: Leg) => void;
}

const NOTHING_PENDING: PendingRequest = { cancel: () => undefined };
const SDP = "application/sdp";
/** Q.850: incompatible destination. */
const INCOMPATIBLE = 88;

/** The dialogs of devices of applications: what the switch asks of them is answered by what the application has said. */
export class CtiDialogs {
  readonly #options: CtiDialogsOptions;

  constructor(options: CtiDialogsOptions) {
    this.#options = options;
  }

  /** A leg that ends in call control; undefined: the edge has it. */
  find(dialogId: string): Leg | undefined {
    const leg = this.#options.legOf(dialogId);
    return leg?.cti === undefined ? undefined : leg;
  }

  request(leg: Leg, request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const { method, body } = request;
    switch (method) {
      case "INVITE":
      case "UPDATE":
        return this.#change(leg, request, events);
      case "BYE":
        this.#setAudio(leg, undefined);
        if (leg.cti?.terminal === "switch") this.#options.media.release(leg);
        this.#options.onEnded(leg);
        return respond(request, leg, events, { status: 200 });
      case "INFO": {
        const digits = body === undefined ? "" : digitsOf(body);
        if (digits !== "") this.#options.onDigits(leg, digits);
        return respond(request, leg, events, { status: 200 });
      }
      case "OPTIONS":
        return respond(request, leg, events, { status: 200 });
      case "MESSAGE":
      case "NOTIFY":
      case "PRACK":
      case "REGISTER":
        return respond(request, leg, events, { status: 405 });
    }
  }

  /** What is sent to a device outside a dialog, and is no call. */
  refuse(request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const from = headerOf(request, "from") ?? "";
    const identity = {
      sipCallId: headerOf(request, "call-id") ?? "cti",
      from,
      to: headerOf(request, "to") ?? "",
      tag: "d",
    };
    const answer = localResponse(request.method, identity, { status: 405 });
    queueMicrotask(() => events.onResponse(answer));
    return NOTHING_PENDING;
  }

  /** What a new call is answered with; undefined: nothing goes with what the caller offers. @param foreseen the answer, where it is known */
  answer(leg: Leg, offer: string | undefined, foreseen?: TerminalAnswer): string | undefined {
    const { cti } = leg;
    if (cti === undefined || cti.terminal === "switch") return undefined;
    if (offer === undefined) return offerAsTerminal(cti.terminal);
    const answer = foreseen ?? answerAsTerminal(offer, cti.terminal);
    if (answer !== undefined) this.#setAudio(leg, answer.audio);
    return answer?.sdp;
  }

  /** An answer that came in the ACK to an offer of ours. */
  acknowledged(leg: Leg, answer: Body | undefined): void {
    if (answer === undefined || leg.cti === undefined) return;
    const { terminal } = leg.cti;
    if (terminal === "switch") void this.#options.media.accept(leg, answer.text);
    else this.#setAudio(leg, agreedByAnswer(answer.text, terminal));
  }

  #change(leg: Leg, request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const { method, body } = request;
    if (method === "UPDATE" && body === undefined) return respond(request, leg, events, { status: 200 });
    const take = (text: string | undefined): PendingRequest => {
      if (text === undefined) {
        return respond(request, leg, events, { status: 488, headers: reasonOf({ cause: INCOMPATIBLE }) });
      }
      const acknowledge = (answer?: Body): void => this.acknowledged(leg, answer);
      return respond(request, leg, events, { status: 200, body: { contentType: SDP, text } }, acknowledge);
    };
    if (leg.cti?.terminal === "switch") {
      void this.switched(leg, body?.text, leg.cti.prompt).then(take);
      return NOTHING_PENDING;
    }
    this.#renew(leg);
    return take(this.answer(leg, body?.text));
  }

  /** What a device offers whose media is elsewhere now; undefined: nothing. @param last what it was sent last */
  async offerAgain(leg: Leg, last: string | undefined): Promise<string | undefined> {
    if (leg.cti?.terminal === "switch") return this.#options.media.offer(leg, leg.cti.prompt);
    this.#renew(leg);
    const { terminal } = leg.cti ?? {};
    if (terminal === undefined || terminal === "switch") return undefined;
    // RFC 3264 8: with as many streams as there were.
    return (last === undefined ? undefined : answerAsTerminal(last, terminal)?.sdp) ?? offerAsTerminal(terminal);
  }

  /** What a device says whose media ends in the media service; undefined: that does not take it. Never rejects. */
  switched(leg: Leg, offer: string | undefined, prompt: RelayEndpoint | undefined): Promise<string | undefined> {
    const { media } = this.#options;
    return offer === undefined ? media.offer(leg, prompt) : media.answer(leg, offer, prompt);
  }

  /** RFC 3264 8: the version of what is said next; also where it says the same, that does no harm. */
  #renew(leg: Leg): void {
    if (leg.cti === undefined || leg.cti.terminal === "switch") return;
    const { terminal } = leg.cti;
    leg.cti = { ...leg.cti, terminal: { ...terminal, version: terminal.version + 1 } };
  }

  /**
   * Legs of a device, some of which may be parties of another call than before, or on their way out: what is told of their
   * media names the call that it is in.
   */
  moved(legs: readonly Leg[]): void {
    const { isUp, callOf } = this.#options;
    const moved = legs.filter((leg) => leg.cti?.callId !== undefined && isUp(leg) && callOf(leg) !== leg.cti.callId);
    const names = new Set(moved.map(callOf));
    for (const leg of legs) if (!isUp(leg) && names.has(leg.cti?.callId)) this.#setAudio(leg, undefined);
    const audios = moved.map((leg) => leg.cti?.audio);
    for (const leg of moved) this.#setAudio(leg, undefined);
    for (const [index, leg] of moved.entries()) this.#setAudio(leg, audios[index]);
  }

  #setAudio(leg: Leg, now: AgreedAudio | undefined): void {
    if (leg.cti === undefined || leg.cti.terminal === "switch") return;
    const { onAudio, callOf } = this.#options;
    const { terminal, audio: before, callId: toldIn } = leg.cti;
    const isOther = !isSame(before, now);
    const callId = isOther ? callOf(leg) : toldIn;
    leg.cti = { terminal, ...(now && { audio: now, ...(callId === undefined ? {} : { callId }) }) };
    if (!isOther) return;
    const endedIn = toldIn ?? callId;
    if (before !== undefined && endedIn !== undefined) {
      onAudio(leg, "stopped", terminal, { callId: endedIn, audio: before });
    }
    if (now !== undefined && callId !== undefined) onAudio(leg, "started", terminal, { callId, audio: now });
  }
}

function respond(
  { method }: OutgoingRequest,
  leg: Leg,
  events: RequestEvents,
  response: LocalResponse,
  acknowledge?: (body?: Body) => void,
): PendingRequest {
  const answer = localResponse(method, identityOf(leg), response, acknowledge);
  queueMicrotask(() => events.onResponse(answer));
  return NOTHING_PENDING;
}

function identityOf({ sipCallId, localTag, remoteTag, device }: Leg): ResponseIdentity {
  const from = `<sip:localhost>;tag=${localTag}`;
  return { sipCallId, from, to: `<cti:${encodeURIComponent(device.name)}>`, tag: remoteTag };
}

function isSame(one: AgreedAudio | undefined, other: AgreedAudio | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const isSamePlace = one.remote.address === other.remote.address && one.remote.port === other.remote.port;
  const isSameFormat = one.codec === other.codec && one.packetTimeMs === other.packetTimeMs;
  return isSamePlace && isSameFormat && one.sends === other.sends && one.receives === other.receives;
}
