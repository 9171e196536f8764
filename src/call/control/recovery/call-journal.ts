import { errorMessageOf, Journal, type Clock, type Logger, type MetricSample } from "../../../common/index.ts";
import { isSavedCall, type SavedCall } from "./saved-call.ts";
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

/** The journal of established sessions, and of what the call model knows beyond them. */
export class CallJournal implements CallStore, EntryStore {
  readonly #calls = new Map<string, SavedCall>();
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
        else if (isSavedCall(value)) this.#calls.set(key, value);
        else logger.warn("a recorded call cannot be read", { callId: key });
      },
      () => this.#all(),
    );
  }

  /** What was there at the start, and is not removed. */
  get calls(): readonly SavedCall[] {
    return [...this.#calls.values()];
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

  remove(callId: string): void {
    if (this.#calls.delete(callId)) this.#journal.remove(callId);
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

  *#all(): Iterable<readonly [string, unknown]> {
    yield* this.#calls;
    for (const [key, value] of this.#entries) yield [ENTRY + key, value];
  }
}
