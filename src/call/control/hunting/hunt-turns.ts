import type { Distribution } from "../../device/index.ts";

/** Groups and lines that are remembered; what was noted first is forgotten then. */
const MAX_REMEMBERED = 20_000;

/** Whose turn it is in line groups. It begins anew with the process. */
export class HuntTurns {
  /** The member that each circular group has rung last. */
  readonly #last = new Map<string, string>();
  /** When the last call of each line has ended, in monotonic milliseconds: the longest ago first. */
  readonly #endedAtMs = new Map<string, number>();

  /** Members in the order in which they are rung. */
  inOrder(group: string, distribution: Distribution, members: readonly string[]): readonly string[] {
    switch (distribution) {
      case "top-down":
      case "broadcast":
        return members;
      case "circular": {
        const next = members.indexOf(this.#last.get(group) ?? "") + 1;
        return [...members.slice(next), ...members.slice(0, next)];
      }
      case "longest-idle":
        // Who has had no call yet is idle the longest.
        return members.toSorted((one, other) => this.#idleSince(one) - this.#idleSince(other));
    }
  }

  /** A member is rung. */
  noteRung(group: string, line: string): void {
    remember(this.#last, group, line);
  }

  /** An answered call of a line has ended. */
  noteEnded(line: string, nowMs: number): void {
    remember(this.#endedAtMs, line, nowMs);
  }

  #idleSince(line: string): number {
    return this.#endedAtMs.get(line) ?? Number.NEGATIVE_INFINITY;
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
