import type { PromptName } from "../../prompt/music-shelf.ts";
import type { ConferenceHall, ConferenceSeat } from "../../conference/conference-hall.ts";
import type { G711Law } from "../../rtp/g711.ts";
import type { RelayEndpoint } from "../media-relay.ts";
import { announcementOf, conferenceOf } from "./endpoint-name.ts";
import { PromptOutlet, streamStart, type PlayContext } from "./prompt-outlet.ts";
import type { RtpEnd } from "./rtp-end.ts";

/** What far ends of all sessions share. */
export interface FarEndContext extends PlayContext {
  readonly conferences: ConferenceHall;
}

/** How a far end was agreed with a phone. */
export interface FarEndSetting {
  readonly kind: RelayEndpoint;
  readonly mediaIndex: number;
  readonly payloadType: number;
  /** Absent for an echo of another codec. */
  readonly law?: G711Law | undefined;
  /** The phone receives. */
  readonly sends: boolean;
  /** The phone sends. */
  readonly hears: boolean;
}

/** The built-in party of a session: it returns what it hears, or plays, or is a conference. */
export class FarEnd {
  readonly #context: FarEndContext;
  readonly #onPromptEnd: () => void;
  #setting: FarEndSetting | undefined;
  #outlet: PromptOutlet | undefined;
  #seat: ConferenceSeat | undefined;
  #end: RtpEnd | undefined;
  #isOver = false;

  /** @param onPromptEnd an announcement is over */
  constructor(context: FarEndContext, onPromptEnd: () => void = () => undefined) {
    this.#context = context;
    this.#onPromptEnd = onPromptEnd;
  }

  get setting(): FarEndSetting | undefined {
    return this.#setting;
  }

  /** What is played once has been played. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Takes what there must be before `apply`: a place in a conference; that of another conference is given back.
   * @throws {MediaError} `conference-full`; nothing has changed then
   */
  prepare(kind: RelayEndpoint): void {
    const conferenceId = conferenceOf(kind);
    if (this.#seat?.conferenceId === conferenceId) return;
    const seat = conferenceId === undefined ? undefined : this.#context.conferences.enter(conferenceId);
    this.#seat?.leave();
    this.#seat = seat;
  }

  /** Starts, or changes to a new setting; the same prompt goes on where it is. @param isOver see `isOver` */
  apply(setting: FarEndSetting, end: RtpEnd, isOver = false): void {
    if (this.#setting?.kind !== setting.kind || this.#end !== end) this.#stop();
    this.#setting = setting;
    this.#end = end;
    this.#isOver ||= isOver;
    const { kind, sends, payloadType, law } = setting;
    const name = promptOf(kind);
    if (kind === "echo") end.peer = sends ? end : undefined;
    else if (name !== undefined && law !== undefined && sends) this.#play(name, payloadType, law, end);
    else if (name === undefined && law !== undefined) this.#confer(setting, law, end);
    else this.#outlet?.pause();
  }

  /** Falls silent and gives everything back; may be called twice. */
  close(): void {
    this.#stop();
    this.#seat?.leave();
    this.#seat = undefined;
  }

  #stop(): void {
    this.#outlet?.close();
    this.#seat?.stand();
    if (this.#end !== undefined && this.#setting !== undefined && conferenceOf(this.#setting.kind) !== undefined) {
      this.#end.switchSource();
    }
    if (this.#end !== undefined) this.#end.peer = undefined;
    this.#outlet = undefined;
    this.#end = undefined;
    this.#setting = undefined;
    this.#isOver = false;
  }

  #play(name: PromptName, payloadType: number, law: G711Law, end: RtpEnd): void {
    this.#outlet ??= new PromptOutlet(this.#context, end, () => {
      this.#isOver = true;
      this.#onPromptEnd();
    });
    this.#outlet.play({ name, payloadType, law }, this.#isOver);
  }

  /** A phone that does not receive has put the conference on hold: the others are spared the music it may send. */
  #confer({ payloadType, sends, hears }: FarEndSetting, law: G711Law, end: RtpEnd): void {
    const audio = { payloadType, law, isHeard: sends && hears, hears: sends };
    end.peer = this.#seat?.sit(audio, end, () => streamStart(end, this.#context.ids));
  }
}

/** What a far end plays; undefined for what has nothing to play of its own. */
function promptOf(kind: RelayEndpoint): PromptName | undefined {
  if (kind === "echo" || conferenceOf(kind) !== undefined) return undefined;
  return announcementOf(kind) ?? (kind as PromptName);
}
