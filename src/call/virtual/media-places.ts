import { chance, type Ids, withMore } from "../../common/index.ts";
import { answerAsTerminal, type AudioTerminal, type TerminalAnswer } from "../../media/index.ts";
import type { MediaRegistration, RtpAddress } from "../../signals/index.ts";
import type { CtiLeg, Leg } from "../control/leg/leg.ts";
import type { EntryStore } from "../control/recovery/call-journal.ts";
import type { CtiDialogs } from "./cti-dialogs.ts";
import type { MediaMoves } from "./media-moves.ts";
import type { CtiAnswer, FoundOffer, OfferedCall } from "./offers.ts";
import type { Ownership } from "./ownership.ts";
import type { SwitchMedia } from "./switch-media.ts";
import { switchPrompt } from "./switch-prompt.ts";

export interface MediaPlacesOptions {
  readonly ids: Ids;
  readonly store: EntryStore;
  readonly dialogs: CtiDialogs;
  readonly media: SwitchMedia;
  readonly moves: MediaMoves;
  /** There is such a music source. */
  readonly isSource: (name: string) => boolean;
}

/** RFC 4566 5.2: a number; phones keep 31 bits of it at least. */
const MAX_SESSION_ID = 2 ** 31 - 1;
const WANTED = "cti-wanted ";
type Place = Omit<AudioTerminal, "sessionId" | "version">;

/** Where a call's media is to end, and the answer that says so. */
interface Foreseen {
  readonly terminal: AudioTerminal;
  readonly answer: TerminalAnswer;
}

const ALREADY: CtiAnswer = { ok: false, failure: "media-already-set", detail: "an address is set for this call" };

/** Where the media of calls at devices of applications ends: as these have registered it, or say for each call. */
export class MediaPlaces {
  readonly #options: MediaPlacesOptions;
  /** Where the RTP of calls is wanted that are not answered, by dialog. */
  readonly #addresses = new Map<string, RtpAddress>();
  /** What calls are answered with whose media ends in the media service, by dialog. */
  readonly #prepared = new Map<string, string>();
  /** What calls are answered with, should they be; by dialog. */
  readonly #foreseen = new Map<string, Foreseen>();
  /** Established calls that another application has taken up, which has to say where it wants their RTP; by dialog. */
  readonly #wanted = new Set<string>();

  constructor(options: MediaPlacesOptions) {
    this.#options = options;
  }

  /** Takes up what was to be said before this process, once calls are taken up. */
  restore(isThere: (dialogId: string) => boolean): void {
    const { store } = this.#options;
    for (const entry of [...store.entries.keys()]) {
      if (!entry.startsWith(WANTED)) continue;
      const dialogId = entry.slice(WANTED.length);
      if (isThere(dialogId)) this.#wanted.add(dialogId);
      else store.removeEntry(entry);
    }
  }

  /** The application says where it wants the RTP of a call; of an established one, when it was asked for that. */
  set({ device, media }: Ownership, leg: Leg, address: RtpAddress): CtiAnswer {
    if (media.mode !== "dynamic") {
      return { ok: false, failure: "media-mode", detail: `${device} is registered ${media.mode}` };
    }
    const { dialogId } = leg;
    if (leg.cti !== undefined) {
      if (!this.#wanted.has(dialogId)) return ALREADY;
      this.#wantNoMore(dialogId);
      this.#move(leg, withMore(address, { codecs: media.codecs }));
      return { ok: true };
    }
    if (this.#addresses.has(dialogId)) return ALREADY;
    this.#addresses.set(dialogId, address);
    return { ok: true };
  }

  /** What a new call is answered with, should it be; undefined: it is not known yet, or nothing goes with the caller's offer. */
  foresee({ leg, sdp }: OfferedCall, { media }: Ownership): string | undefined {
    const place = this.#placeOf(leg, media);
    if (place === undefined || sdp === undefined) return undefined;
    const terminal = this.#terminal(place);
    const answer = answerAsTerminal(sdp, terminal);
    if (answer !== undefined) this.#foreseen.set(leg.dialogId, { terminal, answer });
    return answer?.sdp;
  }

  /** @returns true when it is known where the media of a new call ends */
  prepare(leg: Leg, { media }: Ownership): boolean {
    const place = this.#placeOf(leg, media);
    if (place === undefined) return false;
    const { terminal } = this.#foreseen.get(leg.dialogId) ?? {};
    leg.cti = { terminal: terminal !== undefined && isAt(terminal, place) ? terminal : this.#terminal(place) };
    return true;
  }

  /** The media service is asked for what a new call is answered with. @param isAwaited it is to be answered still */
  async prepareSwitch(
    leg: Leg,
    offer: string | undefined,
    { prompt, isAwaited }: { readonly prompt: string | undefined; readonly isAwaited: () => boolean },
  ): Promise<void> {
    const { dialogs, media } = this.#options;
    const inSwitch = this.#inSwitch(prompt);
    const text = await dialogs.switched(leg, offer, inSwitch.prompt);
    if (text === undefined || !isAwaited()) return media.release(leg);
    leg.cti = inSwitch;
    this.#prepared.set(leg.dialogId, text);
  }

  /** What a new call is answered with; undefined: nothing goes with what the caller offers. */
  answer(leg: Leg, offer: string | undefined): string | undefined {
    const foreseen = this.#foreseen.get(leg.dialogId);
    const known = foreseen?.terminal === leg.cti?.terminal ? foreseen?.answer : undefined;
    return this.#prepared.get(leg.dialogId) ?? this.#options.dialogs.answer(leg, offer, known);
  }

  /** Another application has the calls that a device is offered: what the former one has said of them counts no more. */
  passOn(offered: Iterable<FoundOffer>): void {
    for (const { leg, offer } of offered) {
      if (offer.state === "answering") continue;
      this.forget(leg);
      delete leg.cti;
    }
  }

  /** A call is established, or over. */
  forget({ dialogId }: Leg): void {
    this.#addresses.delete(dialogId);
    this.#prepared.delete(dialogId);
    this.#foreseen.delete(dialogId);
    this.#wantNoMore(dialogId);
  }

  /**
   * Another application has the established calls of a device: their media goes where that wants it.
   * @returns true: it has to say where that is
   */
  takeUp(leg: Leg, media: MediaRegistration): boolean {
    if (leg.cti === undefined) return false;
    switch (media.mode) {
      case "none":
        return false;
      case "dynamic":
        this.#wanted.add(leg.dialogId);
        this.#options.store.putEntry(WANTED + leg.dialogId, true);
        return true;
      case "static":
        this.#wantNoMore(leg.dialogId);
        this.#move(leg, media);
        return false;
      case "switch":
        this.#wantNoMore(leg.dialogId);
        this.#moveIntoSwitch(leg, this.#inSwitch(media.prompt));
        return false;
    }
  }

  #placeOf({ dialogId }: Leg, media: MediaRegistration): Place | undefined {
    if (media.mode === "static") return media;
    const address = media.mode === "dynamic" ? this.#addresses.get(dialogId) : undefined;
    return address && media.mode === "dynamic" ? withMore(address, { codecs: media.codecs }) : undefined;
  }

  #wantNoMore(dialogId: string): void {
    if (this.#wanted.delete(dialogId)) this.#options.store.removeEntry(WANTED + dialogId);
  }

  #moveIntoSwitch(leg: Leg, inSwitch: CtiLeg): void {
    const { terminal, prompt } = leg.cti ?? {};
    if (terminal === "switch" && prompt === inSwitch.prompt) return;
    leg.cti = inSwitch;
    void this.#options.moves.move(leg);
  }

  /** What is not there any more is silence. */
  #inSwitch(prompt: string | undefined): CtiLeg {
    const known = prompt === undefined ? undefined : switchPrompt(prompt, this.#options.isSource);
    return { terminal: "switch", ...(known === undefined ? {} : { prompt: known }) };
  }

  #move(leg: Leg, { address, port, codecs }: Place): void {
    const { terminal: before } = leg.cti ?? {};
    if (before === undefined) return;
    const isOther = before === "switch" || before.address !== address || before.port !== port;
    if (!isOther) return;
    if (before === "switch") this.#options.media.release(leg);
    const place = { address, port, codecs };
    const terminal = before === "switch" ? this.#terminal(place) : { ...before, ...place };
    leg.cti = { terminal };
    void this.#options.moves.move(leg);
  }

  #terminal({ address, port, codecs }: Place): AudioTerminal {
    return { address, port, codecs, sessionId: chance(this.#options.ids, MAX_SESSION_ID), version: 1 };
  }
}

function isAt(terminal: Place, { address, port, codecs }: Place): boolean {
  return terminal.address === address && terminal.port === port && terminal.codecs.join() === codecs.join();
}
