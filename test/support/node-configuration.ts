import { join } from "node:path";
import { SystemClock } from "../../src/common/index.ts";
import type { Operation } from "../../src/database/index.ts";
import { readNodeFile } from "../../src/main/node/node-file.ts";
import { SqliteStore } from "../../src/database/sqlite/sqlite-store.ts";
import { eventually } from "./eventually.ts";
import { openKeeper } from "./kept-configuration.ts";
import type { TandemNode } from "./tandem-node.ts";

/** The configuration of a node that runs, changed by another process than its own: nobody tells them. */
export class NodeConfiguration {
  readonly #node: TandemNode;
  readonly #store: SqliteStore;

  constructor(node: TandemNode) {
    const { realm } = readNodeFile(join(node.dataDir, "run", "node.json"));
    this.#node = node;
    const path = join(node.dataDir, "state", "configuration.db");
    this.#store = new SqliteStore({ path, clock: new SystemClock(), keeper: { ...openKeeper, realm } });
  }

  /** Makes a change. @returns its number */
  async apply(...operations: readonly Operation[]): Promise<number> {
    const change = await this.#store.apply({ author: "test", summary: "", operations });
    if (change === undefined) throw new Error("nothing has changed");
    return change.sequence;
  }

  /** Waits until call control has come to a change. @returns how long that took, in ms */
  async takenUp(sequence: number, timeoutMs: number): Promise<number> {
    const begunMs = performance.now();
    await eventually(
      async () => {
        const { details } = (await this.#node.ask("callmanager", "status")) as { details: { configuration?: number } };
        if ((details.configuration ?? 0) < sequence) throw new Error(`call control is at ${details.configuration}`);
      },
      { timeoutMs, intervalMs: 20 },
    );
    return performance.now() - begunMs;
  }

  /** Makes a change and waits until call control has it. */
  async change(...operations: readonly Operation[]): Promise<void> {
    await this.takenUp(await this.apply(...operations), TAKEN_UP_MS);
  }

  close(): void {
    this.#store.close();
  }
}

/** A change of another process is seen within a second; half of one more is left for a machine that is busy. */
export const TAKEN_UP_MS = 1_500;
