import type { Clock, Timer } from "../../common/index.ts";
import type { CtiFailure } from "../../signals/index.ts";
import type { CallSession } from "../control/session/call-session.ts";
import type { Leg } from "../control/leg/leg.ts";
import { reasonOf } from "../control/headers/reason-header.ts";
import { SignalingError } from "../signaling/signaling-error.ts";
import type { Body, OutgoingRequest, PendingRequest, RequestEvents } from "../signaling/signaling-port.ts";
import { asksWithoutMedia, dialogIdOfRequest, headerOf, localResponse } from "./cti-message.ts";
import type { LocalResponse, ResponseIdentity } from "./cti-message.ts";
import {
  NEW_OFFER,
  stepOffer,
  type Offer,
  type OfferEffect,
  type OfferEvent,
  type OfferState,
  type OfferTimer,
  type PauseReason,
} from "./offer-machine.ts";

/** What an application is answered that has asked for something. */
export type CtiAnswer =
  | { readonly ok: true; readonly isUnchanged?: true }
  | { readonly ok: false; readonly failure: CtiFailure; readonly detail: string };

/** A call that a device is offered. */
export interface OfferedCall {
  readonly device: string;
  readonly sessionId: string;
  readonly leg: Leg;
  /** What the caller offers; undefined: the device is to make the offer, or that is not known yet. */
  readonly sdp: string | undefined;
  /** The device took no media then: there is no offer of the caller, and none follows. */
  readonly isWithoutMedia?: boolean;
}

/** Where such a call stands. */
export interface FoundOffer extends OfferedCall {
  readonly offer: Offer;
}

/** By its identity what is known of it is kept for as long as it is there. */
export type OfferingSession = Pick<CallSession, "callId">;

/** How a call stood at a line that it has left: it rang, or its accept timer had so long to go; undefined: that stood still. */
type LeftLine = { readonly rang: true } | { readonly rang: false; readonly acceptMs: number | undefined };

/** Lines of devices that a session has been offered to. */
interface RungLines {
  /** Until it went elsewhere. */
  readonly left: Map<string, LeftLine>;
  /** It is on its way back there. */
  readonly returning: Map<string, LeftLine>;
}

export interface OffersOptions {
  readonly clock: Clock;
  /** The session that a dialog is a branch of. */
  readonly legOf: (dialogId: string) => { readonly leg: Leg; readonly session: OfferingSession } | undefined;
  /** It talks: applications have been told so. */
  readonly isUp: (leg: Leg) => boolean;
  /** The device is open. */
  readonly isOpen: (device: string) => boolean;
  /** Why its application cannot be expected to say anything now. */
  readonly pausesOf: (device: string) => readonly PauseReason[];
  /** How long its application may leave a call alone. */
  readonly acceptMsOf: (device: string) => number;
  /** How long it may take to say where it wants a call's RTP. */
  readonly mediaMs: number;
  readonly onOffered: (call: OfferedCall) => void;
  /** The caller's offer is known that was not when the device was offered the call. */
  readonly onOfferKnown: (call: OfferedCall) => void;
  /** The device has asked for the call itself: it is to answer at once. */
  readonly onWanted: (call: OfferedCall) => void;
  /** The session description that a call is answered with; undefined: nothing goes with the caller's offer. */
  readonly answerOf: (call: OfferedCall) => string | undefined;
  /** An answer that came in the ACK to what a call was answered with. */
  readonly onAcknowledged: (call: OfferedCall, body: Body | undefined) => void;
  /** The call is not offered any more. */
  readonly onOver: (call: OfferedCall) => void;
}

interface Entry {
  call: OfferedCall;
  /** Who waits for the caller's offer, which follows; undefined: it is there, or there is none. */
  awaitsOffer: (() => void)[] | undefined;
  readonly session: OfferingSession;
  readonly identity: ResponseIdentity;
  readonly events: RequestEvents;
  readonly timers: Map<OfferTimer, Timer>;
  readonly waiting: ((answer: CtiAnswer) => void)[];
  offer: Offer;
  /** When the accept timer fires, or would have. */
  acceptAtMs: number;
}

const NOTHING_PENDING: PendingRequest = { cancel: () => undefined };
const GONE: CtiAnswer = { ok: false, failure: "party-gone", detail: "the call is not offered any more" };
const UNFIT: CtiAnswer = { ok: false, failure: "media-incompatible", detail: "no codec goes with the caller's offer" };
const NO_ADDRESS: CtiAnswer = { ok: false, failure: "media-address-missing", detail: "no address was set in time" };
/** Q.850: incompatible destination. */
const INCOMPATIBLE = 88;

/** Calls that devices of applications are offered and have not answered; as many as their lines take. */
export class Offers {
  readonly #options: OffersOptions;
  readonly #byDevice = new Map<string, Set<Entry>>();
  /** By device and session: a hunt may ring several lines of a device at a time. */
  readonly #byCall = new Map<string, Set<Entry>>();
  readonly #byDialog = new Map<string, Entry>();
  /** Answered, and not connected yet; by dialog, and by device. */
  readonly #answered = new Map<string, Entry>();
  readonly #answeredBy = new Map<string, Set<Entry>>();
  readonly #rung = new WeakMap<OfferingSession, RungLines>();

  constructor(options: OffersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byDialog.size;
  }

  /** An INVITE to a device. */
  invite(device: string, request: OutgoingRequest, events: RequestEvents): PendingRequest {
    const sipCallId = headerOf(request, "call-id") ?? "";
    const from = headerOf(request, "from") ?? "";
    const { leg, session } = this.#options.legOf(dialogIdOfRequest(sipCallId, from)) ?? {};
    if (leg === undefined || session === undefined || !this.#options.isOpen(device)) {
      const failed = new SignalingError("application-failed", `${device} is not open`);
      queueMicrotask(() => events.onFailed(failed));
      return NOTHING_PENDING;
    }
    const isWithoutMedia = asksWithoutMedia(request);
    const call: OfferedCall = { device, sessionId: session.callId, leg, sdp: request.body?.text, isWithoutMedia };
    const identity = { sipCallId, from, to: headerOf(request, "to") ?? "", tag: `d${leg.localTag}` };
    const entry: Entry = {
      call,
      awaitsOffer: request.isOfferLater === true ? [] : undefined,
      session,
      identity,
      events,
      timers: new Map(),
      waiting: [],
      offer: NEW_OFFER,
      acceptAtMs: 0,
    };
    this.#add(entry, this.#takeReturn(entry));
    const isWanted = headerOf(request, "answer-mode") === "Auto";
    queueMicrotask(() => {
      if (entry.offer.state !== "offered") return;
      if (isWanted) this.#options.onWanted(call);
      else this.#options.onOffered(call);
    });
    return {
      cancel: () => this.#step(entry, { type: "cancel" }),
      offer: (sdp) => this.#offerKnown(entry, sdp),
    };
  }

  /** A session goes back to where it was: what it had rung at is rung at once, elsewhere the accept timer goes on. */
  returned(session: OfferingSession): void {
    const rung = this.#rung.get(session);
    if (rung !== undefined) this.#rung.set(session, { left: new Map(), returning: rung.left });
  }

  /** The call of a session that a device is offered; of several lines the one that answers, else the first. */
  find(device: string, sessionId: string): FoundOffer | undefined {
    const entries = [...(this.#byCall.get(keyOf({ device, sessionId })) ?? [])];
    const entry = entries.find(({ offer }) => offer.state === "answering") ?? entries[0];
    return entry && found(entry);
  }

  /** Calls of a device, the oldest one first. */
  *of(device: string): Iterable<FoundOffer> {
    for (const entry of this.#byDevice.get(device) ?? []) yield found(entry);
  }

  /** Undefined: it is not offered any more. */
  stateOf({ leg }: OfferedCall): OfferState | undefined {
    return this.#byDialog.get(leg.dialogId)?.offer.state;
  }

  /** Of one that is not offered any more nothing comes. */
  tell({ leg }: OfferedCall, event: OfferEvent): void {
    const entry = this.#byDialog.get(leg.dialogId);
    if (entry !== undefined) this.#step(entry, event);
  }

  /** What it is answered with, should it be. */
  foresee({ leg }: OfferedCall, sdp: string): void {
    this.#byDialog.get(leg.dialogId)?.events.onForeseen?.(sdp);
  }

  /** Of a session, on each line of a device that it is offered to. @returns false: it is offered to none */
  tellLines(device: string, sessionId: string, event: OfferEvent): boolean {
    const entries = [...(this.#byCall.get(keyOf({ device, sessionId })) ?? [])];
    for (const entry of entries) this.#step(entry, event);
    return entries.length > 0;
  }

  /** Of all calls of a device. */
  tellAll(device: string, event: OfferEvent): void {
    for (const entry of [...(this.#byDevice.get(device) ?? [])]) this.#step(entry, event);
  }

  /** Of all calls. */
  tellEverybody(event: OfferEvent): void {
    for (const device of [...this.#byDevice.keys()]) this.tellAll(device, event);
  }

  /** The caller's offer follows. */
  awaitsOffer({ leg }: OfferedCall): boolean {
    return this.#byDialog.get(leg.dialogId)?.awaitsOffer !== undefined;
  }

  /** Runs when what the caller offers is known, now or later; for a call that is over by then, never. */
  whenOfferKnown({ leg }: OfferedCall, run: (call: OfferedCall) => void): void {
    const entry = this.#byDialog.get(leg.dialogId);
    if (entry === undefined) return;
    if (entry.awaitsOffer === undefined) run(entry.call);
    else entry.awaitsOffer.push(() => run(entry.call));
  }

  /** Resolves when the caller and the device are connected, or says why they are not. To be asked before the event. */
  whenConnected({ leg }: OfferedCall): Promise<CtiAnswer> {
    const entry = this.#byDialog.get(leg.dialogId);
    if (entry === undefined) return Promise.resolve(GONE);
    return new Promise((resolve) => void entry.waiting.push(resolve));
  }

  /** A dialog has ended that was answered, or the call has no leg of it any more. */
  ended(dialogId: string): void {
    const entry = this.#answered.get(dialogId);
    if (entry !== undefined) this.#settleOne(entry, GONE);
  }

  /** Devices have gone a step further in their calls: who of them has been connected. */
  settle(devices: Iterable<string>): void {
    for (const device of devices) {
      for (const entry of [...(this.#answeredBy.get(device) ?? [])])
        if (this.#options.isUp(entry.call.leg)) this.#settleOne(entry, { ok: true });
    }
  }

  /** Nothing can be answered any more. */
  edgeLost(): void {
    for (const entry of [...this.#byDialog.values()]) {
      this.#end(entry, GONE);
      entry.events.onFailed(new SignalingError("edge-lost", "the connection to the edge is lost"));
    }
    for (const dialogId of [...this.#answered.keys()]) this.ended(dialogId);
  }

  #offerKnown(entry: Entry, sdp: string): void {
    const { awaitsOffer = [] } = entry;
    entry.awaitsOffer = undefined;
    entry.call = { ...entry.call, sdp };
    for (const run of awaitsOffer) if (this.stateOf(entry.call) !== undefined) run();
    if (entry.offer.state === "offered" || entry.offer.state === "alerting") this.#options.onOfferKnown(entry.call);
  }

  #settleOne(entry: Entry, answer: CtiAnswer): void {
    this.#answered.delete(entry.call.leg.dialogId);
    remove(this.#answeredBy, entry.call.device, entry);
    for (const resolve of entry.waiting.splice(0)) resolve(answer);
  }

  /** How the call stood here, if it has come back from elsewhere. */
  #takeReturn({ session, call }: Entry): LeftLine | undefined {
    const { returning } = this.#rung.get(session) ?? {};
    const left = returning?.get(lineOf(call));
    returning?.delete(lineOf(call));
    return left;
  }

  #add(entry: Entry, left: LeftLine | undefined): void {
    const { call } = entry;
    put(this.#byDevice, call.device, entry);
    put(this.#byCall, keyOf(call), entry);
    this.#byDialog.set(call.leg.dialogId, entry);
    this.#startTimer(entry, "accept", left?.rang === false ? left.acceptMs : undefined);
    for (const reason of this.#options.pausesOf(call.device)) this.#step(entry, { type: "pause", reason });
    if (left?.rang === true) this.#step(entry, { type: "accept" });
  }

  #step(entry: Entry, event: OfferEvent): void {
    const { offer, effects } = stepOffer(entry.offer, event);
    if (event.type === "cancel") this.#leave(entry);
    entry.offer = offer;
    for (const effect of effects) this.#perform(entry, effect);
  }

  #leave({ session, call, offer, timers, acceptAtMs }: Entry): void {
    if (offer.state !== "offered" && offer.state !== "alerting") return;
    const rung = this.#rung.get(session) ?? { left: new Map<string, LeftLine>(), returning: new Map() };
    const acceptMs = timers.has("accept") ? acceptAtMs - this.#options.clock.nowMs() : undefined;
    rung.left.set(lineOf(call), offer.state === "alerting" ? { rang: true } : { rang: false, acceptMs });
    this.#rung.set(session, rung);
  }

  #perform(entry: Entry, effect: OfferEffect): void {
    switch (effect.type) {
      case "ring":
        return this.#respond(entry, { status: 180 });
      case "answer":
        return this.#answer(entry);
      case "refuse":
        this.#end(entry, effect.isWithoutMedia === true ? NO_ADDRESS : GONE);
        return this.#respond(entry, { status: effect.status, headers: reasonOf(effect) });
      case "give-up": {
        this.#end(entry, GONE);
        const failed = new SignalingError(effect.why, "nobody has answered");
        return queueMicrotask(() => entry.events.onFailed(failed));
      }
      case "start-timer":
        return this.#startTimer(entry, effect.timer);
      case "stop-timer":
        entry.timers.get(effect.timer)?.cancel();
        return void entry.timers.delete(effect.timer);
    }
  }

  #answer(entry: Entry): void {
    const { call } = entry;
    const text = this.#options.answerOf(call);
    if (text === undefined) {
      this.#end(entry, UNFIT);
      return this.#respond(entry, { status: 488, headers: reasonOf({ cause: INCOMPATIBLE }) });
    }
    const { dialogId } = call.leg;
    this.#remove(entry);
    this.#answered.set(dialogId, entry);
    put(this.#answeredBy, call.device, entry);
    this.#options.onOver(call);
    // That is not the end of it yet: the media service may refuse, and who has answered too late is ended at once.
    const acknowledge = (body?: Body): void => this.#options.onAcknowledged(call, body);
    this.#respond(entry, { status: 200, body: { contentType: "application/sdp", text } }, acknowledge);
  }

  #respond({ identity, events }: Entry, response: LocalResponse, acknowledge?: (body?: Body) => void): void {
    const answer = localResponse("INVITE", identity, response, acknowledge);
    queueMicrotask(() => events.onResponse(answer));
  }

  #end(entry: Entry, answer: CtiAnswer): void {
    this.#remove(entry);
    this.#options.onOver(entry.call);
    for (const resolve of entry.waiting.splice(0)) resolve(answer);
  }

  #remove(entry: Entry): void {
    const { call, timers } = entry;
    for (const timer of timers.values()) timer.cancel();
    timers.clear();
    remove(this.#byDevice, call.device, entry);
    remove(this.#byCall, keyOf(call), entry);
    this.#byDialog.delete(call.leg.dialogId);
  }

  #startTimer(entry: Entry, timer: OfferTimer, leftMs?: number): void {
    const { clock, acceptMsOf, mediaMs } = this.#options;
    const delayMs = leftMs ?? (timer === "accept" ? acceptMsOf(entry.call.device) : mediaMs);
    if (timer === "accept") entry.acceptAtMs = clock.nowMs() + delayMs;
    entry.timers.get(timer)?.cancel();
    entry.timers.set(
      timer,
      clock.after(delayMs, () => this.#step(entry, { type: "timer", timer })),
    );
  }
}

function keyOf({ device, sessionId }: Pick<OfferedCall, "device" | "sessionId">): string {
  return `${device} ${sessionId}`;
}

/** No name has a space in it. */
function lineOf({ device, leg }: OfferedCall): string {
  return `${device} ${leg.device.number}`;
}

function found({ call, offer }: Entry): FoundOffer {
  return { offer, ...call };
}

function put(entries: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const known = entries.get(key);
  if (known === undefined) entries.set(key, new Set([entry]));
  else known.add(entry);
}

function remove(entries: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const known = entries.get(key);
  known?.delete(entry);
  if (known?.size === 0) entries.delete(key);
}
