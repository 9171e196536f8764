import type { CtiEvent, Provider, Why } from "../../src/sdk/index.ts";
import { eventually } from "./eventually.ts";

const TOLD = [
  "call.snapshot",
  "call.state",
  "call.connection",
  "call.terminal",
  "call.moved",
  "call.feature",
  "digits",
] as const;
type Told = Extract<CtiEvent, { type: (typeof TOLD)[number] }>;

function isTold(event: { readonly type: string }): event is Told {
  return (TOLD as readonly string[]).includes(event.type);
}

/** What an application is told of calls, as text: a line for each event, calls and parties by names that a test knows. */
export class ToldEvents {
  readonly #lines: string[] = [];
  readonly #calls = new Map<string, string>();
  readonly #numbers = new Map<string, string>();

  constructor(provider: Provider) {
    provider.on("event", (event) => {
      if (isTold(event)) this.#lines.push(this.#lineOf(event));
    });
  }

  /** What has been told since it was asked last: `c1 1001 alerting`, with why that is unless it is normal: `(hold)`, `(hunt 17)`. */
  take(): string[] {
    return this.#lines.splice(0);
  }

  /** Waits for a line. @returns all that has come up to it, taken */
  async until(line: string, timeoutMs: number): Promise<readonly string[]> {
    return eventually(
      () => {
        const index = this.#lines.indexOf(line);
        if (index < 0) throw new Error(`${line} was not told, but ${this.#lines.join(", ")}`);
        return this.#lines.splice(0, index + 1);
      },
      { timeoutMs },
    );
  }

  #lineOf(event: Told): string {
    switch (event.type) {
      case "call.snapshot":
        for (const { connectionId, party } of event.call.connections) this.#numbers.set(connectionId, party.number);
        return `${this.#call(event.call.callId)} snapshot`;
      case "call.state": {
        const merged = event.mergedInto === undefined ? "" : ` in ${this.#call(event.mergedInto)}`;
        return `${this.#call(event.callId)} ${event.state}${merged}${whyText(event.why)}`;
      }
      case "call.connection":
        if (event.party !== undefined) this.#numbers.set(event.connectionId, event.party.number);
        return `${this.#call(event.callId)} ${this.#number(event.connectionId)} ${event.state}${whyText(event.why)}`;
      case "call.terminal":
        return `${this.#call(event.callId)} ${event.device} ${event.state}${whyText(event.why)}`;
      case "call.moved":
        this.#numbers.set(event.connectionId, event.party.number);
        return `${this.#call(event.callId)} ${event.party.number} moved from ${this.#call(event.from)}${whyText(event.why)}`;
      case "call.feature":
        return `${this.#call(event.callId)} ${event.feature} ${event.moment}`;
      case "digits":
        return `${event.device} digits ${event.digits}`;
    }
  }

  #call(callId: string): string {
    const name = this.#calls.get(callId) ?? `c${this.#calls.size + 1}`;
    this.#calls.set(callId, name);
    return name;
  }

  #number(connectionId: string): string {
    return this.#numbers.get(connectionId) ?? connectionId;
  }
}

function whyText(why: Why | undefined): string {
  const { cause = 16, feature = "normal" } = why ?? {};
  if (cause === 16) return feature === "normal" ? "" : ` (${feature})`;
  return ` (${feature} ${cause})`;
}
