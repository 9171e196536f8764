import type { Clock } from "../../../common/index.ts";
import type { Body, SignalingPort } from "../../signaling/signaling-port.ts";
import type { Subscription } from "./subscription.ts";

/**
 * `active`, or why it has ended (RFC 6665 4.1.3): after `noresource` and `rejected` a subscriber does not try again by
 * itself, after `deactivated` it does so at once.
 */
export type SubscriptionState = "active" | "timeout" | "noresource" | "rejected" | "deactivated";

export interface NotifierOptions {
  readonly port: SignalingPort;
  readonly clock: Clock;
  readonly bodyOf: (subscription: Subscription) => Body;
  /** A subscriber that does not want it, or cannot be reached. */
  readonly onFailed: (subscription: Subscription) => void;
  /** The edge is gone, and nobody knows whether the subscriber was told. */
  readonly onMissed: (subscription: Subscription) => void;
}

interface Flight {
  /** What is to be told next; the last word stays. */
  next: SubscriptionState | undefined;
}

const NO_SUBSCRIPTION = 481;

/** Sends NOTIFYs, of each subscription one after the other; states that are outdated meanwhile are left out. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #flights = new Map<string, Flight>();
  readonly #counts = { answered: 0, failed: 0 };

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  get counts(): Readonly<Record<"answered" | "failed", number>> {
    return this.#counts;
  }

  /** Tells the state as it is when the NOTIFY leaves. */
  notify(subscription: Subscription, state: SubscriptionState): void {
    const flight = this.#flights.get(subscription.dialogId);
    if (flight === undefined) this.#send(subscription, state);
    else if (flight.next === undefined || flight.next === "active") flight.next = state;
  }

  #send(subscription: Subscription, state: SubscriptionState): void {
    const { port, clock, bodyOf } = this.#options;
    const { dialogId, event, eventId, expiresAtMs } = subscription;
    const flight: Flight = { next: undefined };
    this.#flights.set(dialogId, flight);
    const leftSeconds = Math.max(0, Math.round((expiresAtMs - clock.wallMs()) / 1_000));
    const over = (isFailed: boolean, isRefused = false): void => {
      this.#flights.delete(dialogId);
      this.#counts[isFailed ? "failed" : "answered"] += 1;
      if (isFailed) this.#options.onFailed(subscription);
      else if (flight.next !== undefined) this.#send(subscription, flight.next);
      // The edge keeps the dialog of a subscription until its last NOTIFY.
      if (isRefused && state === "active") this.#send(subscription, "noresource");
    };
    port.request(
      {
        method: "NOTIFY",
        dialogId,
        headers: [
          ["Event", eventId === undefined ? event : `${event};id=${eventId}`],
          ["Subscription-State", state === "active" ? `active;expires=${leftSeconds}` : `terminated;reason=${state}`],
        ],
        body: bodyOf(subscription),
      },
      {
        onResponse: ({ message, source }) => {
          const { status } = message;
          if (status < 200) return;
          // RFC 6665 4.2.2: who asks for another attempt later still has its subscription.
          const isFailed = status >= 300 && !message.has("retry-after");
          over(isFailed, isFailed && status !== NO_SUBSCRIPTION && source.address !== "");
        },
        onFailed: ({ code }) => {
          if (code !== "edge-lost") return over(true);
          // It says nothing of the subscriber: the edge comes back and knows its dialogs.
          this.#flights.delete(dialogId);
          this.#options.onMissed(subscription);
        },
      },
    );
  }
}
