import type { Clock, Ids } from "../../../common/index.ts";
import type { PromptLibrary } from "../../prompt/prompt-library.ts";
import { PromptPlayer } from "../../prompt/prompt-player.ts";
import { FRAME_MS, type PromptTicker } from "../../prompt/prompt-ticker.ts";
import type { G711Law } from "../../rtp/g711.ts";
import type { RelayEndpoint } from "../media-relay.ts";
import type { RtpEnd } from "./rtp-end.ts";

/** What far ends of all sessions share. */
export interface FarEndContext {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly ticker: PromptTicker;
  readonly library: PromptLibrary;
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
}

/** The built-in party of a session: it returns what it hears, or plays. */
export class FarEnd {
  readonly #context: FarEndContext;
  #setting: FarEndSetting | undefined;
  #player: PromptPlayer | undefined;
  #end: RtpEnd | undefined;
  #pausedAtMs: number | undefined;

  constructor(context: FarEndContext) {
    this.#context = context;
  }

  get setting(): FarEndSetting | undefined {
    return this.#setting;
  }

  /** Starts, or changes to a new setting; an unchanged prompt goes on where it is. */
  apply(setting: FarEndSetting, end: RtpEnd): void {
    const before = this.#setting;
    const isSamePrompt =
      before?.kind === setting.kind && before.payloadType === setting.payloadType && this.#end === end;
    if (!isSamePrompt) this.close();
    this.#setting = setting;
    this.#end = end;
    if (setting.kind === "echo") end.peer = setting.sends ? end : undefined;
    else if (setting.sends && (setting.kind === "tone" || setting.kind === "demo"))
      this.#play(setting, setting.kind, end);
    else this.#pause();
  }

  /** Falls silent; may be called twice. */
  close(): void {
    if (this.#player !== undefined) this.#context.ticker.remove(this.#player);
    if (this.#end !== undefined) this.#end.peer = undefined;
    this.#player = undefined;
    this.#end = undefined;
    this.#setting = undefined;
    this.#pausedAtMs = undefined;
  }

  #play(setting: FarEndSetting, kind: "tone" | "demo", end: RtpEnd): void {
    const { ids, library, ticker, clock } = this.#context;
    if (this.#player === undefined) {
      const prompt = library.get(kind, setting.law ?? "PCMU");
      const random = (): number => Number.parseInt(ids.token(4), 16) >>> 0;
      const start = { ssrc: random(), sequence: random(), timestamp: random() };
      this.#player = new PromptPlayer(prompt, setting.payloadType, start, end);
    } else if (this.#pausedAtMs !== undefined) {
      this.#player.skipFrames(Math.round((clock.nowMs() - this.#pausedAtMs) / FRAME_MS));
    }
    this.#pausedAtMs = undefined;
    ticker.add(this.#player);
  }

  #pause(): void {
    if (this.#player === undefined || this.#pausedAtMs !== undefined) return;
    this.#pausedAtMs = this.#context.clock.nowMs();
    this.#context.ticker.remove(this.#player);
  }
}
