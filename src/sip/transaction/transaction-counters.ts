import type { MetricSample } from "../../common/index.ts";

const STARTED = ["tandem_sip_transactions_started_total", "Transactions that began"] as const;

/** Name, help and, where several counters are one metric, the kind. */
const HELP = {
  inviteClient: [...STARTED, "invite-client"],
  nonInviteClient: [...STARTED, "non-invite-client"],
  inviteServer: [...STARTED, "invite-server"],
  nonInviteServer: [...STARTED, "non-invite-server"],
  requests: ["tandem_sip_requests_received_total", "New requests handed to the transaction user, ACK included"],
  responses: ["tandem_sip_responses_received_total", "Responses that matched a transaction"],
  strayResponses: ["tandem_sip_stray_responses_total", "Responses that matched no transaction"],
  absorbed: ["tandem_sip_retransmissions_received_total", "Requests received again and kept from the user"],
  resentRequests: ["tandem_sip_requests_resent_total", "Requests sent again by timers A and E"],
  resentResponses: [
    "tandem_sip_responses_resent_total",
    "Responses sent again, by timer G or because they were asked for",
  ],
  switchedToTcp: ["tandem_sip_requests_switched_to_tcp_total", "Requests too large for UDP that went over TCP"],
  switchedBack: [
    "tandem_sip_requests_switched_back_total",
    "Of those, requests that went over UDP since TCP was refused",
  ],
  badRequests: ["tandem_sip_bad_requests_total", "Requests answered 400 to 513 for what they look like, or dropped"],
  badResponses: ["tandem_sip_bad_responses_total", "Responses dropped for what they look like"],
  merged: ["tandem_sip_merged_requests_total", "Requests that came a second way and got 482"],
  rateLimited: ["tandem_sip_rate_limited_requests_total", "New requests answered 503 because of their source"],
  overload: ["tandem_sip_overload_refusals_total", "Requests answered 503 because there are too many"],
  clientTimeouts: ["tandem_sip_client_timeouts_total", "Requests without a final response in time"],
  unanswered: ["tandem_sip_unanswered_requests_total", "Requests that the transaction user never answered"],
  ackTimeouts: ["tandem_sip_ack_timeouts_total", "Final responses to INVITE without an ACK in time"],
  transportFailures: ["tandem_sip_transaction_transport_failures_total", "Transactions that could not send"],
  ignoredEvents: ["tandem_sip_ignored_events_total", "Events that are illegal in the state of their transaction"],
  userErrors: ["tandem_sip_user_errors_total", "Handlers of the transaction user that threw"],
} as const;

/** What the transaction layer counts. */
export type CounterName = keyof typeof HELP;

/** What the transaction layer has counted since its start. */
export class TransactionCounters {
  readonly #values = new Map<CounterName, number>();

  count(name: CounterName): void {
    this.#values.set(name, this.value(name) + 1);
  }

  value(name: CounterName): number {
    return this.#values.get(name) ?? 0;
  }

  samples(): MetricSample[] {
    return (Object.keys(HELP) as CounterName[]).map((key) => {
      const [name, help, kind] = HELP[key];
      return {
        name,
        type: "counter",
        help,
        value: this.value(key),
        ...(kind === undefined ? {} : { labels: { kind } }),
      };
    });
  }
}
