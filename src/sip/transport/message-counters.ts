import type { MetricSample } from "../../common/index.ts";
import type { TransportProtocol } from "./flow.ts";

const METHODS = [
  ...["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO"],
  ...["REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH", "other"],
];
const INDEX_OF = new Map(METHODS.map((method, index) => [method, index]));
const OTHER = METHODS.length - 1;
/** `other`: what begins like a response and has no class. */
const CLASSES = ["other", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx"];
const RESPONSE_START = "SIP/2.0 ";
const DIGIT_0 = 0x30;

/** Messages of one transport in one direction, by what their first line says. */
export class MessageCounters {
  readonly #requests = new Float64Array(METHODS.length);
  readonly #responses = new Float64Array(CLASSES.length);

  /** Reads the start of a message only: a method in its place, or a digit of the status. */
  count(text: string): void {
    if (text.startsWith(RESPONSE_START)) {
      const digit = text.charCodeAt(RESPONSE_START.length) - DIGIT_0;
      increment(this.#responses, digit >= 1 && digit <= 6 ? digit : 0);
      return;
    }
    const end = text.indexOf(" ");
    const known = end > 0 && end <= 9 ? INDEX_OF.get(text.slice(0, end)) : undefined;
    increment(this.#requests, known ?? OTHER);
  }

  /** Every class, and those methods that were seen. */
  samples(transport: TransportProtocol, direction: "in" | "out"): MetricSample[] {
    const samples: MetricSample[] = [];
    CLASSES.forEach((name, index) => {
      samples.push({
        name: "tandem_sip_response_messages_total",
        type: "counter",
        help: "SIP responses that passed a transport, repeated ones included",
        labels: { transport, direction, class: name },
        value: this.#responses[index] ?? 0,
      });
    });
    METHODS.forEach((method, index) => {
      const value = this.#requests[index] ?? 0;
      if (value === 0) return;
      samples.push({
        name: "tandem_sip_request_messages_total",
        type: "counter",
        help: "SIP requests that passed a transport, repeated ones included",
        labels: { transport, direction, method },
        value,
      });
    });
    return samples;
  }
}

function increment(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
