import type { EventType, MethodName, Topic } from "../../protocol/index.ts";
import type { TakeReply } from "../connection/commands.ts";
import { isForGood, type CtiError } from "../cti-error.ts";
import { topicText } from "./told-calls.ts";
import { Watch } from "./watch.ts";

/** What could not be watched, and why. */
export interface WatchFailure {
  readonly what: string;
  readonly error: CtiError;
}

export interface WatchesOptions {
  /** Told when devices that have come cannot be watched. */
  readonly onFailed: (failure: WatchFailure) => void;
  readonly pause: (ms: number) => Promise<void>;
  /** There will be no session any more. */
  readonly isOver: () => boolean;
  /** One has been closed. */
  readonly onClosed: () => void;
}

/** Whether calls are told of where only events of these types are. */
export function tellsCalls(types: readonly EventType[] | undefined): boolean {
  return types?.some((type) => type.startsWith("call.")) ?? true;
}

const RETRY_MS = 1_000;
const MAX_REFUSALS = 5;

export type Ask = (method: MethodName, params: object, take: TakeReply) => Promise<void>;

/** What the session has subscribed to. As many as the application asks for; the server limits them. */
export class Watches {
  readonly #ask: Ask;
  readonly #options: WatchesOptions;
  readonly #watches = new Set<Watch>();
  /** The one that is of all that the session may see, whatever that is from time to time. */
  #whole: Watch | undefined;
  #isGrowing = false;

  constructor(ask: Ask, options: WatchesOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  /** To be subscribed to whenever a session is opened, and never else. */
  prepare(topics: readonly Topic[]): void {
    this.#watches.add(this.#watchOf(() => topics));
  }

  /** To be subscribed to whenever a session is opened, and anew when there is more of it. */
  prepareWhole(topics: () => readonly Topic[], types?: readonly EventType[]): void {
    this.#whole = this.#watchOf(topics, types);
    this.#watches.add(this.#whole);
  }

  /** The session may see more, perhaps. */
  grown(): void {
    if (this.#isGrowing || this.#missing().length === 0) return;
    this.#isGrowing = true;
    void this.#grow().finally(() => (this.#isGrowing = false));
  }

  /** What is gone has to be asked for again when it comes back. */
  gone(device: string): void {
    if (this.#whole === undefined) return;
    this.#whole.asked = this.#whole.asked.filter((topic) => topic.kind !== "device" || topic.name !== device);
  }

  async add(topics: readonly Topic[], types: readonly EventType[] | undefined): Promise<Watch> {
    const watch = this.#watchOf(() => topics, types);
    // From now on, since another session may take the place of this one before it is answered.
    this.#watches.add(watch);
    try {
      await this.#renew(watch);
    } catch (error) {
      this.#watches.delete(watch);
      throw error;
    }
    return watch;
  }

  /** Topics of those that tell of calls. */
  topics(): Set<string> {
    const telling = [...this.#watches].filter(({ types }) => tellsCalls(types));
    return new Set(telling.flatMap(({ topics }) => topics.map(topicText)));
  }

  /** Subscribes to all again. `isNewSession`: the one before is gone, with all subscriptions. @returns what could not be */
  async restore(isNewSession: boolean, ask: Ask): Promise<WatchFailure[]> {
    const failed: WatchFailure[] = [];
    if (isNewSession) for (const watch of this.#watches) watch.subscriptionId = undefined;
    for (const watch of [...this.#watches]) {
      try {
        await this.#renew(watch, ask);
      } catch (error) {
        if (!isForGood(error)) throw error;
        this.#watches.delete(watch);
        failed.push({ what: textOf(watch.topics), error });
      }
    }
    return failed;
  }

  #watchOf(topics: () => readonly Topic[], types?: readonly EventType[]): Watch {
    return new Watch(topics, types, (watch) => this.#end(watch));
  }

  /** Topics of the whole that the server was not asked for. */
  #missing(): readonly Topic[] {
    if (this.#whole?.subscriptionId === undefined) return [];
    const asked = new Set(this.#whole.asked.map(topicText));
    return this.#whole.topics.filter((topic) => !asked.has(topicText(topic)));
  }

  /** As long as there is more to watch; what comes meanwhile is asked for together. */
  async #grow(): Promise<void> {
    const { isOver, onFailed, pause } = this.#options;
    let refusals = 0;
    for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
      const whole = this.#whole;
      if (whole === undefined || isOver()) return;
      try {
        await this.#renew(whole);
      } catch (error) {
        // Something of it may have gone, which is about to be told; or call control is away.
        if (isForGood(error)) refusals += 1;
        if (isForGood(error) && refusals >= MAX_REFUSALS) return onFailed({ what: textOf(missing), error });
        await pause(RETRY_MS);
      }
    }
  }

  async #renew(watch: Watch, ask: Ask = this.#ask): Promise<void> {
    const { topics, types } = watch;
    if (topics.length === 0) return;
    let before: string | undefined;
    await ask("events.subscribe", { topics, ...(types && { types }) }, ({ subscriptionId }) => {
      before = watch.subscriptionId;
      watch.subscriptionId = typeof subscriptionId === "string" ? subscriptionId : undefined;
      watch.asked = topics;
    });
    if (before !== undefined) await this.#unsubscribe(before, ask);
    // It was closed meanwhile.
    if (!this.#watches.has(watch) && watch.subscriptionId !== undefined)
      await this.#unsubscribe(watch.subscriptionId, ask);
  }

  /** One of a session that goes on would tell the same twice; another session does not know it. */
  async #unsubscribe(subscriptionId: string, ask: Ask = this.#ask): Promise<void> {
    try {
      await ask("events.unsubscribe", { subscriptionId }, () => undefined);
    } catch (error) {
      if (!this.#options.isOver() && !isForGood(error)) throw error;
    }
  }

  async #end(watch: Watch): Promise<void> {
    if (!this.#watches.delete(watch) || watch.subscriptionId === undefined) return;
    await this.#unsubscribe(watch.subscriptionId);
    this.#options.onClosed();
  }
}

function textOf(topics: readonly Topic[]): string {
  return topics.map(topicText).join(", ");
}
