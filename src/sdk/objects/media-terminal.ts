import type { MediaRegistration, MediaView, RtpAddress } from "../../protocol/index.ts";
import { Emitter, type Unsubscribe } from "../events/emitter.ts";
import type { StreamOptions } from "../events/event-stream.ts";
import type { Lease, LeaseHandlers } from "./lease.ts";
import type { Terminal, TerminalConnection } from "./nouns.ts";

/** How the media of a CTI port or route point ends. With dynamic registration `address` is asked for each call. */
export type MediaTerminalOptions =
  | Extract<MediaRegistration, { mode: "none" | "static" | "switch" }>
  | (Extract<MediaRegistration, { mode: "dynamic" }> & {
      /** Where the application wants the call's RTP; absent: it answers `media.wanted` itself. */
      readonly address?: MediaAddressChooser;
    });

/** Says where the application wants the RTP of a call. */
export type MediaAddressChooser = (media: MediaView) => RtpAddress | Promise<RtpAddress>;

/** What the server is told, and what it is not. */
export function splitAddress(options: MediaTerminalOptions): {
  readonly media: MediaRegistration;
  readonly address: MediaAddressChooser | undefined;
} {
  if (options.mode !== "dynamic") return { media: options, address: undefined };
  const { mode, codecs, address } = options;
  return { media: { mode, codecs }, address };
}

/** Listeners of the media of a device. */
export class MediaListeners implements LeaseHandlers {
  readonly #emitter = new Emitter<{ media: MediaView }>();
  readonly #answer: (media: MediaView) => void;

  constructor(answer: (media: MediaView) => void) {
    this.#answer = answer;
  }
  on(listener: (media: MediaView) => void): Unsubscribe {
    return this.#emitter.on("media", listener);
  }
  onMedia(media: MediaView): void {
    if (media.moment === "wanted") this.#answer(media);
    this.#emitter.emit("media", media);
  }
  onClosed(): void {
    this.#emitter.clear();
  }
}

/**
 * JTAPI MediaTerminal: a CTI port, or route point, whose calls this application answers. It is a lease: `close` it, or have
 * `await using` do so.
 */
export class MediaTerminal {
  readonly #lease: Lease;
  readonly #media: MediaListeners;

  constructor(lease: Lease, media: MediaListeners) {
    this.#lease = lease;
    this.#media = media;
  }

  get terminal(): Terminal {
    return this.#lease.terminal;
  }
  /** False: another session of the group has it, and this one stands by. */
  get isOwner(): boolean {
    return this.#lease.isOwner;
  }
  /** Grows with each owner of the device. */
  get fence(): number | undefined {
    return this.#lease.fence;
  }
  /** Calls that wait to be accepted, answered, rejected or redirected, those that are there already first. */
  offers(options: StreamOptions = {}): AsyncIterableIterator<TerminalConnection> {
    return this.#lease.offers(options);
  }
  onOffer(listener: (offer: TerminalConnection) => void): Unsubscribe {
    return this.#lease.onOffer(listener);
  }
  /** RTP that is wanted, begins or ends. */
  onMedia(listener: (media: MediaView) => void): Unsubscribe {
    return this.#media.on(listener);
  }
  /** Gives the device up. May be called twice. */
  close(): Promise<void> {
    return this.#lease.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
