/** Something that happens later. */
export interface Appointment {
  readonly atMs: number;
  readonly order: number;
  /** A message or an operation that somebody waits for; else a timer. */
  readonly isUnderWay: boolean;
  readonly act: () => void;
}

/** Virtual time: what happens next, and when. Of what happens at the same time, what was planned first comes first. */
export class Agenda {
  nowMs = 0;
  /** Messages and operations that are under way. */
  underWay = 0;
  readonly #planned: Appointment[] = [];
  #order = 0;

  get length(): number {
    return this.#planned.length;
  }

  /** When the next thing happens; undefined: nothing is planned. */
  get nextMs(): number | undefined {
    return this.#planned[0]?.atMs;
  }

  plan(atMs: number, isUnderWay: boolean, act: () => void): Appointment {
    this.#order += 1;
    const planned: Appointment = { atMs: Math.max(atMs, this.nowMs), order: this.#order, isUnderWay, act };
    let low = 0;
    let high = this.#planned.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#planned[middle];
      if (other !== undefined && other.atMs <= planned.atMs) low = middle + 1;
      else high = middle;
    }
    this.#planned.splice(low, 0, planned);
    if (isUnderWay) this.underWay += 1;
    return planned;
  }

  cancel(planned: Appointment): void {
    const index = this.#planned.indexOf(planned);
    if (index < 0) return;
    this.#planned.splice(index, 1);
    if (planned.isUnderWay) this.underWay -= 1;
  }

  /** Lets the next thing happen. */
  next(): void {
    const planned = this.#planned.shift();
    if (planned === undefined) return;
    if (planned.isUnderWay) this.underWay -= 1;
    this.nowMs = planned.atMs;
    planned.act();
  }
}
