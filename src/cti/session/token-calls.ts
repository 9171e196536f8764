import { Journal, type JournalOptions, type MetricSample } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation, Operations } from "../operation.ts";

/** Methods that make a call, and which parameter is the name that may be chosen for it. */
const MAKING: ReadonlyMap<string, string> = new Map([
  ["call.connect", "callId"],
  ["call.consult", "newCallId"],
]);

export interface TokenCallsOptions extends JournalOptions {
  /** True while a call goes on. */
  readonly isUp: (callId: string) => boolean;
}

/** A call, by whose token it was made, and by which command: session and key; absent: it had none. */
interface Made {
  readonly token: string;
  readonly command?: string;
}

/** Bounds the calls that each token has made and that go on, whatever has become of the sessions that made them. */
export class TokenCalls {
  readonly #isUp: (callId: string) => boolean;
  readonly #journal: Journal<Made>;
  /** By token, then by call; only of tokens that have a bound. */
  readonly #made = new Map<string, Map<string, Made>>();
  /** Commands that are being done, by token. */
  readonly #making = new Map<string, Set<Made>>();

  constructor({ isUp, ...options }: TokenCallsOptions) {
    this.#isUp = isUp;
    this.#journal = new Journal<Made>(
      options,
      (callId, made) => within(this.#made, made.token).set(callId, made),
      () => this.#entries(),
    );
  }

  get metric(): MetricSample {
    return this.#journal.metric;
  }

  /** The same operations, in which those that make calls are bounded. */
  bound(operations: Operations): Operations {
    return new Map(
      [...operations].map(([method, operation]) => {
        const chosen = MAKING.get(method);
        return [method, chosen === undefined ? operation : this.#boundOne(operation, chosen)];
      }),
    );
  }

  /** May be called twice. */
  close(): void {
    this.#journal.close();
  }

  #boundOne(operation: Operation, chosen: string): Operation {
    return {
      ...operation,
      handle: async (session, params, meta) => {
        const { token, scope } = session.user;
        const limit = scope?.calls;
        if (token === undefined || limit === undefined || meta.dryRun === true) {
          return operation.handle(session, params, meta);
        }
        const made: Made = { token, ...(meta.key === undefined ? {} : { command: `${session.id}:${meta.key}` }) };
        this.#check(made, limit);
        const making = this.#making.get(token) ?? new Set<Made>();
        this.#making.set(token, making.add(made));
        try {
          const result = await operation.handle(session, params, meta);
          this.#note((result as { readonly callId?: unknown }).callId, made);
          return result;
        } catch (error) {
          // It may have been made all the same; then its name is known where the application has chosen it.
          const isMade = error instanceof CtiError && (error.facts.outcome ?? "not_applied") !== "not_applied";
          if (isMade) this.#note((params as Readonly<Record<string, unknown>>)[chosen], made);
          throw error;
        } finally {
          making.delete(made);
          if (making.size === 0) this.#making.delete(token);
        }
      },
    };
  }

  /** What is sent again makes no call again. @throws {CtiError} `limit-token-calls` */
  #check({ token, command }: Made, value: number): void {
    const made = this.#made.get(token) ?? new Map<string, Made>();
    const making = this.#making.get(token) ?? new Set<Made>();
    if (command !== undefined && [...made.values(), ...making].some((each) => each.command === command)) return;
    for (const callId of made.keys()) if (!this.#isUp(callId)) this.#forget(token, callId);
    const used = made.size + making.size;
    if (used < value) return;
    const limit = { name: "maxCalls", value, used };
    throw new CtiError("limit-token-calls", `token ${token} has ${used} calls`, { limit });
  }

  #note(callId: unknown, made: Made): void {
    if (typeof callId !== "string") return;
    within(this.#made, made.token).set(callId, made);
    this.#journal.put(callId, made);
  }

  #forget(token: string, callId: string): void {
    const made = this.#made.get(token);
    made?.delete(callId);
    if (made?.size === 0) this.#made.delete(token);
    this.#journal.remove(callId);
  }

  *#entries(): Generator<readonly [string, Made]> {
    for (const calls of this.#made.values()) yield* calls;
  }
}

function within(made: Map<string, Map<string, Made>>, token: string): Map<string, Made> {
  const known = made.get(token);
  if (known !== undefined) return known;
  const calls = new Map<string, Made>();
  made.set(token, calls);
  return calls;
}
