import { errorCodeOf, errorMessageOf, type Logger } from "../../../common/index.ts";
import {
  limitCodecs,
  MediaError,
  type MediaRelay,
  type PlaySource,
  type RelayEndpoint,
  type RelayKey,
  type RelayOptions,
  type RelaySessionSummary,
} from "../../../media/index.ts";
import { answerToHold, audibleHold, otherSide, type MediaOperation, type Side } from "../../model/index.ts";
import { STATUS_OF_MEDIA_ERROR, WARNINGS_OF_MEDIA_ERROR } from "../../signaling/media-error-status.ts";

export interface CallMediaOptions {
  readonly callId: string;
  readonly relay: MediaRelay;
  /** Absent: there are two parties. */
  readonly endpoint: RelayEndpoint | undefined;
  readonly logger: Logger;
}

/** What came of an operation. */
export type MediaResult =
  | { readonly ok: true; readonly sdp: string }
  | { readonly ok: false; readonly status: number; readonly warnings: readonly number[]; readonly cause?: number };

/** Not acceptable here: incompatible media format (RFC 3261 20.43), bearer capability not implemented (Q.850). */
export const NO_CODEC_LEFT = { status: 488, warnings: [305], cause: 65 } as const;

/** The relay session of one call: one operation after the other, and then its release. */
export class CallMedia {
  /** The service that is the other party. */
  endpoint: RelayEndpoint | undefined;
  readonly #options: CallMediaOptions;
  /** The relay has the caller's offer for another party than a service. */
  #hasOffered = false;
  #tail: Promise<unknown> = Promise.resolve();
  #used = false;
  #isConfirmed = false;
  #released = false;
  /** What the last offer said. */
  #offer = "";
  /** What parties hear instead of each other. */
  readonly #playing = new Map<Side, PlaySource>();
  /** The relay has lost that, or never had it. */
  #isPlayingLost = false;

  constructor(options: CallMediaOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
  }

  /** The call may have a session at the relay. */
  get isOpen(): boolean {
    return this.#used && !this.#released;
  }

  /** The relay has said that it has a session for the call, and has not been asked to end it. */
  get isConfirmed(): boolean {
    return this.#isConfirmed && !this.#released;
  }

  /** The session is made of sides of others: all else waits for that. What cannot be joined begins anew. */
  begin(make: () => Promise<void>): void {
    this.#used = true;
    const made = this.#tail.then(make).then(() => void (this.#isConfirmed = true));
    this.#tail = made.catch((error: unknown) => {
      this.#isPlayingLost = true;
      this.#noteFailure("join", error);
    });
  }

  /** A party hears this instead of the other one; undefined: the other one again. */
  play(side: Side, source: PlaySource | undefined): void {
    if (source === undefined) this.#playing.delete(side);
    else this.#playing.set(side, source);
    this.#tail = this.#tail.then(() => this.#play(side, source));
  }

  /**
   * A party gets a digit by RTP; resolves with true when it is over.
   * @returns false: nothing was sent, the party does not take it so
   * @throws {MediaError} `relay-unreachable`: it is not known what was sent
   */
  async sendDigit(side: Side, digit: string): Promise<boolean> {
    const { relay, callId } = this.#options;
    await this.#tail;
    if (!this.isOpen || !relay.connected) return false;
    try {
      return await relay.sendDigit(callId, side, digit);
    } catch (error) {
      this.#noteFailure("digit", error);
      if (error instanceof MediaError && error.code !== "relay-unreachable") return false;
      throw error;
    }
  }

  /** The relay does not know the session any more: what it played is played again when the session is there. */
  lose(): void {
    this.#isPlayingLost = true;
  }

  async #play(side: Side, source: PlaySource | undefined): Promise<void> {
    const { relay, callId } = this.#options;
    try {
      await relay.play(callId, side, source);
    } catch (error) {
      this.#isPlayingLost = true;
      this.#noteFailure("play", error);
    }
  }

  async #playAgain(): Promise<void> {
    this.#isPlayingLost = false;
    for (const [side, source] of this.#playing) await this.#play(side, source);
  }

  #noteFailure(operation: string, error: unknown): void {
    const { callId, logger } = this.#options;
    logger.info("relay refused", { callId, operation, code: errorCodeOf(error), error: errorMessageOf(error) });
  }

  /** The call had a session before this process began. */
  resume(): void {
    this.#used = this.#isConfirmed = true;
  }

  /**
   * @param options about the party whose session description is handed over
   * @param codecs what is left of it, the preferred one first; undefined: all
   */
  run(operation: MediaOperation, options: RelayOptions, codecs: readonly string[] | undefined): Promise<MediaResult> {
    this.#used = true;
    const result = this.#tail.then(() => this.#limited(operation, options, codecs));
    this.#tail = result;
    return result;
  }

  /** Ends the session once what is under way is done; its last figures, when the relay could be reached. */
  async release(): Promise<RelaySessionSummary | undefined> {
    const { relay, callId, logger } = this.#options;
    if (!this.isOpen) return undefined;
    this.#released = true;
    await this.#tail;
    try {
      return await relay.release(callId);
    } catch (error) {
      // The session is released when the relay is back: no call uses it then.
      logger.warn("relay session could not be released", { callId, error: errorMessageOf(error) });
      return undefined;
    }
  }

  async #limited(
    operation: MediaOperation,
    options: RelayOptions,
    codecs: readonly string[] | undefined,
  ): Promise<MediaResult> {
    if (codecs === undefined) return this.#run(operation, options);
    if (operation.kind === "endpoint-offer") {
      const offered = await this.#run(operation, options);
      return offered.ok ? limitedResult(offered.sdp, codecs) : offered;
    }
    const limited = limitedResult(operation.sdp, codecs);
    return limited.ok ? this.#run({ ...operation, sdp: limited.sdp }, options) : limited;
  }

  async #run(operation: MediaOperation, options: RelayOptions): Promise<MediaResult> {
    const { callId, logger } = this.#options;
    try {
      const sdp = await this.#call(operation, options);
      this.#isConfirmed = true;
      const isAgreed = operation.kind === "answer" || operation.kind === "endpoint-answer";
      if (this.#isPlayingLost && isAgreed) await this.#playAgain();
      return { ok: true, sdp };
    } catch (error) {
      const status = error instanceof MediaError ? STATUS_OF_MEDIA_ERROR[error.code] : 500;
      const fields = { callId, operation: operation.kind, code: errorCodeOf(error), error: errorMessageOf(error) };
      if (error instanceof MediaError) logger.info("relay refused", fields);
      else logger.error("relay failed", fields);
      const warnings = error instanceof MediaError ? (WARNINGS_OF_MEDIA_ERROR[error.code] ?? []) : [];
      return { ok: false, status, warnings };
    }
  }

  async #call(operation: MediaOperation, options: RelayOptions): Promise<string> {
    const { relay, callId } = this.#options;
    const { endpoint = "echo" } = this;
    // A service takes no session that was opened for two phones.
    const isServed = operation.kind === "endpoint-answer" || operation.kind === "endpoint-offer";
    if (isServed && this.#hasOffered) {
      this.#isPlayingLost = true;
      await relay.release(callId);
    }
    // An answer goes to whoever has offered: a phone, or the service.
    if (operation.kind !== "answer") this.#hasOffered = !isServed;
    switch (operation.kind) {
      case "offer":
        this.#offer = operation.sdp;
        return relay.offer(this.#key(operation.offerer), audibleHold(operation.sdp), options);
      case "answer":
        return this.#answer(operation, options);
      case "endpoint-answer":
        return relay.answerByEndpoint(this.#key("caller"), endpoint, operation.sdp, options);
      case "endpoint-offer":
        return relay.offerByEndpoint(this.#key("callee"), endpoint);
    }
  }

  /** Who is held can be played to, whatever hold it is. */
  async #answer({ offerer, sdp }: Extract<MediaOperation, { kind: "answer" }>, options: RelayOptions): Promise<string> {
    const out = await this.#options.relay.answer(this.#key(offerer), audibleHold(sdp), options);
    return answerToHold(this.#offer, out);
  }

  #key(offerer: Side): RelayKey {
    return { callId: this.#options.callId, fromTag: offerer, toTag: otherSide(offerer) };
  }
}

function limitedResult(sdp: string, codecs: readonly string[]): MediaResult {
  const limited = limitCodecs(sdp, codecs);
  return limited === undefined ? { ok: false, ...NO_CODEC_LEFT } : { ok: true, sdp: limited };
}

/** The party whose session description an operation carries; of a service, the caller. */
export function sideOf(operation: MediaOperation): Side {
  if (operation.kind === "offer") return operation.offerer;
  return operation.kind === "answer" ? otherSide(operation.offerer) : "caller";
}
