import type { EventType, MethodName, Topic } from "../../protocol/index.ts";
import type { TakeReply } from "../connection/commands.ts";
import { isForGood, type CtiError } from "../cti-error.ts";
import { Watch } from "./watch.ts";

type Ask = (method: MethodName, params: object, take: TakeReply) => Promise<void>;

/** What the session has subscribed to. As many as the application asks for; the server limits them. */
export class Watches {
  readonly #ask: Ask;
  readonly #watches = new Set<Watch>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** To be subscribed to whenever a session is opened; what it is may depend on the session. */
  prepare(topics: () => readonly Topic[], types?: readonly EventType[]): void {
    this.#watches.add(new Watch(topics, types, (watch) => this.#end(watch)));
  }

  async add(topics: readonly Topic[], types: readonly EventType[] | undefined): Promise<Watch> {
    const watch = new Watch(
      () => topics,
      types,
      (one) => this.#end(one),
    );
    await this.#subscribe(watch);
    this.#watches.add(watch);
    return watch;
  }

  /** Subscribes to all again. @returns what could not be */
  async restore(): Promise<{ readonly what: string; readonly error: CtiError }[]> {
    const failed: { what: string; error: CtiError }[] = [];
    for (const watch of [...this.#watches]) {
      const before = watch.subscriptionId;
      try {
        await this.#subscribe(watch);
        if (before !== undefined) await this.#unsubscribe(before);
      } catch (error) {
        if (!isForGood(error)) throw error;
        this.#watches.delete(watch);
        failed.push({ what: watch.topics.map(topicText).join(", "), error });
      }
    }
    return failed;
  }

  async #subscribe(watch: Watch): Promise<void> {
    const { topics, types } = watch;
    if (topics.length === 0) return;
    await this.#ask("events.subscribe", { topics, ...(types && { types }) }, ({ subscriptionId }) => {
      watch.subscriptionId = typeof subscriptionId === "string" ? subscriptionId : undefined;
    });
  }

  /** One of a session that goes on would tell the same twice; another session does not know it. */
  async #unsubscribe(subscriptionId: string): Promise<void> {
    try {
      await this.#ask("events.unsubscribe", { subscriptionId }, () => undefined);
    } catch (error) {
      if (!isForGood(error)) throw error;
    }
  }

  async #end(watch: Watch): Promise<void> {
    if (!this.#watches.delete(watch) || watch.subscriptionId === undefined) return;
    await this.#unsubscribe(watch.subscriptionId);
  }
}

function topicText(topic: Topic): string {
  if (topic.kind === "call") return `call ${topic.callId}`;
  return "name" in topic ? `${topic.kind} ${topic.name}` : topic.kind;
}
