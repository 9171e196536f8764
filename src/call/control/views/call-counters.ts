import type { MetricSample } from "../../../common/index.ts";
import type { EndReason } from "../../model/index.ts";
import type { CallTable } from "../call-table.ts";

/** Methods that have a label of their own. */
const METHODS = new Set(["INVITE", "REGISTER", "BYE", "INFO", "UPDATE", "SUBSCRIBE", "REFER", "MESSAGE", "NOTIFY"]);
const MAX_REASONS = 256;

/** What has happened so far, and what there is now. */
export class CallCounters {
  readonly #ended = new Map<EndReason, number>();
  readonly #refused = new Map<string, { method: string; reason: string; value: number }>();
  #answered = 0;

  countAnswered(): void {
    this.#answered += 1;
  }

  countEnded(reason: EndReason): void {
    this.#ended.set(reason, (this.#ended.get(reason) ?? 0) + 1);
  }

  countRefused(method: string, reason: string): void {
    const label = METHODS.has(method) ? method.toLowerCase() : "other";
    const key = `${label} ${reason}`;
    const entry = this.#refused.get(key) ?? { method: label, reason, value: 0 };
    entry.value += 1;
    if (this.#refused.has(key) || this.#refused.size < MAX_REASONS) this.#refused.set(key, entry);
  }

  metrics(table: CallTable): MetricSample[] {
    const gauge = (name: string, help: string, value: number): MetricSample => ({ name, type: "gauge", help, value });
    return [
      gauge("tandem_calls", "Calls that have not ended", table.active),
      gauge("tandem_call_sessions", "Calls of which something is left, ended ones included", table.size),
      gauge("tandem_call_legs", "Dialogs of calls, those of branches included", table.legCount),
      { name: "tandem_calls_answered_total", type: "counter", help: "Calls that were answered", value: this.#answered },
      ...[...this.#ended].map(([outcome, value]): MetricSample => ({
        name: "tandem_calls_total",
        type: "counter",
        help: "Calls that have ended, by outcome",
        labels: { outcome },
        value,
      })),
      ...[...this.#refused.values()].map(({ method, reason, value }): MetricSample => ({
        name: "tandem_requests_refused_total",
        type: "counter",
        help: "Requests that were refused before they became a call or changed one",
        labels: { method, reason },
        value,
      })),
    ];
  }
}

/** @param queued callers in queues. @param pending what the edge has not answered */
export function waitingGauges(queued: number, pending: number): MetricSample[] {
  return [
    {
      name: "tandem_queued_callers",
      type: "gauge",
      help: "Callers that wait in queues of hunt pilots",
      value: queued,
    },
    {
      name: "tandem_wire_pending_commands",
      type: "gauge",
      help: "Responses that the edge has not confirmed and requests without a final response",
      value: pending,
    },
  ];
}
