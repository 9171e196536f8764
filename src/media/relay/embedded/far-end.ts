import { announcementOf } from "./endpoint-name.ts";
import type { RelayEndpoint } from "../media-relay.ts";
import type { PromptName } from "../../prompt/music-shelf.ts";
import type { G711Law } from "../../rtp/g711.ts";
import { PromptOutlet, type PlayContext } from "./prompt-outlet.ts";
import type { RtpEnd } from "./rtp-end.ts";

/** How a far end was agreed with a phone. */
export interface FarEndSetting {
  readonly kind: RelayEndpoint;
  readonly mediaIndex: number;
  readonly payloadType: number;
  /** Absent for an echo of another codec. */
  readonly law?: G711Law | undefined;
  /** The phone receives. */
  readonly sends: boolean;
}

/** The built-in party of a session: it returns what it hears, or plays. */
export class FarEnd {
  readonly #context: PlayContext;
  readonly #onPromptEnd: () => void;
  #setting: FarEndSetting | undefined;
  #outlet: PromptOutlet | undefined;
  #end: RtpEnd | undefined;
  #isOver = false;

  /** @param onPromptEnd an announcement is over */
  constructor(context: PlayContext, onPromptEnd: () => void = () => undefined) {
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

  /** Starts, or changes to a new setting; the same prompt goes on where it is. @param isOver see `isOver` */
  apply(setting: FarEndSetting, end: RtpEnd, isOver = false): void {
    if (this.#setting?.kind !== setting.kind || this.#end !== end) this.close();
    this.#setting = setting;
    this.#end = end;
    this.#isOver ||= isOver;
    const { kind, sends, payloadType, law } = setting;
    const name = promptOf(kind);
    if (kind === "echo") end.peer = sends ? end : undefined;
    else if (name !== undefined && law !== undefined && sends) this.#play(name, payloadType, law, end);
    else this.#outlet?.pause();
  }

  /** Falls silent; may be called twice. */
  close(): void {
    this.#outlet?.close();
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
}

/** What a far end plays; undefined for what has nothing to play of its own. */
function promptOf(kind: RelayEndpoint): PromptName | undefined {
  if (kind === "echo" || kind.startsWith("conference:")) return undefined;
  return (
    announcementOf(kind) ?? (kind as Exclude<typeof kind, "echo" | `conference:${string}` | `announcement:${string}`>)
  );
}
