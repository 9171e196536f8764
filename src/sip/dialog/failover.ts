import type { Clock, Timer } from "../../common/index.ts";
import { parseDigits, type SipMessage } from "../message/index.ts";
import type { MoreTargets, TargetResolver } from "../resolution/index.ts";
import type { Target } from "../transport/index.ts";

/** The places that one request can go to, for a request whose next hop is a name. */
export interface Trial {
  /** The place that is being tried. */
  target: Target;
  /** Those that have not been tried, in order. */
  others: readonly Target[];
  /** No other place is tried after this: the caller has waited long enough. */
  readonly untilMs: number;
  /** A provisional response above 100 has come: it is served there, whatever becomes of it. */
  hasProgress: boolean;
  silence: Timer | undefined;
}

/** As long as timers B and F. */
const TOTAL_MS = 32_000;
const MAX_RETRY_AFTER_SECONDS = 86_400;

/**
 * Decides when a request goes on to the next of its targets: after a 503, where it cannot be sent, and with an INVITE
 * after silence. Any other response is the target's word for the whole domain.
 * @see RFC 3263 4.3
 */
export class Failover {
  readonly #resolver: TargetResolver;
  readonly #clock: Clock;

  constructor(resolver: TargetResolver, clock: Clock) {
    this.#resolver = resolver;
    this.#clock = clock;
  }

  /** @returns undefined for a literal address, which has no others */
  begin(target: Target, { others, name }: MoreTargets): Trial | undefined {
    if (name === undefined) return undefined;
    const untilMs = this.#clock.nowMs() + TOTAL_MS;
    return { target, others, untilMs, hasProgress: false, silence: undefined };
  }

  /** Tells when nothing has come from the place that is being tried; to be called with each attempt of an INVITE. */
  awaitSign(trial: Trial, onSilence: () => void): void {
    if (trial.others.length === 0) return;
    trial.silence = this.#clock.after(this.#resolver.failoverMs, () => {
      trial.silence = undefined;
      onSilence();
    });
  }

  /** A response has come from the place that is being tried. */
  noteResponse(trial: Trial, status: number): void {
    this.end(trial);
    trial.hasProgress ||= status > 100 && status < 200;
    if (status !== 503) this.#resolver.served(trial.target);
  }

  /**
   * The place that is being tried has failed.
   * @param response the 503 that came from there; absent: it cannot be reached, or is silent
   * @returns the place to try now; undefined: none
   */
  next(trial: Trial, response?: SipMessage): Target | undefined {
    this.end(trial);
    this.#resolver.failed(trial.target, response === undefined ? undefined : retryAfterOf(response));
    const [target, ...others] = trial.others;
    if (target === undefined || trial.hasProgress || this.#clock.nowMs() >= trial.untilMs) return undefined;
    trial.target = target;
    trial.others = others;
    this.#resolver.countFailover();
    return target;
  }

  /** It is waited for no sign any more. */
  end(trial: Trial): void {
    trial.silence?.cancel();
    trial.silence = undefined;
  }
}

function retryAfterOf(response: SipMessage): number | undefined {
  const seconds = /^\d+/.exec(response.get("retry-after")?.trim() ?? "")?.[0];
  const parsed = seconds === undefined ? undefined : parseDigits(seconds, MAX_RETRY_AFTER_SECONDS);
  return parsed?.ok === true ? parsed.value : undefined;
}
