import type { Logger } from "../../../common/index.ts";
import type { PlaySource } from "../media-relay.ts";
import { PromptOutlet, type PlayContext, type StreamSink } from "./prompt-outlet.ts";
import type { RelayStream } from "./relay-stream.ts";
import type { RtpEnd } from "./rtp-end.ts";
import type { SideIndex } from "./stream-set.ts";

/** Options of a `SideOverlay`. */
export interface SideOverlayOptions {
  readonly context: PlayContext;
  readonly logger: Logger;
  readonly callId: string;
  readonly index: SideIndex;
}

/** What one side of a session hears instead of the other. */
export class SideOverlay {
  readonly #options: SideOverlayOptions;
  #source: PlaySource | undefined;
  #outlet: PromptOutlet | undefined;
  #end: RtpEnd | undefined;

  constructor(options: SideOverlayOptions) {
    this.#options = options;
  }

  get source(): PlaySource | undefined {
    return this.#source;
  }

  /** Plays, or stops with undefined. */
  set(source: PlaySource | undefined, streams: readonly RelayStream[]): void {
    this.#source = source;
    this.refresh(streams);
  }

  /** Takes up what the streams are now. */
  refresh(streams: readonly RelayStream[]): void {
    const source = this.#source;
    const { index } = this.#options;
    for (const { legs } of streams) {
      const leg = legs[index];
      if (leg !== undefined) leg.rtp.isOverlaid = source !== undefined;
    }
    if (source === undefined) return this.#silence();
    const stream = streams.find(({ isPlain, legs }) => isPlain && legs[index] !== undefined);
    const hearing = stream?.hearing[index];
    const end = stream?.legs[index]?.rtp;
    if (hearing === undefined || end === undefined) return this.#silence();
    if (hearing.law === undefined) return this.#refuse(source);
    if (this.#end !== end) this.#silence();
    this.#end = end;
    this.#outlet ??= new PromptOutlet(this.#options.context, overlaySink(end));
    const { payloadType, law, receives } = hearing;
    if (receives) this.#outlet.play({ name: source, payloadType, law });
    else this.#outlet.pause();
  }

  /** Falls silent for good. */
  close(): void {
    this.#source = undefined;
    this.#silence();
  }

  #refuse(source: PlaySource): void {
    this.#silence();
    const { logger, callId } = this.#options;
    logger.debug("nothing can be played to a side without G.711", { callId, source });
  }

  #silence(): void {
    this.#outlet?.close();
    this.#outlet = undefined;
    this.#end = undefined;
  }
}

function overlaySink(end: RtpEnd): StreamSink {
  return {
    send: (packet) => end.sendOver(packet),
    nextStart: () => end.nextStart(),
    switchSource: () => end.switchSource(),
  };
}
