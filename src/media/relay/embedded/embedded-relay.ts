import { z } from "zod";
import {
  ChannelClient,
  errorCodeOf,
  errorMessageOf,
  type Clock,
  type Logger,
  withMore,
} from "../../../common/index.ts";
import { MediaError, type MediaErrorCode } from "../../media-error.ts";
import type {
  MediaRelay,
  PlaySource,
  RelayEndpoint,
  RelayEvent,
  RelayKey,
  RelayOptions,
  RelaySessionSummary,
  RelaySettings,
  SideRef,
} from "../media-relay.ts";

/** Options of an `EmbeddedRelay`. */
export interface EmbeddedRelayOptions {
  /** The media service's socket. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEvent?: (event: RelayEvent) => void;
  readonly onConnected?: () => void;
  readonly onDisconnected?: () => void;
  /** Time to wait for a reply, in ms; default 2,000. */
  readonly requestTimeoutMs?: number;
  /** Time between attempts to connect, in ms; default 100. */
  readonly retryDelayMs?: number;
}

const sdpResult = z.object({ sdp: z.string() });
const digitResult = z.object({ isSent: z.boolean() });
const relayEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("media-timeout"),
    callId: z.string(),
    silentMs: z.number(),
    timeoutMs: z.number(),
    silentTags: z.array(z.string()),
  }),
  z.object({ type: z.literal("first-packet"), callId: z.string(), tag: z.string() }),
  z.object({ type: z.literal("digit"), callId: z.string(), tag: z.string(), digit: z.string() }),
  z.object({ type: z.literal("prompt-ended"), callId: z.string() }),
]);
const CODES: Readonly<Record<MediaErrorCode, true>> = {
  "no-ports": true,
  "relay-unreachable": true,
  "offer-refused": true,
  "sdp-malformed": true,
  "unknown-session": true,
  "no-common-codec": true,
  "conference-full": true,
};

/** `MediaRelay` over the channel of a `RelayServer`. */
export class EmbeddedRelay implements MediaRelay {
  readonly #client: ChannelClient;
  readonly #options: EmbeddedRelayOptions;

  constructor(options: EmbeddedRelayOptions) {
    const { path, clock, logger, onConnected, onDisconnected, requestTimeoutMs, retryDelayMs } = options;
    this.#options = options;
    this.#client = new ChannelClient({
      path,
      clock,
      logger,
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
      ...(onConnected === undefined ? {} : { onConnected }),
      ...(onDisconnected === undefined ? {} : { onDisconnected }),
      onEvent: (event, params) => this.#handleEvent(event, params),
    });
  }

  /** Starts to connect in the background, and connects again whenever the media service comes back. */
  start(): void {
    this.#client.start();
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  offer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    return this.#negotiate("media.offer", { sdp, ...keyOf(key), ...optionsOf(options) });
  }

  answer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    return this.#negotiate("media.answer", { sdp, ...keyOf(key), ...optionsOf(options) });
  }

  answerByEndpoint(key: RelayKey, endpoint: RelayEndpoint, sdp: string, options: RelayOptions): Promise<string> {
    return this.#negotiate("media.answer-endpoint", { sdp, endpoint, ...keyOf(key), ...optionsOf(options) });
  }

  offerByEndpoint(key: RelayKey, endpoint: RelayEndpoint): Promise<string> {
    return this.#negotiate("media.offer-endpoint", { endpoint, ...keyOf(key) });
  }

  async join(callId: string, caller: SideRef, callee?: SideRef): Promise<void> {
    await this.#request("media.join", {
      callId,
      caller: refOf(caller),
      ...(callee === undefined ? {} : { callee: refOf(callee) }),
    });
  }

  async play(callId: string, tag: string, source: PlaySource | undefined): Promise<void> {
    await this.#request("media.play", { callId, tag, ...(source === undefined ? {} : { source }) });
  }

  async sendDigit(callId: string, tag: string, digit: string): Promise<boolean> {
    const result = digitResult.safeParse(await this.#request("media.digit", { callId, tag, digit }));
    return result.success && result.data.isSent;
  }

  async configure({ music }: RelaySettings): Promise<void> {
    await this.#request("media.configure", {
      music: music.map(({ name, file }) => ({ name, ...(file === undefined ? {} : { file }) })),
    });
  }

  async release(callId: string): Promise<RelaySessionSummary | undefined> {
    const summary = await this.#request("media.release", { callId });
    return (summary as RelaySessionSummary | null) ?? undefined;
  }

  async inspect(callId: string): Promise<RelaySessionSummary | undefined> {
    const summary = await this.#request("media.inspect", { callId });
    return (summary as RelaySessionSummary | null) ?? undefined;
  }

  async list(): Promise<readonly RelaySessionSummary[]> {
    const sessions = await this.#request("media.list", {});
    return sessions as readonly RelaySessionSummary[];
  }

  /** Ends the connection; sessions go on. May be called twice. */
  close(): void {
    this.#client.close();
  }

  async #negotiate(method: string, params: object): Promise<string> {
    const result = sdpResult.safeParse(await this.#request(method, params));
    if (result.success) return result.data.sdp;
    throw new MediaError("relay-unreachable", `the media service's reply to ${method} is malformed`);
  }

  async #request(method: string, params: object): Promise<unknown> {
    try {
      return await this.#client.request(method, params);
    } catch (error) {
      throw mediaError(method, error);
    }
  }

  #handleEvent(event: string, params: unknown): void {
    const result = relayEvent.safeParse(withMore(params as object, { type: event }));
    if (result.success) this.#options.onEvent?.(result.data);
    else this.#options.logger.warn("media event not understood", { event });
  }
}

function keyOf({ callId, fromTag, toTag }: RelayKey): RelayKey {
  return { callId, fromTag, toTag };
}

function refOf({ callId, tag }: SideRef): SideRef {
  return { callId, tag };
}

function optionsOf({ signalingAddress, latch }: RelayOptions): RelayOptions {
  return { signalingAddress, latch };
}

/** What the relay refused keeps its code; anything else means that it cannot be relied on now. */
function mediaError(method: string, error: unknown): MediaError {
  const cause = errorCodeOf(error) ?? "failed";
  const message = `${method}: ${errorMessageOf(error)}`;
  if (Object.hasOwn(CODES, cause)) return new MediaError(cause as MediaErrorCode, message, {}, { cause: error });
  const code = cause === "bad-params" ? "offer-refused" : "relay-unreachable";
  return new MediaError(code, message, { cause }, { cause: error });
}
