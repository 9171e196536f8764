import { errorMessageOf, Journal, type Clock, type Logger, type MetricSample } from "../../../common/index.ts";
import { isEndedSession, isSavedCall, type EndedSession, type SavedCall } from "./saved-call.ts";
import type { CallStore } from "../session/session-context.ts";

/** What is kept beside sessions: by a key that no session has. */
export interface EntryStore {
  /** By their keys. */
  readonly entries: ReadonlyMap<string, unknown>;
  putEntry(key: string, value: unknown): void;
  removeEntry(key: string): void;
}

/** Names of sessions are never of this form. */
const ENTRY = "model:";
const ENDED = "ended:";

/** The journal of established sessions, and of what the call model knows beyond them. */
export class CallJournal implements CallStore, EntryStore {
  readonly #calls = new Map<string, SavedCall>();
  readonly #ended = new Map<string, EndedSession>();
  readonly #entries = new Map<string, unknown>();
  readonly #journal: Journal<unknown>;

  /** @throws the file system's error when the file cannot be read or made */
  constructor(path: string, clock: Clock, logger: Logger) {
    this.#journal = new Journal<unknown>(
      {
        path,
        clock,
        onError: (error) => logger.error("calls cannot be recorded", { path, error: errorMessageOf(error) }),
      },
      (key, value) => {
        if (key.startsWith(ENTRY)) this.#entries.set(key.slice(ENTRY.length), value);
        else if (key.startsWith(ENDED)) {
          if (isEndedSession(value)) this.#ended.set(key.slice(ENDED.length), value);
        } else if (isSavedCall(value)) this.#calls.set(key, value);
        else logger.warn("a recorded call cannot be read", { callId: key });
      },
      () => this.#all(),
    );
    // The last write of the process before this one may be torn.
    for (const callId of [...this.#ended.keys()]) if (!this.#calls.has(callId)) this.#forgetEnd(callId);
  }

  /** What was there at the start, and is not removed. */
  get calls(): readonly SavedCall[] {
    return [...this.#calls.values()];
  }

  /** How a call of those has ended that waits for its record; undefined: it goes on. */
  endOf(callId: string): EndedSession | undefined {
    return this.#ended.get(callId);
  }

  get entries(): ReadonlyMap<string, unknown> {
    return this.#entries;
  }

  get metric(): MetricSample {
    return this.#journal.metric;
  }

  put(saved: SavedCall): void {
    this.#calls.set(saved.callId, saved);
    this.#journal.put(saved.callId, saved);
  }

  end(callId: string, ended: EndedSession): void {
    if (!this.#calls.has(callId)) return;
    this.#ended.set(callId, ended);
    this.#journal.put(ENDED + callId, ended);
  }

  remove(callId: string): void {
    if (this.#calls.delete(callId)) this.#journal.remove(callId);
    this.#forgetEnd(callId);
  }

  putEntry(key: string, value: unknown): void {
    this.#entries.set(key, value);
    this.#journal.put(ENTRY + key, value);
  }

  removeEntry(key: string): void {
    if (this.#entries.delete(key)) this.#journal.remove(ENTRY + key);
  }

  /** Writes what is pending now. */
  flush(): void {
    this.#journal.flush();
  }

  close(): void {
    this.#journal.close();
  }

  #forgetEnd(callId: string): void {
    if (this.#ended.delete(callId)) this.#journal.remove(ENDED + callId);
  }

  *#all(): Iterable<readonly [string, unknown]> {
    yield* this.#calls;
    for (const [callId, ended] of this.#ended) yield [ENDED + callId, ended];
    for (const [key, value] of this.#entries) yield [ENTRY + key, value];
  }
}
