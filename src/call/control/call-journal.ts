import { errorMessageOf, Journal, type Clock, type Logger, type MetricSample } from "../../common/index.ts";
import { isSavedCall, type SavedCall } from "./saved-call.ts";
import type { CallStore } from "./session-context.ts";

/** The journal of established calls. */
export class CallJournal implements CallStore {
  readonly #calls = new Map<string, SavedCall>();
  readonly #journal: Journal<SavedCall>;

  /** @throws the file system's error when the file cannot be read or made */
  constructor(path: string, clock: Clock, logger: Logger) {
    this.#journal = new Journal<SavedCall>(
      {
        path,
        clock,
        onError: (error) => logger.error("calls cannot be recorded", { path, error: errorMessageOf(error) }),
      },
      (callId, saved) => {
        if (isSavedCall(saved)) this.#calls.set(callId, saved);
        else logger.warn("a recorded call cannot be read", { callId });
      },
      () => this.#calls,
    );
  }

  /** What was there at the start, and is not removed. */
  get calls(): readonly SavedCall[] {
    return [...this.#calls.values()];
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

  /** Writes what is pending now. */
  flush(): void {
    this.#journal.flush();
  }

  close(): void {
    this.#journal.close();
  }
}
