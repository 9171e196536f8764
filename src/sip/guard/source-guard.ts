import { GenerationMap, sourceOf, type Clock, type Logger, type MetricSample } from "../../common/index.ts";
import type { Flow } from "../transport/index.ts";
import { BanFile } from "./ban-file.ts";
import { BanList, type Ban, type BanReason, type BanTimes } from "./ban-list.ts";
import { LeakyBuckets, type Rate } from "./leaky-buckets.ts";

/** What sources may do, and what becomes of those that do more. */
export interface GuardSettings {
  /** Malformed messages and failed handshakes from one source. */
  readonly malformed: Rate;
  /** New requests outside dialogs from one source; undefined: no limit. */
  readonly newRequests: Rate | undefined;
  readonly bans: BanTimes;
}

/** What a `SourceGuard` is made of. */
export interface SourceGuardOptions {
  readonly settings: GuardSettings;
  /** True for addresses that are known beforehand, loopback and peers: neither limited nor banned. */
  readonly isKnown: (address: string) => boolean;
  /** True for names in a verified certificate that are those of a peer; it counts as known over that connection. */
  readonly isKnownCertificate?: (names: readonly string[]) => boolean;
  /** File that bans are kept in; absent: they end with the process. */
  readonly banFile?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A source was banned: what is there of it goes. */
  readonly onBanned: (address: string) => void;
}

/** Where something came from. */
export type Sender = Pick<Flow, "remoteAddress" | "certificateNames">;

/** Sources that are counted, of each kind. */
const MAX_SOURCES = 20_000;
const MAX_BANS = 10_000;
/** Refused requests are five bursts when the source is banned: phones that are told 503 come again later. */
const FLOOD_BURSTS = 5;
/** A source is trusted for one to two of these after a phone there has proved who it is. */
const TRUST_MS = 3_600_000;
const MAX_TRUSTED = 200_000;
/** Malformed messages answered, of all sources together. */
const ANSWERS: Rate = { perSecond: 100, burst: 200 };
const ALL = "";

/**
 * Judges sources, which are IPv4 addresses and IPv6 /64s: who sends junk or floods is banned for a while, unless a phone or peer is there, which is
 * only slowed. Over UDP anybody can write any source address: what counts for a ban must never hit those we know.
 */
export class SourceGuard {
  readonly #options: SourceGuardOptions;
  readonly #malformed: LeakyBuckets;
  readonly #answers: LeakyBuckets;
  readonly #requests: LeakyBuckets | undefined;
  readonly #refused: LeakyBuckets | undefined;
  readonly #trusted: GenerationMap<true>;
  readonly #bans: BanList;
  readonly #file: BanFile | undefined;
  readonly #banned: Record<BanReason, number> = { malformed: 0, flood: 0, authentication: 0, handshake: 0 };
  #noisyUntilMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #unanswered = 0;

  constructor(options: SourceGuardOptions) {
    const { settings, clock } = options;
    const { malformed, newRequests } = settings;
    this.#options = options;
    this.#malformed = new LeakyBuckets(clock, malformed, MAX_SOURCES);
    this.#answers = new LeakyBuckets(clock, ANSWERS, 2);
    if (newRequests !== undefined) {
      this.#requests = new LeakyBuckets(clock, newRequests, MAX_SOURCES);
      const flood = { perSecond: newRequests.perSecond, burst: newRequests.burst * FLOOD_BURSTS };
      this.#refused = new LeakyBuckets(clock, flood, MAX_SOURCES);
    }
    this.#trusted = new GenerationMap({ clock, maxEntries: MAX_TRUSTED, periodMs: TRUST_MS });
    this.#bans = new BanList(clock, settings.bans, MAX_BANS);
    const { banFile: path, logger } = options;
    this.#file = path === undefined ? undefined : new BanFile({ path, clock, logger, bans: () => this.#bans.kept() });
  }

  /** Takes up the bans from before a restart. */
  start(): void {
    this.#bans.restore(this.#file?.load() ?? []);
  }

  /** False: what comes from there is dropped unread. */
  accepts(address: string): boolean {
    if (this.#bans.size === 0 || !this.#bans.has(sourceOf(address)) || this.#options.isKnown(address)) return true;
    this.#dropped += 1;
    return false;
  }

  /** Counts a malformed message; false: it is not to be answered. */
  noteMalformed(from: Sender): boolean {
    const { remoteAddress: address } = from;
    if (this.#hasProved(from)) return true;
    if (!this.#malformed.take(sourceOf(address))) {
      this.#noisyUntilMs = this.#options.clock.nowMs() + 1_000;
      this.ban(address, "malformed");
    } else if (this.#answers.take(ALL)) {
      return true;
    }
    this.#unanswered += 1;
    return false;
  }

  /** Counts a connection that came to nothing before its TLS and WebSocket were open. */
  noteFailedHandshake(address: string): void {
    if (!this.#malformed.take(sourceOf(address))) this.ban(address, "handshake");
  }

  /** True for a source that sends so much junk that nothing of it is worth to be kept. */
  isNoisy(address: string): boolean {
    return this.#options.clock.nowMs() < this.#noisyUntilMs && this.#malformed.isFull(sourceOf(address));
  }

  /** Counts a request that belongs to nothing here; false: it is to be refused. */
  admitsNew(from: Sender): boolean {
    if (this.#hasProved(from)) return true;
    const { remoteAddress: address } = from;
    const source = sourceOf(address);
    if (this.#requests === undefined || this.#requests.take(source) || this.#options.isKnown(address)) return true;
    if (this.#refused?.take(source) === false) this.ban(address, "flood");
    return false;
  }

  /** A phone there has proved who it is: the source is not banned for an hour at least. A ban ends. */
  trust(address: string): void {
    const source = sourceOf(address);
    this.#trusted.set(source, true);
    if (this.#bans.remove(source)) this.#file?.changed();
  }

  /** Bans a source, unless somebody we know is there; false when it is not banned afterwards. */
  ban(address: string, reason: BanReason): boolean {
    const { isKnown, logger, onBanned } = this.#options;
    const source = sourceOf(address);
    if (isKnown(address) || this.#trusted.get(source) === true) return false;
    const seconds = this.#bans.add(source, reason);
    if (seconds === undefined) return this.#bans.has(source);
    this.#banned[reason] += 1;
    this.#malformed.forget(source);
    this.#refused?.forget(source);
    this.#file?.changed();
    logger.warn("source banned", { address: source, reason, seconds });
    onBanned(address);
    return true;
  }

  /** Ends a ban; false when there was none. */
  unban(address: string): boolean {
    const wasBanned = this.#bans.remove(sourceOf(address));
    if (wasBanned) this.#file?.changed();
    return wasBanned;
  }

  /** Writes what is not kept yet. May be called twice. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  list(): Ban[] {
    return this.#bans.list();
  }

  metrics(): MetricSample[] {
    const counter = (name: string, help: string, value: number, labels: Record<string, string> = {}): MetricSample => {
      return { name, type: "counter", help, labels, value };
    };
    const tables = {
      malformed: this.#malformed.size,
      requests: this.#requests?.size ?? 0,
      refused: this.#refused?.size ?? 0,
      trusted: this.#trusted.size,
      bans: this.#bans.size,
    };
    return [
      { name: "tandem_sip_bans", type: "gauge", help: "Sources that are banned now", value: this.list().length },
      ...Object.entries(this.#banned).map(([reason, value]) =>
        counter("tandem_sip_bans_total", "Bans of sources", value, { reason }),
      ),
      counter("tandem_sip_banned_input_total", "Datagrams and connections of banned sources, dropped", this.#dropped),
      counter("tandem_sip_unanswered_malformed_total", "Malformed messages left without an answer", this.#unanswered),
      ...Object.entries(tables).map(([table, value]): MetricSample => ({
        name: "tandem_sip_guard_entries",
        type: "gauge",
        help: "Entries of the bounded tables that judge sources",
        labels: { table },
        value,
      })),
    ];
  }

  /** True for what came over a connection whose certificate is a peer's. Its source is as good as a phone's then. */
  #hasProved({ remoteAddress, certificateNames }: Sender): boolean {
    if (certificateNames === undefined || this.#options.isKnownCertificate?.(certificateNames) !== true) return false;
    this.trust(remoteAddress);
    return true;
  }
}
