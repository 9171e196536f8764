import { CtiError } from "../cti-error.ts";
import type { Operation, Operations } from "../operation.ts";
import type { SessionTable } from "./session-table.ts";
import type { Session } from "./session.ts";

/** Methods that make a call. */
const MAKING: readonly string[] = ["call.connect", "call.consult"];
/** Name of the fact that keeps a call that a token's session has made. */
const PREFIX = "made ";

export interface TokenCallsOptions {
  readonly table: SessionTable;
  /** True while a call goes on. */
  readonly isUp: (callId: string) => boolean;
}

/** Bounds the calls that sessions of one token have made and that go on. */
export class TokenCalls {
  readonly #options: TokenCallsOptions;
  /** Calls that are being made, by token. */
  readonly #making = new Map<string, number>();

  constructor(options: TokenCallsOptions) {
    this.#options = options;
  }

  /** The same operations, in which those that make calls are bounded. */
  bound(operations: Operations): Operations {
    return new Map(
      [...operations].map(([method, operation]) => [
        method,
        MAKING.includes(method) ? this.#boundOne(operation) : operation,
      ]),
    );
  }

  #boundOne(operation: Operation): Operation {
    return {
      ...operation,
      handle: async (session, params, meta) => {
        const { token, scope } = session.user;
        const limit = scope?.calls;
        if (token === undefined || limit === undefined || meta.dryRun === true) {
          return operation.handle(session, params, meta);
        }
        this.#check(token, limit);
        this.#making.set(token, (this.#making.get(token) ?? 0) + 1);
        try {
          const result = await operation.handle(session, params, meta);
          const { callId } = result as { readonly callId?: unknown };
          if (typeof callId === "string") session.facts.put(PREFIX + callId, true);
          return result;
        } finally {
          const left = (this.#making.get(token) ?? 1) - 1;
          if (left > 0) this.#making.set(token, left);
          else this.#making.delete(token);
        }
      },
    };
  }

  /** @throws {CtiError} `limit-token-calls` */
  #check(token: string, value: number): void {
    let used = this.#making.get(token) ?? 0;
    for (const session of this.#options.table.all()) {
      if (session.user.token === token) used += this.#countUp(session);
    }
    if (used < value) return;
    const limit = { name: "maxCalls", value, used };
    throw new CtiError("limit-token-calls", `token ${token} has ${used} calls`, { limit });
  }

  /** Forgets those that have ended. */
  #countUp(session: Session): number {
    let count = 0;
    for (const [key] of [...session.facts.entries()]) {
      if (!key.startsWith(PREFIX)) continue;
      if (this.#options.isUp(key.slice(PREFIX.length))) count += 1;
      else session.facts.remove(key);
    }
    return count;
  }
}
