import { withMore, type Clock, type MetricSample, type Timer } from "../../../common/index.ts";
import type { CommandActor, CtiCommandRequest } from "../../../signals/index.ts";
import type { EntryStore } from "../../control/recovery/call-journal.ts";
import { printOf } from "./command-print.ts";
import { sessionOfKey, type CommandOutcome, type CommandRecord } from "./command-record.ts";
import { KeyHorizons } from "./key-horizons.ts";
import { KeySets } from "./key-sets.ts";
import { Leaving } from "./leaving.ts";

export interface CommandLedgerOptions {
  /** What has begun and what came of it is on file here. */
  readonly store: EntryStore;
  readonly clock: Clock;
  /** A call goes on: what was done to it is remembered. */
  readonly isAlive: (callId: string) => boolean;
  /** Default 100,000. */
  readonly maxPerSession?: number;
  /** Default 500,000. */
  readonly maxCommands?: number;
}

/** What is known of a request's key. */
export type KnownKey =
  { readonly kind: "new" | "reused" | "too-old" } | { readonly kind: "known"; readonly record: CommandRecord };

const ENTRY = "cti-command ";
/** After the end of its call, or its own where it has none. */
const KEPT_MS = 10 * 60_000;
const MAX_PER_SESSION = 100_000;
const MAX_COMMANDS = 500_000;
const NODE_FAILED: CommandOutcome = {
  ok: false,
  failure: "node-failed",
  detail: "call control failed while this was being done",
  outcome: "unknown",
};

/**
 * Remembers commands by their keys, so that none is done twice: what has begun is on file before its first effect, and what
 * came of it with the change that it made. One is forgotten 10 minutes after its call has ended; a key that is older than
 * what a session's forgotten ones were is not known to be new.
 */
export class CommandLedger {
  readonly #options: CommandLedgerOptions;
  readonly #commands = new Map<string, CommandRecord>();
  readonly #keysOfSessions = new KeySets();
  readonly #keysOfCalls = new KeySets();
  /** Who has asked last in each session: all of its commands have the same object. */
  readonly #actors = new Map<string, CommandActor>();
  readonly #horizons: KeyHorizons;
  readonly #leaving = new Leaving();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: CommandLedgerOptions) {
    this.#options = options;
    this.#horizons = new KeyHorizons(options.store, options.clock);
  }

  /** Takes up what the process before this one has left: what had begun and not ended has come to an unknown end. */
  restore(): void {
    const { store } = this.#options;
    for (const [entry, value] of [...store.entries]) {
      if (!entry.startsWith(ENTRY)) continue;
      const record = value as CommandRecord;
      const { callId } = record;
      const about = callId === undefined ? {} : { callId };
      this.#keep(record.outcome === undefined ? withMore(record, { outcome: { ...NODE_FAILED, ...about } }) : record);
      if (record.outcome === undefined) this.#put(record.key);
      this.#leaveUnlessAlive(record.key, callId);
    }
    this.#horizons.restore();
    this.#forgetMost();
  }

  lookUp(request: CtiCommandRequest): KnownKey {
    const record = this.#commands.get(request.key);
    if (record !== undefined) return record.print === printOf(request) ? { kind: "known", record } : { kind: "reused" };
    return { kind: this.#horizons.isBehind(sessionOfKey(request.key), request.keyMs) ? "too-old" : "new" };
  }

  /** To be called before anything is done. */
  begin(
    { key, keyMs, actor, command, conditions }: CtiCommandRequest,
    callId: string | undefined,
    alsoCalls: readonly string[] = [],
  ): void {
    const print = printOf({ command, ...(conditions === undefined ? {} : { conditions }) });
    const about = callId === undefined ? {} : { callId };
    const also = alsoCalls.length === 0 ? {} : { alsoCalls };
    this.#keep({ key, keyMs, print, actor: this.#sameActor(key, actor), type: command.type, ...about, ...also });
    this.#put(key);
    this.#forgetMost(sessionOfKey(key));
  }

  /** It is over. @param version of its call now */
  end(key: string, outcome: CommandOutcome, version: number | undefined): void {
    const record = this.#commands.get(key);
    if (record === undefined) return;
    const callId = outcome.callId ?? record.callId;
    const about = callId === undefined ? {} : { callId };
    // A consultation is about the call that it begins from, and makes another.
    const isOther = record.callId !== undefined && record.callId !== callId;
    const also = isOther ? { alsoCalls: [...(record.alsoCalls ?? []), record.callId] } : {};
    this.#keep(withMore(record, { outcome, ...about, ...also, ...(version === undefined ? {} : { version }) }));
    this.#put(key);
    this.#leaveUnlessAlive(key, callId);
  }

  /** Nothing has been done, and the same may be tried again by the same key. */
  withdraw(key: string): void {
    this.#drop(key);
  }

  /** What was done to it is remembered for a while yet. */
  callEnded(callId: string): void {
    for (const key of this.#keysOfCalls.of(callId)) {
      const record = this.#commands.get(key);
      if (record?.outcome !== undefined && record.callId === callId) this.#leave(key);
    }
  }

  /** What applications have done to a call, the last one last; what is under way as well. */
  commandsOf(callId: string): readonly CommandRecord[] {
    const keys = [...this.#keysOfCalls.of(callId)];
    return keys.map((key) => this.#commands.get(key)).filter((record) => record !== undefined);
  }

  metric(): MetricSample {
    return {
      name: "tandem_cti_commands_remembered",
      type: "gauge",
      help: "Commands of applications that are remembered by their keys",
      value: this.#commands.size,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #keep(record: CommandRecord): void {
    const { key } = record;
    this.#commands.set(key, record);
    this.#keysOfSessions.add(sessionOfKey(key), key);
    for (const callId of callsOf(record)) this.#keysOfCalls.add(callId, key);
  }

  #sameActor(key: string, actor: CommandActor): CommandActor {
    const session = sessionOfKey(key);
    const known = this.#actors.get(session);
    if (known?.user === actor.user && known.session === actor.session && known.client === actor.client) return known;
    this.#actors.set(session, actor);
    return actor;
  }

  #put(key: string): void {
    this.#options.store.putEntry(ENTRY + key, this.#commands.get(key));
  }

  #drop(key: string): CommandRecord | undefined {
    const record = this.#commands.get(key);
    if (record === undefined) return undefined;
    this.#commands.delete(key);
    const session = sessionOfKey(key);
    this.#keysOfSessions.remove(session, key);
    if (this.#keysOfSessions.countOf(session) === 0) this.#actors.delete(session);
    for (const callId of callsOf(record)) this.#keysOfCalls.remove(callId, key);
    this.#options.store.removeEntry(ENTRY + key);
    return record;
  }

  #forget(key: string): void {
    const record = this.#drop(key);
    if (record !== undefined) this.#horizons.raise(sessionOfKey(key), record.keyMs);
  }

  /** Of a session, and of all: the oldest that have ended are forgotten first. */
  #forgetMost(session?: string): void {
    const { maxPerSession = MAX_PER_SESSION, maxCommands = MAX_COMMANDS } = this.#options;
    const own = session === undefined ? 0 : this.#keysOfSessions.countOf(session);
    if (session !== undefined && own > maxPerSession) {
      this.#forgetOldest(this.#keysOfSessions.of(session), own - maxPerSession);
    }
    if (this.#commands.size > maxCommands) this.#forgetOldest(this.#commands.keys(), this.#commands.size - maxCommands);
  }

  #forgetOldest(keys: Iterable<string>, count: number): void {
    const oldest: string[] = [];
    for (const key of keys) {
      if (oldest.length === count) break;
      if (this.#commands.get(key)?.outcome !== undefined) oldest.push(key);
    }
    for (const key of oldest) this.#forget(key);
  }

  #leaveUnlessAlive(key: string, callId: string | undefined): void {
    if (callId === undefined || !this.#options.isAlive(callId)) this.#leave(key);
  }

  #leave(key: string): void {
    this.#leaving.add(key, this.#options.clock.nowMs() + KEPT_MS);
    this.#wait();
  }

  #wait(): void {
    const { nextMs } = this.#leaving;
    if (this.#isClosed || this.#timer !== undefined || nextMs === undefined) return;
    const { clock } = this.#options;
    this.#timer = clock.after(Math.max(0, nextMs - clock.nowMs()), () => {
      this.#timer = undefined;
      for (const key of this.#leaving.due(clock.nowMs())) this.#forget(key);
      this.#wait();
    });
  }
}

function callsOf({ callId, alsoCalls = [] }: CommandRecord): ReadonlySet<string> {
  return new Set(callId === undefined ? alsoCalls : [callId, ...alsoCalls]);
}
