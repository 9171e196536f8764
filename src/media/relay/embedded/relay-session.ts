import { withMore } from "../../../common/index.ts";
import { MediaError } from "../../media-error.ts";
import { fitsOffer, offeredFormats, type OfferedFormats } from "../../sdp/answer-fit.ts";
import {
  chooseEndpointMedia,
  isG711,
  saysTheSame,
  writeEndpointAnswer,
  writeEndpointOffer,
  type EndpointChoice,
} from "../../sdp/endpoint-description.ts";
import { canReceive, canSend, effectiveDirection, type Direction } from "../../sdp/direction.ts";
import { stampOrigin } from "../../sdp/origin.ts";
import { parseSessionDescription } from "../../sdp/parse-session-description.ts";
import { isRelayable } from "../../sdp/relayable-media.ts";
import { rewriteForRelay, type RelayedMedia } from "../../sdp/rewrite-for-relay.ts";
import { agreedCodecs, lawOf } from "../../sdp/agreed-codec.ts";
import type { MediaDescription, SessionDescription } from "../../sdp/session-description.ts";
import type { PlaySource, RelayEndpoint, RelayOptions } from "../media-relay.ts";
import { FarEnd, type FarEndSetting } from "./far-end.ts";
import type { RelaySide } from "./relay-side.ts";
import { connectLegs, openSide, silenceStream, type RelayStream } from "./relay-stream.ts";
import type { SessionContext } from "./session-context.ts";
import { SideDigits } from "./side-digits.ts";
import { SideOverlay } from "./side-overlay.ts";
import { StreamSet, type SideIndex } from "./stream-set.ts";

/** What a session starts from: new, or as the journal has it. */
export interface SessionStart {
  readonly callId: string;
  readonly createdAtMs: number;
  readonly sides: readonly [RelaySide, RelaySide];
  /** The announcement of its built-in far end is over. */
  readonly onPromptEnd: () => void;
}

/** The side that is a built-in far end. */
export interface FarSide {
  readonly index: SideIndex;
  readonly kind: RelayEndpoint;
}

/** What the journal has of a built-in far end. */
type Agreed = Omit<FarEndSetting, "kind"> & { readonly isOver?: boolean | undefined };

/** The other side. */
function otherSide(side: SideIndex): SideIndex {
  return side === 0 ? 1 : 0;
}

function parseLast(sdp: string | undefined): SessionDescription | undefined {
  const parsed = sdp === undefined ? undefined : parseSessionDescription(sdp);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** The media of one call: two sides, or one side and a built-in far end. Owns its sockets. */
export class RelaySession {
  readonly callId: string;
  readonly createdAtMs: number;
  readonly sides: readonly [RelaySide, RelaySide];
  readonly farEnd: FarEnd;
  readonly overlays: readonly [SideOverlay, SideOverlay];
  readonly #digits: readonly [SideDigits, SideDigits];
  readonly #context: SessionContext;
  readonly #streams: StreamSet;
  #farSide: FarSide | undefined;
  #negotiatedAtMs = 0;
  #isRestored = false;

  constructor({ callId, createdAtMs, sides, onPromptEnd }: SessionStart, context: SessionContext) {
    this.callId = callId;
    this.createdAtMs = createdAtMs;
    this.sides = sides;
    this.farEnd = new FarEnd(context, onPromptEnd);
    const overlay = (index: SideIndex): SideOverlay =>
      new SideOverlay({ context, logger: context.logger, callId, index });
    this.overlays = [overlay(0), overlay(1)];
    this.#digits = [new SideDigits(context, 0), new SideDigits(context, 1)];
    this.#context = context;
    this.#streams = new StreamSet(context.allocator, sides);
  }

  get streams(): readonly RelayStream[] {
    return this.#streams.values();
  }

  /** All RTP ports. */
  get ports(): readonly number[] {
    return this.#streams.ports();
  }

  /** The built-in party. */
  get farSide(): FarSide | undefined {
    return this.#farSide;
  }

  /** An earlier process of the relay had it: what that has counted is lost. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** Of the last answer. */
  get negotiatedAtMs(): number {
    return this.#negotiatedAtMs;
  }

  /** The index of the side named `tag`, when the other is named `otherTag`. */
  sideOf(tag: string, otherTag: string): SideIndex | undefined {
    const [first, second] = this.sides;
    if (first.tag === tag && second.tag === otherTag) return 0;
    return second.tag === tag && first.tag === otherTag ? 1 : undefined;
  }

  /** @throws {MediaError} `offer-refused`, `no-ports`; the session is then as before */
  async offer(from: SideIndex, description: SessionDescription, options: RelayOptions): Promise<string> {
    if (this.#farSide !== undefined) throw new MediaError("offer-refused", "a built-in far end has this session");
    this.#streams.refuseOwnPorts(description, this.#ownAddresses());
    const { advertisedAddress } = this.#context;
    const wanted = description.media.flatMap((media, index) => (isRelayable(media, advertisedAddress) ? [index] : []));
    if (wanted.length === 0) throw new MediaError("offer-refused", "the SDP has no stream that can be relayed");
    await this.#streams.ensure(wanted, [0, 1]);
    const offered = new Map<number, Direction>();
    const formats = new Map<number, OfferedFormats>();
    for (const index of wanted) {
      const media = description.media[index];
      const stream = this.#streams.get(index);
      if (media === undefined || stream === undefined) continue;
      offered.set(index, effectiveDirection(media));
      formats.set(index, offeredFormats(media));
      openSide(stream, from, media, options, this.#context.clock.nowMs());
    }
    this.sides[from].offered = offered;
    this.sides[from].formats = formats;
    this.#refreshOverlays();
    return this.#relayed(otherSide(from), description, offered);
  }

  /**
   * Takes the answer to the last offer of `offerer`.
   * @throws {MediaError} `unknown-session`, `offer-refused`; `no-common-codec` when no stream of it can carry what was
   * offered, unless nobody was to send; the session is then as before
   */
  answer(offerer: SideIndex, description: SessionDescription, options: RelayOptions): string {
    const { offered } = this.sides[offerer];
    if (offered === undefined) throw new MediaError("unknown-session", "that side has made no offer");
    this.#streams.refuseOwnPorts(description, this.#ownAddresses());
    if (this.#farSide?.index === offerer) {
      this.#answerToFarEnd(otherSide(offerer), description, options, this.#farSide.kind);
      return "";
    }
    const isTaken = (index: number): boolean => this.#isTaken(offerer, index, description.media[index]);
    const isSilent = [...offered.values()].every((direction) => direction === "inactive");
    if (!isSilent && ![...offered.keys()].some(isTaken)) {
      throw new MediaError("no-common-codec", "the answer takes nothing of the offer");
    }
    const answered = new Map<number, Direction>();
    for (const stream of this.#streams.values()) {
      const media = description.media[stream.mediaIndex];
      const asked = offered.get(stream.mediaIndex);
      if (asked === undefined || media === undefined || !isTaken(stream.mediaIndex)) {
        stream.directions.fill("inactive");
        stream.hearing.fill(undefined);
        continue;
      }
      const direction = effectiveDirection(media, asked);
      answered.set(stream.mediaIndex, direction);
      stream.directions[offerer] = asked;
      stream.directions[otherSide(offerer)] = direction;
      openSide(stream, otherSide(offerer), media, options, this.#context.clock.nowMs());
      const codecs = agreedCodecs(media, this.sides[offerer].formats.get(stream.mediaIndex));
      stream.hearing[offerer] = codecs && withMore(codecs.offerer, { receives: canSend(direction) });
      stream.hearing[otherSide(offerer)] = codecs && withMore(codecs.answerer, { receives: canReceive(direction) });
    }
    this.#negotiatedAtMs = this.#context.clock.nowMs();
    this.#refreshOverlays();
    return this.#relayed(offerer, description, answered);
  }

  /** @throws {MediaError} `no-common-codec`, `offer-refused`, `no-ports`, `conference-full`; the session is then as before */
  async answerByEndpoint(
    phone: SideIndex,
    kind: RelayEndpoint,
    description: SessionDescription,
    options: RelayOptions,
  ): Promise<string> {
    this.#refuseTwoPhones(otherSide(phone));
    this.#streams.refuseOwnPorts(description, this.#ownAddresses());
    const { advertisedAddress } = this.#context;
    const choice = chooseEndpointMedia(description, advertisedAddress, kind === "echo");
    if (choice === undefined) throw new MediaError("no-common-codec", "the far end speaks none of the codecs");
    await this.#streams.ensure([choice.mediaIndex], [phone]);
    this.farEnd.prepare(kind);
    this.#farSide = { index: otherSide(phone), kind };
    this.#agreeWithFarEnd(phone, description, options, choice);
    const port = this.#streams.portOf(choice.mediaIndex, phone);
    const { lastSdp } = this.sides[phone];
    const before = parseLast(lastSdp);
    // Who joins a phone to a far end compares: it is not asked again when this is what it has already.
    if (lastSdp !== undefined && before !== undefined && saysTheSame(before, description, choice, port)) return lastSdp;
    return this.#stamped(phone, writeEndpointAnswer(description, choice, advertisedAddress, port));
  }

  /** @throws {MediaError} `offer-refused`, `no-ports`, `conference-full`; the session is then as before */
  async offerByEndpoint(farEnd: SideIndex, kind: RelayEndpoint): Promise<string> {
    this.#refuseTwoPhones(farEnd);
    const phone = otherSide(farEnd);
    const known = this.#streams.values().find(({ isPlain, legs }) => isPlain && legs[phone] !== undefined);
    const before = parseLast(this.sides[phone].lastSdp);
    const mediaIndex = before === undefined ? 0 : (known?.mediaIndex ?? 0);
    await this.#streams.ensure([mediaIndex], [phone]);
    this.farEnd.prepare(kind);
    this.#farSide = { index: farEnd, kind };
    this.sides[farEnd].offered = new Map([[mediaIndex, "sendrecv"]]);
    const port = this.#streams.portOf(mediaIndex, phone);
    return this.#stamped(phone, writeEndpointOffer(this.#context.advertisedAddress, port, mediaIndex, before));
  }

  /** Lets a side hear something else than the other; undefined: the other. */
  play(index: SideIndex, source: PlaySource | undefined): void {
    this.#digits[index].cut();
    this.overlays[index].set(source, this.#streams.values());
  }

  /** See `SideDigits.send`; a side whose other one is a built-in far end takes none. */
  async sendDigit(index: SideIndex, digit: string): Promise<boolean> {
    return this.#farSide === undefined && this.#digits[index].send(digit, this.#streams.values());
  }

  /** Takes over streams with their sockets; nothing passes until the next offer. */
  adopt(streams: readonly RelayStream[]): void {
    for (const stream of streams) this.#streams.add(stream);
  }

  /** A side is one of another session now: what is left falls silent until it is released. */
  sideLeft(index: SideIndex): void {
    this.sides[index].hasLeft = true;
    this.#farSide = undefined;
    this.farEnd.close();
    for (const digits of this.#digits) digits.cut();
    for (const overlay of this.overlays) overlay.set(undefined, this.#streams.values());
    this.#streams.values().forEach(silenceStream);
  }

  /**
   * Puts back what the journal had; the streams' sockets are bound already.
   * @throws {MediaError} `conference-full`
   */
  restore(
    streams: readonly RelayStream[],
    farSide: FarSide | undefined,
    agreed: Agreed | undefined,
    overlays: readonly (PlaySource | undefined)[],
  ): void {
    this.adopt(streams);
    for (const stream of streams) if (stream.isConnected) connectLegs(stream);
    this.#isRestored = true;
    this.#farSide = farSide;
    this.#negotiatedAtMs = this.#context.clock.nowMs();
    this.overlays.forEach((overlay, index) => overlay.set(overlays[index], streams));
    if (farSide !== undefined) this.farEnd.prepare(farSide.kind);
    if (farSide === undefined || agreed === undefined) return;
    const { isOver, ...setting } = agreed;
    const leg = this.#streams.get(agreed.mediaIndex)?.legs[otherSide(farSide.index)];
    if (leg !== undefined) this.farEnd.apply({ kind: farSide.kind, ...setting }, leg.rtp, isOver);
  }

  /** Closes the sockets and gives the ports back; may be called twice. */
  close(): void {
    this.farEnd.close();
    for (const digits of this.#digits) digits.cut();
    for (const overlay of this.overlays) overlay.close();
    this.#streams.close();
  }

  /** An offered stream can be relayed as it is answered. */
  #isTaken(offerer: SideIndex, index: number, media: MediaDescription | undefined): boolean {
    if (media === undefined || !isRelayable(media, this.#context.advertisedAddress)) return false;
    const formats = this.sides[offerer].formats.get(index);
    return formats === undefined || fitsOffer(media, formats);
  }

  #answerToFarEnd(phone: SideIndex, description: SessionDescription, options: RelayOptions, kind: RelayEndpoint): void {
    const isRefused = description.media.every((media) => media.port === 0);
    const choice = chooseEndpointMedia(description, this.#context.advertisedAddress, false);
    const isOffered = choice !== undefined && this.sides[otherSide(phone)].offered?.has(choice.mediaIndex) === true;
    if (isOffered) this.#agreeWithFarEnd(phone, description, options, choice);
    else if (!isRefused) throw new MediaError("no-common-codec", `the ${kind} speaks none of the answered codecs`);
  }

  #agreeWithFarEnd(
    phone: SideIndex,
    description: SessionDescription,
    options: RelayOptions,
    { mediaIndex, codec, telephoneEvent }: EndpointChoice,
  ): void {
    const stream = this.#streams.get(mediaIndex);
    const media = description.media[mediaIndex];
    const leg = stream?.legs[phone];
    if (stream === undefined || media === undefined || leg === undefined || this.#farSide === undefined) return;
    const nowMs = this.#context.clock.nowMs();
    const direction = effectiveDirection(media);
    for (const other of this.#streams.values()) {
      other.directions.fill("inactive");
      other.hearing.fill(undefined);
    }
    stream.directions[phone] = direction;
    stream.directions[otherSide(phone)] = direction;
    openSide(stream, phone, media, options, nowMs);
    this.#negotiatedAtMs = nowMs;
    const law = isG711(codec) ? lawOf(codec) : undefined;
    const { payloadType } = codec;
    const sends = canReceive(direction);
    const eventTypes = telephoneEvent === undefined ? {} : { eventTypes: [telephoneEvent.payloadType] };
    stream.hearing[phone] = { payloadType, law, ...eventTypes, receives: sends };
    const hears = canSend(direction);
    this.farEnd.apply({ kind: this.#farSide.kind, mediaIndex, payloadType, law, sends, hears }, leg.rtp);
    this.#refreshOverlays();
  }

  #refuseTwoPhones(farEnd: SideIndex): void {
    const hasPhone =
      this.#farSide === undefined
        ? this.#streams.values().some(({ legs }) => legs[farEnd] !== undefined)
        : this.#farSide.index !== farEnd;
    if (hasPhone) throw new MediaError("offer-refused", "a phone has that side of the session");
  }

  #refreshOverlays(): void {
    for (const overlay of this.overlays) overlay.refresh(this.#streams.values());
  }

  #ownAddresses(): readonly string[] {
    return [this.#context.address, this.#context.advertisedAddress];
  }

  #relayed(to: SideIndex, description: SessionDescription, directions: ReadonlyMap<number, Direction>): string {
    const relayed = description.media.map((media, index): RelayedMedia | undefined => {
      const rtpPort = this.#streams.portOf(index, to);
      const direction = directions.get(index);
      if (rtpPort === 0 || direction === undefined) return undefined;
      return { rtpPort, rtcpPort: rtpPort + 1, ...(media.direction === direction ? {} : { direction }) };
    });
    return this.#stamped(to, rewriteForRelay(description, this.#context.advertisedAddress, relayed));
  }

  #stamped(to: SideIndex, body: string): string {
    const side = this.sides[to];
    const { sdp, origin } = stampOrigin(side.origin, body, this.#context.advertisedAddress);
    side.origin = origin;
    side.lastSdp = sdp;
    return sdp;
  }
}
