/** What is known of a command by its key, which has the id of its session before it. */
interface KnownKey {
  readonly method: string;
  /** What has been begun by what it asks for; one that was refused may be tried again. */
  readonly effects: Map<string, "begun" | "done" | "refused">;
  /** The first answer that says for good what came of it. */
  answer: string | undefined;
}

/** What became of a command, as the application was told. */
export type Answer =
  | { readonly kind: "done"; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: "refused" | "unknown"; readonly code: string; readonly text: string };

/** All commands of a simulation: each is done at most once, and everybody is always told the same of it. */
export class KeyLedger {
  readonly #keys = new Map<string, KnownKey>();
  readonly counts = { commands: 0, done: 0, refused: 0, unknown: 0, repeated: 0 };

  sent(key: string, method: string): void {
    if (this.#keys.has(key)) this.counts.repeated += 1;
    else this.counts.commands += 1;
    if (!this.#keys.has(key)) this.#keys.set(key, { method, effects: new Map(), answer: undefined });
  }

  /** Call control begins to do it. @returns to be told whether it was done */
  begin(key: string, type: string): (isDone: boolean) => void {
    const known = this.#keys.get(key);
    if (known === undefined) throw new Error(`${type} is done for ${key}, which nobody has sent`);
    // What follows from it, such as a port that answers the call that it has made, is a part of it.
    const [own = type] = known.effects.keys();
    if (own !== type) return () => undefined;
    const before = known.effects.get(type);
    if (before === "begun" || before === "done") throw new Error(`${type} of ${known.method} ${key} is done again`);
    known.effects.set(type, "begun");
    return (isDone) => known.effects.set(type, isDone ? "done" : "refused");
  }

  /** @returns true when it is over */
  answered(key: string, answer: Answer): boolean {
    const known = this.#keys.get(key);
    if (known === undefined) throw new Error(`there is an answer for ${key}, which nobody has sent`);
    if (answer.kind === "unknown") return false;
    const text = answer.kind === "done" ? JSON.stringify(answer.result) : answer.code;
    if (known.answer === undefined) this.counts[answer.kind] += 1;
    known.answer ??= text;
    if (known.answer !== text) throw new Error(`${known.method} ${key} is answered ${text} after ${known.answer}`);
    const isDone = [...known.effects.values()].includes("done");
    if (answer.kind === "refused" && isDone) throw new Error(`${known.method} ${key} was done, and ${answer.text}`);
    return true;
  }

  givenUp(key: string): void {
    if (this.#keys.get(key)?.answer === undefined) this.counts.unknown += 1;
  }
}
