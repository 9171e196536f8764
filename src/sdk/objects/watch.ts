import type { EventType, Topic } from "../../protocol/index.ts";

/** A subscription: `close` it, or have `await using` do so. It goes on over reconnects. */
export class Watch {
  readonly #topics: () => readonly Topic[];
  readonly types: readonly EventType[] | undefined;
  readonly #end: (watch: Watch) => Promise<void>;
  /** @internal Its name at the server. */
  subscriptionId: string | undefined;
  /** @internal What it was asked for by that name. */
  asked: readonly Topic[] = [];

  constructor(
    topics: () => readonly Topic[],
    types: readonly EventType[] | undefined,
    end: (watch: Watch) => Promise<void>,
  ) {
    this.#topics = topics;
    this.types = types;
    this.#end = end;
  }

  get topics(): readonly Topic[] {
    return this.#topics();
  }

  /** What it told of is known no more as it changes. May be called twice. */
  close(): Promise<void> {
    return this.#end(this);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
