import { errorMessageOf, type Clock } from "../../common/index.ts";
import type { PendingTable } from "./pending-table.ts";
import { SignalingError } from "./signaling-error.ts";
import type { ClaimedDialogs, EdgeDialog, RefusedDialog } from "./signaling-port.ts";

export interface DialogHandoverOptions {
  readonly clock: Clock;
  readonly pending: PendingTable;
  /** Sends a command of the wire protocol; returns its id, or undefined when there is no connection. */
  readonly send: (command: string) => string | undefined;
}

interface Reply {
  readonly tokens: readonly string[];
  readonly text: string;
}

type Waiting = (reply: Reply) => void;

const REPLY_MS = 5_000;
/** A request of the edge holds 1,000 ids, 256 dialogs and 1 MiB. */
const IDS_A_REQUEST = 500;
const DIALOGS_A_REQUEST = 100;
const LONG_TEXT = 256 * 1024;

/** Tandem's extension of the wire protocol: dialogs that are claimed and imported. */
export class DialogHandover {
  readonly #options: DialogHandoverOptions;
  readonly #waiting = new Map<string, Waiting>();
  #edgeMemory: string | undefined;

  constructor(options: DialogHandoverOptions) {
    this.#options = options;
  }

  get edgeMemory(): string | undefined {
    return this.#edgeMemory;
  }

  /** The edge is gone; the next may be another. */
  disconnected(): void {
    this.#edgeMemory = undefined;
  }

  /** @throws {SignalingError} */
  async claim(dialogIds: readonly string[]): Promise<ClaimedDialogs> {
    const asked: Promise<Partial<ClaimedDialogs> & { readonly memoryId?: string }>[] = [];
    for (let from = 0; from === 0 || from < dialogIds.length; from += IDS_A_REQUEST) {
      const some = dialogIds.slice(from, from + IDS_A_REQUEST);
      asked.push(this.#ask(`claim|dialogs\r\n${some.join("\r\n")}`));
    }
    const results = await Promise.all(asked);
    this.#edgeMemory = results[0]?.memoryId;
    return {
      unknown: results.flatMap(({ unknown = [] }) => unknown),
      refused: results.flatMap(({ refused = [] }) => refused),
    };
  }

  /** @throws {SignalingError} */
  async import(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]> {
    const asked: Promise<readonly RefusedDialog[]>[] = [];
    for (const { first, texts } of batchesOf(dialogs)) {
      const answer: Promise<{ readonly refused?: readonly RefusedDialog[] }> = this.#ask(
        `import\r\n[${texts.join(",")}]`,
      );
      asked.push(
        answer.then(({ refused = [] }) => refused.map(({ index, reason }) => ({ index: first + index, reason }))),
      );
    }
    return (await Promise.all(asked)).flat();
  }

  /** Takes a message of the edge when it answers a command of this; drachtio-srf knows nothing of those. */
  take(message: string): boolean {
    if (this.#waiting.size === 0) return false;
    const end = message.indexOf("\r\n");
    const [, kind, id = "", ...tokens] = (end < 0 ? message : message.slice(0, end)).split("|");
    const waiting = kind === "response" ? this.#waiting.get(id) : undefined;
    if (waiting === undefined) return false;
    waiting({ tokens, text: end < 0 ? "" : message.slice(end + 2) });
    return true;
  }

  #ask<Answer>(command: string): Promise<Answer> {
    const { clock, pending, send } = this.#options;
    return new Promise((resolve, reject) => {
      const id = send(command);
      if (id === undefined) {
        reject(new SignalingError("edge-lost", "not connected to the edge"));
        return;
      }
      const entry = {
        deadlineMs: clock.nowMs() + REPLY_MS,
        fail: (error: SignalingError): void => {
          this.#waiting.delete(id);
          reject(error);
        },
      };
      pending.add(entry);
      this.#waiting.set(id, ({ tokens: [verdict, reason = ""], text }) => {
        this.#waiting.delete(id);
        if (!pending.settle(entry)) return;
        if (verdict !== "OK") return reject(new SignalingError("refused", reason));
        try {
          resolve(JSON.parse(text) as Answer);
        } catch (error) {
          reject(new SignalingError("malformed", errorMessageOf(error)));
        }
      });
    });
  }
}

/** Dialogs as JSON, in requests that are not too long. */
function batchesOf(dialogs: readonly EdgeDialog[]): { readonly first: number; readonly texts: readonly string[] }[] {
  const batches: { first: number; texts: string[]; length: number }[] = [];
  for (const [index, dialog] of dialogs.entries()) {
    const text = JSON.stringify(dialog);
    let batch = batches.at(-1);
    if (batch === undefined || batch.texts.length >= DIALOGS_A_REQUEST || batch.length > LONG_TEXT) {
      batch = { first: index, texts: [], length: 0 };
      batches.push(batch);
    }
    batch.texts.push(text);
    batch.length += text.length;
  }
  return batches;
}
