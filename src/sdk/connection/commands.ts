import { waitRefusal } from "../check-wait.ts";
import { clientError, type CtiError } from "../cti-error.ts";
import type { Barriers } from "./barriers.ts";
import type { Answer } from "./link.ts";
import type { SdkClock, SdkTimer } from "./sdk-clock.ts";

/** How a command is done. */
export interface CommandOptions {
  /** It fails when there is no answer by then, 0 to 2,147,483,647; default: 10 s, 120 s where a phone has to be answered. */
  readonly timeoutMs?: number;
  /** Gives up waiting; what has been sent is not taken back. */
  readonly signal?: AbortSignal;
  /** Names the command for ever; default: a random one. The same key is done once only. */
  readonly key?: string;
  /** Only done when the call has this version, or the device in it this state. */
  readonly ifVersion?: number;
  readonly ifState?: string;
  /** Only says what would happen. */
  readonly dryRun?: boolean;
  /** False: refused at once while another command on the call is under way. */
  readonly waits?: boolean;
  /** W3C trace context: events that are effects of the command have it, as do the audit and the log. */
  readonly traceparent?: string;
}

export interface CommandsOptions {
  readonly clock: SdkClock;
  /** Unpredictable letters and digits. */
  readonly newKey: () => string;
}

type Send = (method: string, params: object, done: (answer: Answer) => void) => void;
type Reply = Readonly<Record<string, unknown>>;

/**
 * Gets a reply when all events up to its `seq` have been applied, and before the next one is; none that a snapshot has
 * overtaken. The command fails with what it throws.
 */
export type TakeReply = (reply: Reply) => void;

interface Pending {
  readonly method: string;
  readonly params: object;
  readonly deadlineMs: number;
  readonly deadline: SdkTimer;
  /** In its place among the events. */
  readonly pass: (reply: Reply) => void;
  /** After a snapshot, which is newer. */
  readonly passLate: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly forget: () => void;
  wasSent: boolean;
  isOnLink: boolean;
  again: SdkTimer | undefined;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_PENDING = 10_000;
const AGAIN_MS = 100;
/** Refusals that a repetition with the same key settles. */
const UNDER_WAY = "CONFLICT_IN_PROGRESS";
const REPEATED = ["LIMIT_RATE", UNDER_WAY];

/** Commands without an answer: each is sent again over every new link until its deadline. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #send: Send;
  readonly #barriers: Barriers;
  readonly #appliedSeq: () => number;
  readonly #pending = new Set<Pending>();
  #canSend = false;
  #isOver = false;
  /** How far the server's clock is ahead of ours. */
  #aheadMs = 0;

  constructor(options: CommandsOptions, send: Send, barriers: Barriers, appliedSeq: () => number) {
    this.#options = options;
    this.#send = send;
    this.#barriers = barriers;
    this.#appliedSeq = appliedSeq;
  }

  /** Commands that have no answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Resolves when all events up to the reply's `seq` have been applied.
   * @throws {CtiError} what the server says, `CLIENT_TIMEOUT`, `CLIENT_CLOSED`, `CLIENT_LIMIT`, `CLIENT_PROTOCOL`
   */
  add(method: string, params: object, options: CommandOptions, take?: TakeReply): Promise<Reply> {
    const { clock, newKey } = this.#options;
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, key = newKey(), ...conditions } = options;
    const refusal = waitRefusal("timeoutMs", timeoutMs);
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.#isOver) return Promise.reject(clientError("CLIENT_CLOSED", `${method}: the provider is shut down`));
    if (this.#pending.size >= MAX_PENDING)
      return Promise.reject(clientError("CLIENT_LIMIT", `${MAX_PENDING} commands have no answer yet`));
    if (signal?.aborted === true) return Promise.reject(abortReason(signal));
    const nowMs = clock.wallMs();
    const meta = { key, keyMs: nowMs, deadlineMs: Math.max(0, nowMs + this.#aheadMs + timeoutMs), ...conditions };
    return new Promise((resolve, reject) => {
      const abort = (): void => this.#settle(pending, () => reject(abortReason(signal)));
      const pending: Pending = {
        method,
        params: Object.assign({}, params, { meta }),
        deadlineMs: clock.nowMs() + timeoutMs,
        deadline: clock.after(timeoutMs, () => this.#settle(pending, () => reject(timeoutError(pending, timeoutMs)))),
        pass: (reply) => {
          try {
            take?.(reply);
            resolve(reply);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
        passLate: resolve,
        reject,
        forget: () => signal?.removeEventListener("abort", abort),
        wasSent: false,
        isOnLink: false,
        again: undefined,
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#pending.add(pending);
      if (this.#canSend) this.#sendOne(pending);
    });
  }

  /** What the server says the time is, which judges deadlines. */
  serverTime(wallMs: number): void {
    this.#aheadMs = wallMs - this.#options.clock.wallMs();
  }

  /** The session is in service: what has no answer is sent, in the order in which it was asked for. */
  sendAll(): void {
    this.#canSend = true;
    for (const pending of [...this.#pending]) if (!pending.isOnLink) this.#sendOne(pending);
  }

  linkLost(): void {
    this.#canSend = false;
    for (const pending of this.#pending) {
      pending.isOnLink = false;
      pending.again?.cancel();
    }
  }

  /** Keys belong to a session: what another one was sent and has not answered may be done or not. */
  sessionLost(): void {
    for (const pending of [...this.#pending]) {
      if (!pending.wasSent) continue;
      const message = `${pending.method}: the session that was asked is lost`;
      this.#settle(pending, () => pending.reject(clientError("CLIENT_SESSION_LOST", message, "unknown")));
    }
  }

  shutDown(): void {
    this.#isOver = true;
    this.#canSend = false;
    for (const pending of [...this.#pending]) {
      const message = `${pending.method}: the provider was shut down`;
      const outcome = pending.wasSent ? "unknown" : "not_applied";
      this.#settle(pending, () => pending.reject(clientError("CLIENT_CLOSED", message, outcome)));
    }
  }

  #sendOne(pending: Pending): void {
    pending.isOnLink = true;
    pending.wasSent = true;
    this.#send(pending.method, pending.params, (answer) => this.#answered(pending, answer));
  }

  #answered(pending: Pending, answer: Answer): void {
    // A lost link is told of by `linkLost`, for all of them.
    if (answer.type === "lost" || !this.#pending.has(pending)) return;
    if (answer.type === "refused") {
      if (this.#repeats(pending, answer.error)) return;
      const error = answer.error.code === UNDER_WAY ? underWay(pending, answer.error) : answer.error;
      return this.#settle(pending, () => pending.reject(error));
    }
    const { result: reply } = answer;
    const seq = typeof reply["seq"] === "number" ? reply["seq"] : 0;
    this.#settle(pending, () =>
      this.#barriers.add(seq, this.#appliedSeq(), {
        pass: () => pending.pass(reply),
        passLate: () => pending.passLate(reply),
        fail: pending.reject,
      }),
    );
  }

  /** The key makes it the same command: it is asked again until its deadline. */
  #repeats(pending: Pending, { code, envelope }: CtiError): boolean {
    if (!REPEATED.includes(code)) return false;
    const { clock } = this.#options;
    const { retryAfterMs = AGAIN_MS } = envelope;
    const delayMs = Number.isFinite(retryAfterMs) ? Math.max(retryAfterMs, 1) : AGAIN_MS;
    if (clock.nowMs() + delayMs >= pending.deadlineMs) return false;
    pending.again = clock.after(delayMs, () => {
      if (this.#canSend && this.#pending.has(pending)) this.#sendOne(pending);
    });
    return true;
  }

  #settle(pending: Pending, tell: () => void): void {
    if (!this.#pending.delete(pending)) return;
    pending.deadline.cancel();
    pending.again?.cancel();
    pending.forget();
    tell();
  }
}

/** The repetition was not done; what was sent first goes on. */
function underWay({ method }: Pending, cause: CtiError): CtiError {
  return clientError("CLIENT_TIMEOUT", `${method}: it is under way still`, "unknown", { cause });
}

function timeoutError({ method, wasSent }: Pending, timeoutMs: number): CtiError {
  const message = `${method}: no answer within ${timeoutMs} ms${wasSent ? "" : ", since no server could be reached"}`;
  return clientError("CLIENT_TIMEOUT", message, wasSent ? "unknown" : "not_applied");
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
