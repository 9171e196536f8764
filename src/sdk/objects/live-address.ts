import type { ForwardingView, LineView, MethodParams } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import { doneOf, type ObjectContext } from "./context.ts";
import type { Address, Connection, Done, MessageCounts, Terminal } from "./nouns.ts";

export class LiveAddress implements Address {
  readonly #context: ObjectContext;
  /** Such as `1001@internal`. */
  readonly name: string;

  constructor(context: ObjectContext, name: string) {
    this.#context = context;
    this.name = name;
  }

  get view(): LineView | undefined {
    return this.#context.replica.lines.get(this.name);
  }
  get number(): string {
    return this.view?.number ?? this.name.split("@")[0] ?? this.name;
  }
  get terminals(): readonly Terminal[] {
    return (this.view?.devices ?? []).map((name) => this.#context.terminal(name));
  }
  get connections(): readonly Connection[] {
    const found: Connection[] = [];
    for (const { callId, connections } of this.#context.replica.calls.values()) {
      for (const { connectionId, party } of connections) {
        if (party.line === this.name) found.push(this.#context.connection(connectionId, callId));
      }
    }
    return found;
  }
  get forwarding(): ForwardingView {
    return this.view?.forwarding ?? {};
  }
  get isMessageWaiting(): boolean {
    return this.view?.isMessageWaiting ?? false;
  }
  get messages(): Required<MessageCounts> {
    return this.view?.messages ?? { newMessages: 0, oldMessages: 0, newUrgent: 0, oldUrgent: 0 };
  }

  async setForwarding(
    kind: MethodParams["line.setForwarding"]["kind"],
    targets: { readonly internal?: string | null; readonly external?: string | null },
    options?: CommandOptions,
  ): Promise<Done> {
    return doneOf(await this.#context.command("line.setForwarding", { line: this.name, kind, ...targets }, options));
  }
  async setMessageWaiting(on: boolean, messages: MessageCounts = {}, options?: CommandOptions): Promise<Done> {
    return doneOf(await this.#context.command("line.setMessageWaiting", { line: this.name, on, ...messages }, options));
  }
}
