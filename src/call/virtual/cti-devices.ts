import type { CtiDeviceRequest, RtpAddress } from "../../signals/index.ts";
import type { Leg } from "../control/leg/leg.ts";
import type { SipPhone } from "../device/index.ts";
import type { ModelEffect } from "../model/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { SignalingPort } from "../signaling/signaling-port.ts";
import { ctiBinding } from "./cti-contact.ts";
import type { CtiDevicesOptions } from "./cti-devices-options.ts";
import { CtiDialogs } from "./cti-dialogs.ts";
import { OwnerClaims } from "./owner-claims.ts";
import { MediaMoves } from "./media-moves.ts";
import { MediaPlaces } from "./media-places.ts";
import { CtiSignaling } from "./cti-signaling.ts";
import type { OfferState, PauseReason } from "./offer-machine.ts";
import { Offers, type CtiAnswer, type FoundOffer, type OfferedCall } from "./offers.ts";
import { legOfMedia } from "./switch-media.ts";
import { isClosed, ownRefusal } from "./own-refusal.ts";
import { devicesOf } from "./moved-legs.ts";
import { isOwned, isOwnership, stepOwnership, type Ownership, type OwnershipEffect } from "./ownership.ts";

/** How long an application may take to say where it wants the RTP of a call that it has answered. */
const MEDIA_MS = 4_000;
const ENTRY = "cti-device ";
const NOT_OFFERED: CtiAnswer = { ok: false, failure: "wrong-state", detail: "no such call is offered to the device" };

/** CTI ports and route points that applications have opened, and what they say about the calls that these are offered. */
export class CtiDevices {
  readonly #options: CtiDevicesOptions;
  readonly #owners = new Map<string, Ownership>();
  readonly #silent = new Set<string>();
  readonly #claims: OwnerClaims;
  #areManagersAway = false;
  readonly #places: MediaPlaces;
  readonly #moves: MediaMoves;
  readonly #offers: Offers;
  readonly #dialogs: CtiDialogs;

  constructor(options: CtiDevicesOptions) {
    const { clock, table, events } = options;
    this.#options = options;
    this.#claims = new OwnerClaims({
      clock,
      owners: this.#owners,
      onSaid: (request) => this.#take(request),
      onAway: (isAway) => {
        this.#areManagersAway = isAway;
        this.#offers.tellEverybody({ type: isAway ? "pause" : "resume", reason: "manager" });
      },
    });
    this.#dialogs = new CtiDialogs({
      legOf: (dialogId) => table.findLeg(dialogId)?.leg,
      callOf: options.callOf,
      isUp: options.isUp,
      onAudio: (leg, moment, terminal, audio) => events.onAudio(leg, moment, terminal, audio),
      media: options.media,
      onDigits: (leg, digits) => events.onDigits(leg, digits),
      onEnded: (leg) => {
        this.#places.forget(leg);
        this.#offers.ended(leg.dialogId);
      },
    });
    this.#moves = new MediaMoves({
      clock,
      ids: options.ids,
      table,
      offerOf: (leg, last) => this.#dialogs.offerAgain(leg, last),
      onAnswered: (leg, answer) => this.#dialogs.acknowledged(leg, answer),
    });
    this.#places = new MediaPlaces({
      ids: options.ids,
      store: options.store,
      media: options.media,
      dialogs: this.#dialogs,
      moves: this.#moves,
      isSource: options.isSource,
    });
    this.#offers = new Offers({
      clock,
      legOf: (dialogId) => table.findLeg(dialogId),
      isUp: options.isUp,
      isOpen: (device) => this.isOpen(device),
      pausesOf: (device) => this.#pausesOf(device),
      acceptMsOf: (device) => (this.#lineOf(device)?.cti?.acceptSeconds ?? options.acceptSeconds()) * 1_000,
      mediaMs: MEDIA_MS,
      onOffered: (call) => this.#offered(call),
      onOfferKnown: (call) => this.#foresee(call),
      onWanted: (call) => this.#wanted(call),
      answerOf: ({ leg, sdp }) => this.#places.answer(leg, sdp),
      onAcknowledged: ({ leg }, body) => this.#dialogs.acknowledged(leg, body),
      onOver: ({ leg }) => this.#places.forget(leg),
    });
  }

  /** Calls that are offered at the moment. */
  get offeredCount(): number {
    return this.#offers.size;
  }

  /** The way to the edge for what goes there. */
  beside(port: SignalingPort): SignalingPort {
    return new CtiSignaling({ port, offers: this.#offers, dialogs: this.#dialogs });
  }

  /** A call goes back to where it was redirected from. */
  returned(sessionId: string): void {
    const session = this.#options.table.get(sessionId);
    if (session !== undefined) this.#offers.returned(session);
  }

  /** To be told of each step of the model, once applications have been told of it. */
  step(effects: readonly ModelEffect[]): void {
    this.#offers.settle(devicesOf(effects));
    for (const legs of this.#options.movedLegs(effects)) this.#dialogs.moved(legs);
  }

  /** A call has lost a leg; it may have gone to another call. */
  legGone({ dialogId }: Leg): void {
    queueMicrotask(() => {
      if (this.#options.table.findLeg(dialogId) === undefined) this.#offers.ended(dialogId);
    });
  }

  /** A party has sent a digit by RTP: to a device, perhaps. @param leg of the other party */
  digit(leg: Leg | undefined, digit: string): void {
    if (leg?.cti !== undefined) this.#options.events.onDigits(leg, digit);
  }

  /** The relay has the session for a leg that is there. */
  hasMedia(callId: string): boolean {
    const tag = legOfMedia(callId);
    return tag !== undefined && this.#options.table.findByTag(tag)?.leg.cti?.terminal === "switch";
  }

  /** To be called once calls are taken up. */
  start(): void {
    this.#claims.start();
  }

  /** So many CTIManagers are attached. */
  managers(count: number): void {
    this.#claims.managers(count);
  }

  /** The configuration has changed: calls of devices and lines that are closed or gone are nobody's any more. */
  inventoryChanged(): void {
    const { inventory, store } = this.#options;
    for (const device of [...this.#owners.keys()]) {
      for (const call of [...this.#offers.of(device)]) {
        const line = inventory.lineOf(device, call.leg.device.number);
        if (line === undefined || isClosed(line)) this.#offers.tell(call, { type: "failed" });
      }
      if (this.#lineOf(device)?.cti !== undefined) continue;
      this.#owners.delete(device);
      this.#silent.delete(device);
      store.removeEntry(ENTRY + device);
    }
  }

  close(): void {
    this.#claims.close();
    this.#options.lost.close();
    this.#moves.close();
  }

  /** Takes up who owned what before this process. */
  restore(): void {
    for (const [key, value] of [...this.#options.store.entries]) {
      if (!key.startsWith(ENTRY)) continue;
      if (isOwnership(value)) this.#owners.set(value.device, value);
      else this.#options.store.removeEntry(key);
    }
    this.#options.lost.restore();
  }

  /** Calls of the process before this one are taken up. */
  restored(): void {
    this.#places.restore((dialogId) => this.#options.table.findLeg(dialogId) !== undefined);
  }

  /** Who has opened a device; undefined: nobody ever has. */
  ownerOf(device: string): Ownership | undefined {
    return this.#owners.get(device);
  }

  /** New calls are offered to its application. */
  isOpen(device: string): boolean {
    return this.#lineOf(device)?.cti?.isClosed === false && isOwned(this.#owners.get(device));
  }

  /** Undefined: it is neither, or is not there. */
  kindOf(device: string): "cti-port" | "route-point" | undefined {
    return this.#lineOf(device)?.cti?.kind;
  }

  /** A call that a device is offered, by its session. */
  offered(device: string, sessionId: string): OfferedCall | undefined {
    return this.#offers.find(device, sessionId);
  }

  /** All of them, the oldest one first. */
  offeredTo(device: string): Iterable<FoundOffer> {
    return this.#offers.of(device);
  }

  stateOf(device: string, sessionId: string): OfferState | undefined {
    return this.#offers.find(device, sessionId)?.offer.state;
  }

  /** Where calls reach a line of a device: what has registered by SIP is rung as a phone. */
  lookup(phone: SipPhone): readonly Binding[] {
    const bindings = this.#options.registered(phone);
    if (phone.cti === undefined || bindings.length > 0) return bindings;
    const owner = this.#owners.get(phone.name);
    return !isClosed(phone) && owner !== undefined && isOwned(owner) ? [ctiBinding(phone, owner.media)] : [];
  }

  /** A CTIManager says who owns a device. */
  request(request: CtiDeviceRequest): CtiAnswer {
    const answer = this.#take(request);
    if (answer.ok) this.#claims.claimed(request.device);
    return answer;
  }

  /** From offered to ringing: the caller hears it ring. */
  accept(device: string, sessionId: string): CtiAnswer {
    const found = this.#offers.find(device, sessionId);
    if (found === undefined) return NOT_OFFERED;
    if (found.offer.state !== "offered") return { ok: true, isUnchanged: true };
    this.#offers.tellLines(device, sessionId, { type: "accept" });
    return { ok: true };
  }

  reject(device: string, sessionId: string, reason: "busy" | "rejected" = "rejected"): CtiAnswer {
    return this.#offers.tellLines(device, sessionId, { type: "reject", reason }) ? { ok: true } : NOT_OFFERED;
  }

  /** Resolves when caller and device are connected. @param media of a device with dynamic registration */
  async answer(device: string, sessionId: string, media?: RtpAddress): Promise<CtiAnswer> {
    const found = this.#offers.find(device, sessionId);
    const ownership = this.#owners.get(device);
    if (found === undefined) return NOT_OFFERED;
    if (!isOwned(ownership)) return { ok: false, failure: "device-not-open", detail: `${device} is not open` };
    if (ownership.media.mode === "none" || found.isWithoutMedia === true) {
      return { ok: false, failure: "media-mode", detail: `${device} was offered the call without media` };
    }
    if (media !== undefined) {
      const set = this.#places.set(ownership, found.leg, media);
      if (!set.ok) return set;
    }
    const connected = this.#offers.whenConnected(found);
    const isPlaced = this.#places.prepare(found.leg, ownership);
    this.#offers.tell(found, { type: "answer", isReady: isPlaced && !this.#offers.awaitsOffer(found) });
    if (!isPlaced && ownership.media.mode !== "switch") this.#options.events.onMediaWanted(found.leg);
    else this.#place(found);
    return connected;
  }

  /** Where the application wants the RTP of a call. */
  setMedia(device: string, sessionId: string, media: RtpAddress): CtiAnswer {
    const found = this.#offers.find(device, sessionId);
    const ownership = this.#owners.get(device);
    if (found === undefined) return NOT_OFFERED;
    if (!isOwned(ownership)) return { ok: false, failure: "device-not-open", detail: `${device} is not open` };
    const set = this.#places.set(ownership, found.leg, media);
    if (!set.ok) return set;
    if (found.offer.state !== "answering") this.#foresee(found);
    if (this.#places.prepare(found.leg, ownership)) this.#place(found);
    return set;
  }

  /** Who has answered is connected where its owner of then wants the media, once the caller's offer is there. */
  #place(answered: OfferedCall): void {
    this.#offers.whenOfferKnown(answered, (call) => {
      const owner = this.#owners.get(call.device);
      if (!isOwned(owner)) return;
      if (this.#places.prepare(call.leg, owner)) this.#offers.tell(call, { type: "media-set" });
      else if (owner.media.mode === "switch") this.#answerBySwitch(call, owner.media.prompt);
      else this.#options.events.onMediaWanted(call.leg);
    });
  }

  /** The same of an established call that was another application's before. */
  setMediaOf(device: string, callId: string | undefined, media: RtpAddress): CtiAnswer {
    const ownership = this.#owners.get(device);
    if (!isOwned(ownership)) return { ok: false, failure: "device-not-open", detail: `${device} is not open` };
    for (const call of this.#options.callsOf(device)) {
      const leg = this.#options.table.findByTag(call.legId)?.leg;
      if (leg !== undefined && (callId ?? call.callId) === call.callId) return this.#places.set(ownership, leg, media);
    }
    return NOT_OFFERED;
  }

  /** A route dialogue about a call is over: `ended`: the accept timer begins; `expired`: the call is treated as if nobody were there. */
  resumeAfter(device: string, sessionId: string, reason: "ended" | "expired"): void {
    this.#offers.tellLines(
      device,
      sessionId,
      reason === "expired" ? { type: "expire" } : { type: "resume", reason: "route" },
    );
  }

  #take(request: CtiDeviceRequest): CtiAnswer {
    const { device } = request;
    const line = this.#lineOf(device);
    if (line === undefined) return { ok: false, failure: "device-not-found", detail: `there is no device ${device}` };
    const before = this.#owners.get(device);
    const known = stepOwnership(before, request);
    if (!known.ok) return known;
    const refused = request.type === "own" ? ownRefusal(line, request, this.#options.isSource) : undefined;
    if (refused !== undefined) return refused;
    if (known.ownership !== undefined) this.#put(known.ownership);
    if (request.type === "silent") this.#setSilent(device, request.isSilent);
    else this.#setSilent(device, false);
    for (const effect of known.effects) this.#perform(device, effect);
    if (request.type === "own" && known.ownership !== undefined) this.#takeUp(known.ownership, before);
    if (request.type !== "silent") this.#options.events.onDevice(device);
    return { ok: true };
  }

  #pausesOf(device: string): readonly PauseReason[] {
    const pauses: PauseReason[] = this.#areManagersAway ? ["manager"] : [];
    if (this.#silent.has(device)) pauses.push("silence");
    return pauses;
  }

  #lineOf(device: string): SipPhone | undefined {
    return this.#options.inventory.linesOf(device)[0];
  }

  #offered(call: OfferedCall): void {
    const selectMs = (this.#lineOf(call.device)?.cti?.routeSelectSeconds ?? 0) * 1_000;
    const owner = this.#owners.get(call.device);
    this.#foresee(call);
    if (selectMs === 0 || owner?.routes !== true) return owner && this.#autoAccept(owner, call);
    this.#offers.tell(call, { type: "pause", reason: "route" });
    this.#options.events.onRouteWanted(call, selectMs);
  }

  /** The caller hears it ring without a word of the application, if its owner wants it so. @param call absent: all of them */
  #autoAccept(owner: Ownership, call?: OfferedCall): void {
    if (!isOwned(owner) || owner.autoAccept !== true) return;
    if (call === undefined) this.#offers.tellAll(owner.device, { type: "accept" });
    else this.#offers.tell(call, { type: "accept" });
  }

  /** The relay takes meanwhile what the call will be answered with. */
  #foresee(call: OfferedCall): void {
    const owner = this.#owners.get(call.device);
    const sdp = isOwned(owner) ? this.#places.foresee(call, owner) : undefined;
    if (sdp !== undefined) this.#offers.foresee(call, sdp);
  }

  /** Its application has had the call made: nobody is asked. */
  #wanted(call: OfferedCall): void {
    const { device, sessionId } = call;
    void this.answer(device, sessionId).then((answered) => {
      if (!answered.ok && answered.failure === "media-mode") this.reject(device, sessionId);
    });
  }

  #answerBySwitch(call: OfferedCall, prompt: string | undefined): void {
    const isAwaited = (): boolean => this.#offers.stateOf(call) === "answering";
    const prepared = this.#places.prepareSwitch(call.leg, call.sdp, { prompt, isAwaited });
    void prepared.then(() => this.#offers.tell(call, { type: "media-set" }));
  }

  /** Another application has the device: who waits is talked with again, by where its media is. */
  #takeUp(ownership: Ownership, before: Ownership | undefined): void {
    const { device, session, media } = ownership;
    const isSame = before?.session === session && JSON.stringify(before.media) === JSON.stringify(media);
    for (const { legId } of isSame ? [] : this.#options.callsOf(device)) {
      const leg = this.#options.table.findByTag(legId)?.leg;
      if (leg !== undefined && this.#places.takeUp(leg, media)) this.#options.events.onMediaWanted(leg);
    }
    if (before?.session !== session) this.#places.passOn(this.#offers.of(device));
    this.#options.lost.takeUp(device);
    if (!ownership.routes) this.#autoAccept(ownership);
  }

  #put(ownership: Ownership): void {
    const { device } = ownership;
    this.#owners.set(device, ownership);
    this.#options.store.putEntry(ENTRY + device, ownership);
  }

  #setSilent(device: string, isSilent: boolean): void {
    if (this.#silent.has(device) === isSilent) return;
    if (isSilent) this.#silent.add(device);
    else this.#silent.delete(device);
    this.#offers.tellAll(device, { type: isSilent ? "pause" : "resume", reason: "silence" });
  }

  #perform(device: string, effect: OwnershipEffect): void {
    if (effect === "forward-pending") this.#offers.tellAll(device, { type: "failed" });
    else this.#options.lost.treat(device);
  }
}
