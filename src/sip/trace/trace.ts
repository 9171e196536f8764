import type { Clock, MetricSample } from "../../common/index.ts";
import type { MessageEnds } from "../transport/index.ts";
import { readTrace, type TraceAnswer, type TraceQuery } from "./trace-reader.ts";
import { TraceRing } from "./trace-ring.ts";

/** What a `Trace` is made of. */
export interface TraceOptions {
  /** Octets of messages that are kept; 0: none. */
  readonly keepBytes: number;
  readonly clock: Clock;
  /** Our address as a message's other end sees it. */
  readonly visibleLocal: (ends: MessageEnds) => string;
}

/** The SIP messages that passed lately, for ladders and live views. Nothing of it goes to a log. */
export class Trace {
  readonly #options: TraceOptions;
  readonly #ring: TraceRing | undefined;

  constructor(options: TraceOptions) {
    this.#options = options;
    this.#ring = options.keepBytes > 0 ? new TraceRing(options.keepBytes) : undefined;
  }

  /** False when it keeps nothing. */
  get isOn(): boolean {
    return this.#ring !== undefined;
  }

  received(text: string, ends: MessageEnds): void {
    this.#ring?.add(text, ends, false, this.#options.clock.wallMs());
  }

  sent(text: string, ends: MessageEnds): void {
    this.#ring?.add(text, ends, true, this.#options.clock.wallMs());
  }

  /** Looks up messages; nothing when it is off. */
  async read(query: TraceQuery): Promise<TraceAnswer> {
    if (this.#ring === undefined) return { messages: [], next: 0, missed: 0, more: false };
    return readTrace(this.#ring, query, this.#options.visibleLocal);
  }

  /** The sequence number of the last message: where a live view begins. */
  get position(): number {
    return (this.#ring?.nextSequence ?? 1) - 1;
  }

  metrics(): MetricSample[] {
    return [
      {
        name: "tandem_trace_messages",
        type: "gauge",
        help: "SIP messages that are kept for traces",
        value: this.#ring?.size ?? 0,
      },
      {
        name: "tandem_trace_messages_total",
        type: "counter",
        help: "SIP messages that were kept for traces",
        value: this.position,
      },
    ];
  }
}
