import type { Clock, Timer } from "../../../src/common/index.ts";

interface Appointment {
  readonly atMs: number;
  /** Of those at the same time the one that was made first comes first. */
  readonly order: number;
  run: (() => void) | undefined;
}

const START_MS = 1_700_000_000_000;

/** Time that moves from one appointment to the next when it is told to. */
export class VirtualClock implements Clock {
  /** A heap, the next one first. */
  readonly #heap: Appointment[] = [];
  #nowMs = 0;
  #order = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return START_MS + this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const made: Appointment = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#add(made);
    return { cancel: () => void (made.run = undefined) };
  }

  /** When the next one is; undefined: there is none. */
  get nextMs(): number | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#take();
    return this.#heap[0]?.atMs;
  }

  /** Moves on to the next one, and keeps it. @returns false: there is none */
  step(): boolean {
    const { nextMs } = this;
    const next = nextMs === undefined ? undefined : this.#take();
    if (next === undefined) return false;
    this.#nowMs = next.atMs;
    next.run?.();
    return true;
  }

  #add(made: Appointment): void {
    const heap = this.#heap;
    let place = heap.push(made) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(made, heap[parent])) break;
      heap[place] = heap[parent] as Appointment;
      place = parent;
    }
    heap[place] = made;
  }

  #take(): Appointment | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], last)) break;
      heap[place] = heap[child] as Appointment;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(one: Appointment | undefined, other: Appointment | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
}
