import type { Clock, Ids } from "../../../common/index.ts";
import { PromptPlayer, type PacketSink } from "../../prompt/prompt-player.ts";
import { FRAME_MS, type PromptTicker } from "../../prompt/prompt-ticker.ts";
import type { MusicShelf, PromptName } from "../../prompt/music-shelf.ts";
import type { G711Law } from "../../rtp/g711.ts";
import type { RtpStart } from "../../rtp/rtp-packetizer.ts";

/** What all that plays shares. */
export interface PlayContext {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly ticker: PromptTicker;
  readonly prompts: MusicShelf;
}

/** A phone that hears one stream, whoever makes it. */
export interface StreamSink extends PacketSink {
  /** How to go on with the stream; undefined: it has not begun. */
  nextStart(): RtpStart | undefined;
  /** Another will go on. */
  switchSource(): void;
}

/** What is played, and how the phone wants it. */
export interface Played {
  readonly name: PromptName;
  readonly payloadType: number;
  readonly law: G711Law;
}

/** How a generated stream starts or goes on. */
export function streamStart(sink: StreamSink, ids: Ids): RtpStart {
  return sink.nextStart() ?? randomStart(ids);
}

/** RFC 3550 5.1. */
export function randomStart(ids: Ids): RtpStart {
  const random = (): number => Number.parseInt(ids.token(4), 16) >>> 0;
  return { ssrc: random(), sequence: random(), timestamp: random() };
}

/** Plays to one phone: a prompt that goes on over holds and changes of codec. */
export class PromptOutlet {
  readonly #context: PlayContext;
  readonly #sink: StreamSink;
  readonly #onEnd: (() => void) | undefined;
  #played: Played | undefined;
  #player: PromptPlayer | undefined;
  #pausedAtMs: number | undefined;

  /** @param onEnd told when what is played once is over */
  constructor(context: PlayContext, sink: StreamSink, onEnd?: () => void) {
    this.#context = context;
    this.#sink = sink;
    this.#onEnd = onEnd;
  }

  /** Plays, or plays on what it plays already. @param isOver what is played once has been played before */
  play(played: Played, isOver = false): void {
    const { ticker, clock } = this.#context;
    if (this.#player === undefined || !this.#isPlaying(played)) this.#start(played, isOver);
    else if (this.#pausedAtMs !== undefined) {
      this.#player.skipFrames(Math.round((clock.nowMs() - this.#pausedAtMs) / FRAME_MS));
    }
    this.#pausedAtMs = undefined;
    if (this.#player !== undefined) ticker.add(this.#player);
  }

  /** Is silent until told to play. */
  pause(): void {
    if (this.#player === undefined || this.#pausedAtMs !== undefined) return;
    this.#pausedAtMs = this.#context.clock.nowMs();
    this.#context.ticker.remove(this.#player);
  }

  /** Falls silent; may be called twice. */
  close(): void {
    if (this.#player === undefined) return;
    this.#context.ticker.remove(this.#player);
    this.#player = undefined;
    this.#played = undefined;
    this.#sink.switchSource();
  }

  #isPlaying({ name, payloadType, law }: Played): boolean {
    const played = this.#played;
    return played?.name === name && played.payloadType === payloadType && played.law === law;
  }

  #start(played: Played, isOver: boolean): void {
    const { ids, prompts, ticker } = this.#context;
    const before = this.#player;
    if (before !== undefined) ticker.remove(before);
    const prompt = prompts.get(played.name, played.law);
    const goesOn = before !== undefined && this.#played?.name === played.name;
    const positionBytes = isOver ? (prompt.endBytes ?? 0) : goesOn ? before.positionBytes : 0;
    this.#played = played;
    this.#player = new PromptPlayer({
      prompt,
      payloadType: played.payloadType,
      start: streamStart(this.#sink, ids),
      sink: this.#sink,
      positionBytes,
      ...(this.#onEnd === undefined ? {} : { onEnd: this.#onEnd }),
    });
  }
}
