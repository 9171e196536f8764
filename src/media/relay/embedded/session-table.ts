import { errorMessageOf, Journal, type Logger, type MetricSample } from "../../../common/index.ts";
import { MediaError } from "../../media-error.ts";
import { parseSessionDescription } from "../../sdp/parse-session-description.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import type {
  PlaySource,
  RelayEndpoint,
  RelayEvent,
  RelayKey,
  RelayOptions,
  RelaySessionSummary,
  RelaySettings,
  SideRef,
} from "../media-relay.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import { RelaySession } from "./relay-session.ts";
import { newSideStarts, RelaySide, type RelaySideStart } from "./relay-side.ts";
import type { SessionContext } from "./session-context.ts";
import { joinSides, sidePlace, type SidePlace } from "./session-join.ts";
import { relaySettings, sessionRecord, type SessionRecord } from "./session-record.ts";
import { recordOf, restoreSession } from "./session-restore.ts";
import { summarize } from "./session-summary.ts";
import type { SideIndex } from "./stream-set.ts";

/** Options of a `SessionTable`. */
export interface SessionTableOptions {
  readonly context: SessionContext;
  readonly logger: Logger;
  readonly journalPath: string;
  readonly maxSessions: number;
  readonly onEvent: (event: RelayEvent) => void;
  /** The table is no longer empty. */
  readonly onFilled: () => void;
}

/** Of the journal's record that is no session; no call id is empty. */
const SETTINGS_KEY = "";

/** All sessions of a relay, by call id: bounded, journaled, one change at a time for each. */
export class SessionTable {
  readonly #options: SessionTableOptions;
  readonly #sessions = new Map<string, RelaySession>();
  readonly #queue = new KeyedQueue();
  #settings: RelaySettings | undefined;
  #journal: Journal<SessionRecord | RelaySettings> | undefined;
  #creating = 0;
  #isClosed = false;

  constructor(options: SessionTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  metrics(): MetricSample[] {
    return this.#journal === undefined ? [] : [this.#journal.metric];
  }

  sessions(): Iterable<RelaySession> {
    return this.#sessions.values();
  }

  /** Opens the journal and brings its sessions back; what cannot be brought back is given up. */
  async restore(): Promise<void> {
    const { journalPath, context, logger } = this.#options;
    const saved = new Map<string, unknown>();
    const restored = new Map<string, RelaySession>();
    const journal = new Journal<SessionRecord | RelaySettings>(
      {
        path: journalPath,
        clock: context.clock,
        onError: (error) => logger.error("media journal cannot be written", { error: errorMessageOf(error) }),
      },
      (callId, record) => saved.set(callId, record),
      () => this.#snapshot(saved),
    );
    this.#journal = journal;
    this.#restoreSettings(saved);
    for (const [callId, value] of saved) {
      const record = sessionRecord.safeParse(value);
      const session = record.success ? await this.#restore(callId, record.data) : undefined;
      if (session !== undefined) restored.set(callId, session);
      else logger.warn("media session lost in restart", { callId, readable: record.success });
    }
    for (const [callId, session] of restored) this.#sessions.set(callId, session);
    for (const callId of saved.keys()) if (!restored.has(callId)) journal.remove(callId);
    saved.clear();
    if (restored.size > 0) this.#options.onFilled();
  }

  offer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    return this.#change(key, true, (session, from) => session.offer(from, parsed(sdp), options));
  }

  answer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string> {
    return this.#change(key, false, (session, offerer) => session.answer(offerer, parsed(sdp), options));
  }

  answerByEndpoint(key: RelayKey, endpoint: RelayEndpoint, sdp: string, options: RelayOptions): Promise<string> {
    return this.#change(key, true, async (session, phone) => {
      await this.#options.context.prompts.load(endpoint);
      return session.answerByEndpoint(phone, endpoint, parsed(sdp), options);
    });
  }

  offerByEndpoint(key: RelayKey, endpoint: RelayEndpoint): Promise<string> {
    return this.#change(key, true, async (session, farEnd) => {
      await this.#options.context.prompts.load(endpoint);
      return session.offerByEndpoint(farEnd, endpoint);
    });
  }

  /** See `MediaRelay.join`. */
  join(callId: string, caller: SideRef, callee: SideRef | undefined): Promise<void> {
    const callIds = [callId, caller.callId, ...(callee === undefined ? [] : [callee.callId])];
    return this.#queue.runAll(callIds, () => {
      if (this.#sessions.has(callId)) throw new MediaError("offer-refused", "there is such a session", { callId });
      const places = [this.#place(caller), callee && this.#place(callee)] as const;
      const { context, maxSessions } = this.#options;
      // What is left of the old sessions needs no ports, and is released soon.
      if (this.#isClosed || this.#sessions.size >= 2 * maxSessions) throw tooMany(maxSessions);
      const start = { callId, onPromptEnd: () => this.#promptEnded(callId) };
      const session = joinSides(start, places, context, (side) => this.#newSide(callId, side));
      this.#sessions.set(callId, session);
      this.#save(session);
      for (const place of places) if (place !== undefined) this.#save(place.session);
    });
  }

  /** See `MediaRelay.play`. */
  play(callId: string, tag: string, source: PlaySource | undefined): Promise<void> {
    return this.#queue.run(callId, async () => {
      if (source !== undefined) await this.#options.context.prompts.load(source);
      const { session, index } = this.#place({ callId, tag });
      session.play(index, source);
      this.#save(session);
    });
  }

  /** See `MediaRelay.sendDigit`. Nothing waits for the digit to be over. */
  async sendDigit(callId: string, tag: string, digit: string): Promise<boolean> {
    const { sent } = await this.#queue.run(callId, () => {
      const { session, index } = this.#place({ callId, tag });
      return { sent: session.sendDigit(index, digit) };
    });
    return sent;
  }

  /** See `MediaRelay.configure`. */
  async configure(settings: RelaySettings): Promise<void> {
    this.#settings = settings;
    if (!this.#isClosed) this.#journal?.put(SETTINGS_KEY, settings);
    await this.#options.context.prompts.configure(settings.music);
  }

  release(callId: string): Promise<RelaySessionSummary | undefined> {
    return this.#queue.run(callId, () => {
      const session = this.#sessions.get(callId);
      if (session === undefined) return undefined;
      const summary = this.#summaryOf(session);
      session.close();
      this.#sessions.delete(callId);
      this.#journal?.remove(callId);
      return summary;
    });
  }

  inspect(callId: string): RelaySessionSummary | undefined {
    const session = this.#sessions.get(callId);
    return session === undefined ? undefined : this.#summaryOf(session);
  }

  list(): RelaySessionSummary[] {
    return [...this.#sessions.values()].map((session) => this.#summaryOf(session));
  }

  #summaryOf(session: RelaySession): RelaySessionSummary {
    return summarize(session, this.#options.context.clock);
  }

  /** Closes all sockets; the journal keeps the sessions for the next process. May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#journal?.close();
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  #change(
    key: RelayKey,
    creates: boolean,
    change: (session: RelaySession, from: SideIndex) => Promise<string> | string,
  ): Promise<string> {
    return this.#queue.run(key.callId, async () => {
      const session = this.#sessions.get(key.callId);
      if (session === undefined) {
        if (!creates) throw new MediaError("unknown-session", "there is no such session", { callId: key.callId });
        return this.#create(key, change);
      }
      const from = session.sideOf(key.fromTag, key.toTag);
      if (from === undefined) throw new MediaError("unknown-session", "the session has other sides", { ...key });
      if (session.sides.some(({ hasLeft }) => hasLeft)) {
        throw new MediaError("unknown-session", "a side has left the session", { ...key });
      }
      const sdp = await change(session, from);
      this.#save(session);
      return sdp;
    });
  }

  async #create(
    key: RelayKey,
    change: (session: RelaySession, from: SideIndex) => Promise<string> | string,
  ): Promise<string> {
    const { context, maxSessions, onFilled } = this.#options;
    if (this.#isClosed || this.#sessions.size + this.#creating >= maxSessions) {
      throw tooMany(maxSessions);
    }
    const { callId } = key;
    const starts = newSideStarts([key.fromTag, key.toTag], context.ids);
    const sides = [this.#newSide(callId, starts[0]), this.#newSide(callId, starts[1])] as const;
    const onPromptEnd = (): void => this.#promptEnded(callId);
    const session = new RelaySession({ callId, createdAtMs: context.clock.wallMs(), sides, onPromptEnd }, context);
    this.#creating += 1;
    try {
      const sdp = await change(session, 0);
      if (this.#isClosed) throw new MediaError("no-ports", "the relay is closed");
      this.#sessions.set(callId, session);
      this.#save(session);
      onFilled();
      return sdp;
    } catch (error) {
      session.close();
      throw error;
    } finally {
      this.#creating -= 1;
    }
  }

  #restoreSettings(saved: Map<string, unknown>): void {
    const settings = relaySettings.safeParse(saved.get(SETTINGS_KEY));
    saved.delete(SETTINGS_KEY);
    if (!settings.success) return;
    this.#settings = settings.data;
    this.#options.context.prompts.setFiles(settings.data.music);
  }

  async #restore(callId: string, record: SessionRecord): Promise<RelaySession | undefined> {
    const { context } = this.#options;
    const played = [record.farEnd?.kind, ...record.sides.map(({ overlay }) => overlay)];
    for (const name of played) if (name !== undefined) await context.prompts.load(name);
    return restoreSession(callId, record, context, {
      onPromptEnd: () => this.#promptEnded(callId),
      newSide: (start) => this.#newSide(callId, start),
    });
  }

  #promptEnded(callId: string): void {
    const session = this.#sessions.get(callId);
    if (session === undefined) return;
    this.#save(session);
    this.#options.onEvent({ type: "prompt-ended", callId });
  }

  #place({ callId, tag }: SideRef): SidePlace {
    const session = this.#sessions.get(callId);
    if (session === undefined) throw new MediaError("unknown-session", "there is no such session", { callId });
    return sidePlace(session, tag);
  }

  #newSide(callId: string, start: RelaySideStart): RelaySide {
    const { onEvent } = this.#options;
    return new RelaySide(
      start,
      (side, isFirst) => {
        const session = this.#sessions.get(callId);
        if (session?.sides.includes(side)) this.#save(session);
        if (isFirst) onEvent({ type: "first-packet", callId, tag: side.tag });
      },
      (side, digit) => {
        if (!side.hasLeft) onEvent({ type: "digit", callId, tag: side.tag, digit });
      },
    );
  }

  #save(session: RelaySession): void {
    if (!this.#isClosed) this.#journal?.put(session.callId, recordOf(session));
  }

  *#snapshot(saved: ReadonlyMap<string, unknown>): Iterable<readonly [string, SessionRecord | RelaySettings]> {
    if (this.#settings !== undefined) yield [SETTINGS_KEY, this.#settings];
    // The journal rewrites itself when opened, before the sessions are there.
    for (const [callId, record] of saved) yield [callId, record as SessionRecord];
    for (const [callId, session] of this.#sessions) yield [callId, recordOf(session)];
  }
}

function tooMany(maxSessions: number): MediaError {
  return new MediaError("no-ports", "the relay has all the sessions it may have", { maxSessions });
}

function parsed(sdp: string): SessionDescription {
  const result = parseSessionDescription(sdp);
  if (!result.ok) throw new MediaError("sdp-malformed", result.reason);
  return result.value;
}
