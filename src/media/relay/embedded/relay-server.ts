import { isIP } from "node:net";
import {
  errorMessageOf,
  SwitchError,
  type ChannelServer,
  type Clock,
  type Ids,
  type Logger,
  type MetricSample,
} from "../../../common/index.ts";
import { ConferenceHall } from "../../conference/conference-hall.ts";
import { MusicShelf } from "../../prompt/music-shelf.ts";
import { PromptLibrary } from "../../prompt/prompt-library.ts";
import { PromptTicker } from "../../prompt/prompt-ticker.ts";
import type { RelayEvent } from "../media-relay.ts";
import { PortPool, type PortRange } from "./port-pool.ts";
import { ReadyPairs } from "./ready-pairs.ts";
import { newRelayCounters } from "./relay-counters.ts";
import { LegAllocator } from "./relay-leg.ts";
import { relayMetrics } from "./relay-metrics.ts";
import {
  answerByEndpointParams,
  checkParams,
  configureParams,
  digitParams,
  joinParams,
  offerByEndpointParams,
  offerParams,
  playParams,
  releaseParams,
} from "./relay-params.ts";
import { SessionTable } from "./session-table.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { probeAddress } from "./socket-pair.ts";
import { isLoopbackAddress } from "./source-lock.ts";

/** Options of a `RelayServer`. */
export interface RelayServerOptions {
  /** Gets the `media.*` methods; the caller makes it listen, after `start`, and closes it. */
  readonly channel: ChannelServer;
  /** Four ports for a call of audio: two for RTP, two for RTCP. */
  readonly portRange: PortRange;
  /** Literal address that the sockets are bound to. */
  readonly address: string;
  /** Literal address that phones are told; of the same family. */
  readonly advertisedAddress: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** The session table outlives the process here. */
  readonly journalPath: string;
  /** Silence of all sides that should send, before `media-timeout`, and between two of them. */
  readonly rtpTimeoutMs: number;
  /** Time before a freed port is used again. */
  readonly restMs: number;
  /** Default 4,000. */
  readonly maxSessions?: number;
  /** RTP that one side of one stream may send, more is dropped; default 5,000. */
  readonly maxPacketsPerSecond?: number;
  /** Which addresses are loopback, for the choice of sources; default 127.0.0.0/8 and ::1. */
  readonly isLoopback?: (address: string) => boolean;
}

const DEFAULT_MAX_SESSIONS = 4000;
const DEFAULT_MAX_PACKETS_PER_SECOND = 5000;
/** For the calls that may come in the time in which they are made again: 1,500 a second, with two pairs each. */
const READY_PAIRS = 64;

/** The media service's side of the embedded relay: sessions with their sockets, driven over a channel. */
export class RelayServer {
  readonly #options: RelayServerOptions;
  readonly #counters = newRelayCounters();
  readonly #pool: PortPool;
  readonly #ready: ReadyPairs;
  readonly #ticker: PromptTicker;
  readonly #conferences: ConferenceHall;
  readonly #table: SessionTable;
  readonly #watch: SilenceWatch;
  readonly #maxSessions: number;

  /** @throws {SwitchError} `bad-address` when an address is not literal or the families differ */
  constructor(options: RelayServerOptions) {
    const { address, advertisedAddress, clock, ids, logger } = options;
    if (isIP(address) === 0 || isIP(address) !== isIP(advertisedAddress)) {
      throw new SwitchError("bad-address", "relay addresses must be literal and of one family", {
        address,
        advertisedAddress,
      });
    }
    this.#options = options;
    this.#maxSessions = options.maxSessions ?? DEFAULT_MAX_SESSIONS;
    const startOffset = Number.parseInt(ids.token(4), 16);
    this.#pool = new PortPool({ range: options.portRange, restMs: options.restMs, clock, startOffset });
    this.#ready = new ReadyPairs({ pool: this.#pool, address, clock, maxPairs: READY_PAIRS });
    this.#ticker = new PromptTicker(clock);
    this.#conferences = new ConferenceHall(this.#ticker);
    const isLoopback = options.isLoopback ?? isLoopbackAddress;
    const socketContext = {
      clock,
      counters: this.#counters,
      maxPacketsPerSecond: options.maxPacketsPerSecond ?? DEFAULT_MAX_PACKETS_PER_SECOND,
      isLoopback,
      isOnLoopback: isLoopback(address),
    };
    const allocator = new LegAllocator({
      pool: this.#pool,
      ready: this.#ready,
      address,
      context: socketContext,
      logger,
    });
    const prompts = new MusicShelf(new PromptLibrary(), logger);
    this.#table = new SessionTable({
      context: {
        clock,
        ids,
        ticker: this.#ticker,
        conferences: this.#conferences,
        prompts,
        allocator,
        address,
        advertisedAddress,
        logger,
      },
      logger,
      journalPath: options.journalPath,
      maxSessions: this.#maxSessions,
      onEvent: (event) => this.#broadcast(event),
      onFilled: () => this.#watch.start(),
    });
    this.#watch = this.#newWatch();
  }

  /**
   * Brings the sessions of the journal back, on the same ports, and sets the channel's handlers.
   * @throws {SwitchError} `bad-address` when nothing can be bound to the address; the file system's error when the
   * journal cannot be opened
   */
  async start(): Promise<void> {
    const { channel, logger, address } = this.#options;
    await probeAddress(address).catch((cause: unknown) => {
      throw new SwitchError("bad-address", `cannot bind ${address}: ${errorMessageOf(cause)}`, { address }, { cause });
    });
    await this.#table.restore();
    // Not before: the ports of the sessions come first.
    await this.#ready.fill();
    const table = this.#table;
    channel.handle("media.offer", async (params) => {
      const { sdp, signalingAddress, latch, ...key } = checkParams(offerParams, params);
      return { sdp: await table.offer(key, sdp, { signalingAddress, latch }) };
    });
    channel.handle("media.answer", async (params) => {
      const { sdp, signalingAddress, latch, ...key } = checkParams(offerParams, params);
      return { sdp: await table.answer(key, sdp, { signalingAddress, latch }) };
    });
    channel.handle("media.answer-endpoint", async (params) => {
      const { sdp, signalingAddress, latch, endpoint, ...key } = checkParams(answerByEndpointParams, params);
      return { sdp: await table.answerByEndpoint(key, endpoint, sdp, { signalingAddress, latch }) };
    });
    channel.handle("media.offer-endpoint", async (params) => {
      const { endpoint, ...key } = checkParams(offerByEndpointParams, params);
      return { sdp: await table.offerByEndpoint(key, endpoint) };
    });
    channel.handle("media.join", async (params) => {
      const { callId, caller, callee } = checkParams(joinParams, params);
      await table.join(callId, caller, callee);
      return null;
    });
    channel.handle("media.play", async (params) => {
      const { callId, tag, source } = checkParams(playParams, params);
      await table.play(callId, tag, source);
      return null;
    });
    channel.handle("media.digit", async (params) => {
      const { callId, tag, digit } = checkParams(digitParams, params);
      return { isSent: await table.sendDigit(callId, tag, digit) };
    });
    channel.handle("media.configure", async (params) => {
      await table.configure(checkParams(configureParams, params));
      return null;
    });
    channel.handle("media.release", (params) => table.release(checkParams(releaseParams, params).callId));
    channel.handle("media.inspect", (params) => table.inspect(checkParams(releaseParams, params).callId));
    channel.handle("media.list", () => table.list());
    logger.info("media relay ready", this.status());
  }

  metrics(): MetricSample[] {
    const gauges = {
      sessions: this.#table.size,
      portsInUse: this.#portsInUse,
      portsReady: 2 * this.#ready.count,
      playingEndpoints: this.#ticker.playerCount,
      conferences: this.#conferences.conferenceCount,
      conferenceParties: this.#conferences.seatCount,
    };
    return [...relayMetrics(this.#counters, gauges), ...this.#table.metrics()];
  }

  /** Facts for people: sessions, ports and bounds. */
  status(): Record<string, unknown> {
    const { address, advertisedAddress, portRange } = this.#options;
    return {
      address,
      advertisedAddress,
      portRange,
      sessions: this.#table.size,
      maxSessions: this.#maxSessions,
      portsInUse: this.#portsInUse,
      portCapacity: 2 * this.#pool.capacity,
    };
  }

  /** Closes all sockets and timers; the journal keeps the sessions for the next process. May be called twice. */
  async close(): Promise<void> {
    this.#watch.close();
    this.#table.close();
    this.#ready.close();
    this.#ticker.close();
  }

  get #portsInUse(): number {
    return 2 * (this.#pool.inUse - this.#ready.held);
  }

  #newWatch(): SilenceWatch {
    return new SilenceWatch({
      clock: this.#options.clock,
      timeoutMs: this.#options.rtpTimeoutMs,
      sessions: () => this.#table.sessions(),
      onSilence: (silence) => {
        this.#counters.timeouts += 1;
        this.#broadcast({ type: "media-timeout", timeoutMs: this.#options.rtpTimeoutMs, ...silence });
      },
    });
  }

  #broadcast({ type, ...facts }: RelayEvent): void {
    this.#options.channel.broadcast(type, facts);
  }
}
