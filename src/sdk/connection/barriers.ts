/** What waits for its place among the events. */
export interface Barrier {
  pass(): void;
  /** Passes after a snapshot: what the reply says of how all was is older than that. */
  passLate(): void;
  fail(error: Error): void;
}

/** Replies that came before the events that they include. As many as there are requests. */
export class Barriers {
  #aside: Barrier[] = [];
  #waiting: { readonly seq: number; readonly barrier: Barrier }[] = [];

  /** Passes at once when events up to `seq` have been applied. */
  add(seq: number, appliedSeq: number, barrier: Barrier): void {
    if (seq <= appliedSeq) barrier.pass();
    else this.#waiting.push({ seq, barrier });
  }

  /** In the order in which they came. */
  passUpTo(appliedSeq: number): void {
    if (this.#waiting.length === 0) return;
    const passing = this.#waiting.filter(({ seq }) => seq <= appliedSeq);
    this.#waiting = this.#waiting.filter(({ seq }) => seq > appliedSeq);
    for (const { barrier } of passing) barrier.pass();
  }

  /** Those of before a snapshot: they pass when it has been taken. */
  setAside(): void {
    this.#aside.push(...this.#waiting.map(({ barrier }) => barrier));
    this.#waiting = [];
  }

  passAside(): void {
    const passing = this.#aside;
    this.#aside = [];
    for (const barrier of passing) barrier.passLate();
  }

  failAll(error: Error): void {
    this.setAside();
    const failing = this.#aside;
    this.#aside = [];
    for (const barrier of failing) barrier.fail(error);
  }
}
