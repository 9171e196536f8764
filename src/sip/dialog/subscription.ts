import type { Clock, Timer } from "../../common/index.ts";
import { parseDigits, type SipMessage } from "../message/index.ts";
import type { Dialog } from "./dialog.ts";

/** RFC 6665 3.1.1: what a subscription lives when nobody says; RFC 3515 does not say it for REFER. */
const DEFAULT_EXPIRES_SECONDS: Readonly<Record<string, number>> = { SUBSCRIBE: 3_600, REFER: 180 };
/** Twenty days. Longer ones end then, unless they are refreshed. */
const MAX_EXPIRES_SECONDS = 1_728_000;
/** 64*T1: how long the last NOTIFY may still be on its way (RFC 6665 4.1.2, timer N). */
const GRACE_MS = 32_000;

/** True for a dialog that lives by a subscription; one begun with INVITE goes on when a subscription in it ends. */
export function isSubscription({ method }: Pick<Dialog, "method">): boolean {
  return method === "SUBSCRIBE" || method === "REFER";
}

/** True when a REFER asks, or its answer says, that there is no subscription (RFC 4488). */
export function refusesSubscription(message: SipMessage): boolean {
  return /^false\b/i.test(message.get("refer-sub") ?? "");
}

/** True for a NOTIFY that ends its subscription (RFC 6665 4.1.3). */
export function isLastNotify(notify: SipMessage): boolean {
  return /^terminated\b/i.test(notify.get("subscription-state") ?? "");
}

/** The life that a 2xx gives a subscription, in seconds; 0 when it ends it. */
export function grantedSeconds(method: string, response: SipMessage, request: SipMessage | undefined): number {
  const given = response.get("expires") ?? (method === "SUBSCRIBE" ? request?.get("expires") : undefined);
  return secondsOf(given) ?? DEFAULT_EXPIRES_SECONDS[method] ?? 0;
}

/** The life that a NOTIFY says is left (`active;expires=600`), in seconds; undefined when it does not say. */
export function notifiedSeconds(notify: SipMessage): number | undefined {
  const [, digits] = /;[ \t]*expires[ \t]*=[ \t]*(\d+)/i.exec(notify.get("subscription-state") ?? "") ?? [];
  return secondsOf(digits);
}

function secondsOf(text: string | undefined): number | undefined {
  const parsed = text === undefined ? undefined : parseDigits(text, 2 ** 32 - 1);
  return parsed?.ok === true ? Math.min(parsed.value, MAX_EXPIRES_SECONDS) : undefined;
}

/** Lets subscriptions that nobody refreshes or ends run out. */
export class SubscriptionTimers {
  readonly #clock: Clock;
  readonly #expire: (dialog: Dialog) => void;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock, expire: (dialog: Dialog) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Begins or renews the life of a subscription. */
  renew(dialog: Dialog, seconds: number): void {
    dialog.expiresAtMs = this.#clock.wallMs() + Math.min(seconds, MAX_EXPIRES_SECONDS) * 1_000;
    this.resume(dialog);
  }

  /** Takes up the life of a subscription from before a restart. */
  resume(dialog: Dialog): void {
    if (dialog.expiresAtMs === undefined) return;
    this.stop(dialog.id);
    const delayMs = Math.max(0, dialog.expiresAtMs - this.#clock.wallMs()) + GRACE_MS;
    const fire = (): void => {
      this.#timers.delete(dialog.id);
      this.#expire(dialog);
    };
    this.#timers.set(dialog.id, this.#clock.after(delayMs, fire));
  }

  stop(dialogId: string): void {
    this.#timers.get(dialogId)?.cancel();
    this.#timers.delete(dialogId);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
