import type { Ids } from "../../../common/index.ts";
import type { CommandResult } from "../../model/index.ts";

/** Commands whose results are waited for. */
const MAX_COMMANDS = 10_000;
const TOO_MANY: CommandResult = {
  ok: false,
  failure: "pending",
  detail: "too many commands wait for their end",
};
const STOPPING: CommandResult = { ok: false, failure: "stopping", detail: "the process stops" };

/** Who has asked for something, until there is a result. */
export class PendingCommands {
  readonly #ids: Ids;
  readonly #waiting = new Map<string, (result: CommandResult) => void>();
  #isClosed = false;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** Begins a command; resolves when `resolve` is called for it. */
  begin(act: (commandId: string) => void): Promise<CommandResult> {
    if (this.#isClosed) return Promise.resolve(STOPPING);
    if (this.#waiting.size >= MAX_COMMANDS) return Promise.resolve(TOO_MANY);
    const commandId = this.#ids.uuid();
    return new Promise((resolve) => {
      this.#waiting.set(commandId, resolve);
      act(commandId);
    });
  }

  resolve(commandId: string, result: CommandResult): void {
    const resolve = this.#waiting.get(commandId);
    this.#waiting.delete(commandId);
    resolve?.(result);
  }

  /** Nobody waits any more: what was begun goes on without an answer. */
  close(): void {
    this.#isClosed = true;
    for (const commandId of [...this.#waiting.keys()]) this.resolve(commandId, STOPPING);
  }
}
