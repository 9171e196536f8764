/** An event of a session with its number. */
export interface LoggedEvent {
  readonly seq: number;
  /** The event as JSON, an object without `seq`. */
  readonly body: string;
}

/** Dropped places of the array are kept until there are this many. */
const MAX_GAP = 4_096;

/**
 * The events of one session that its application has not acknowledged, numbered from 1 without a gap. The owner bounds
 * it by `dropOldest`.
 */
export class EventLog {
  #events: LoggedEvent[] = [];
  /** Place of the first event that is kept. */
  #head = 0;
  #seq: number;
  #acked: number;
  #bytes = 0;
  #position: number;

  /** @param from where an earlier process has left off: the last number, and the last position */
  constructor(from: { readonly seq: number; readonly position: number } = { seq: 0, position: 0 }) {
    this.#seq = from.seq;
    this.#acked = from.seq;
    this.#position = from.position;
  }

  /** The number of the last event; 0: there was none. */
  get seq(): number {
    return this.#seq;
  }

  /** The number up to which the application has acknowledged. */
  get acked(): number {
    return this.#acked;
  }

  /** The number of the first event that is kept, or of the next one. */
  get first(): number {
    return this.#seq - this.size + 1;
  }

  get size(): number {
    return this.#events.length - this.#head;
  }

  /** Characters that the events take as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The last position that an event came from. */
  get position(): number {
    return this.#position;
  }

  add(body: string, position?: number): LoggedEvent {
    this.#seq += 1;
    const event: LoggedEvent = { seq: this.#seq, body };
    this.#events.push(event);
    this.#bytes += body.length;
    this.notePosition(position);
    return event;
  }

  notePosition(position: number | undefined): void {
    if (position !== undefined && position > this.#position) this.#position = position;
  }

  /** Forgets a position that belonged to another epoch of call control. */
  resetPosition(): void {
    this.#position = 0;
  }

  get(seq: number): LoggedEvent | undefined {
    return seq < this.first ? undefined : this.#events[this.#head + seq - this.first];
  }

  /** True when all events after `seq` are there. */
  hasAllAfter(seq: number): boolean {
    return seq <= this.#seq && seq >= this.first - 1;
  }

  /** Forgets events up to `seq`; numbers beyond the last one, or below what was acknowledged, do nothing. */
  acknowledge(seq: number): void {
    if (seq > this.#seq || seq <= this.#acked) return;
    this.#acked = seq;
    while (this.first <= seq && this.size > 0) this.#drop();
    this.#compact();
  }

  /** Forgets the oldest events until no more than `maxBytes` are left. */
  dropOldest(maxBytes: number): void {
    while (this.#bytes > maxBytes && this.size > 0) this.#drop();
    this.#compact();
  }

  /** Begins anew: the next event is number 1. */
  restart(): void {
    this.#events = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#seq = 0;
    this.#acked = 0;
  }

  *all(): Generator<LoggedEvent> {
    for (let place = this.#head; place < this.#events.length; place += 1) {
      const event = this.#events[place];
      if (event !== undefined) yield event;
    }
  }

  #drop(): void {
    this.#bytes -= this.#events[this.#head]?.body.length ?? 0;
    this.#head += 1;
  }

  #compact(): void {
    if (this.#head < MAX_GAP && this.#head < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}
