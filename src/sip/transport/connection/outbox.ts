import type { Clock } from "../../../common/index.ts";
import type { SendFailureHandler } from "../flow.ts";
import type { Link } from "./link.ts";

/** What waits to be written to one connection, and who is to be told when it can not be. */
export class Outbox {
  readonly #link: Pick<Link, "unsentBytes" | "write">;
  readonly #clock: Clock;
  #texts: string[] = [];
  #handlers: SendFailureHandler[] = [];
  #queuedBytes = 0;
  /** Writes that the kernel has not taken, oldest first, and since when it has taken nothing. */
  #unwritten: SendFailureHandler[][] = [];
  #unwrittenSinceMs = 0;

  constructor(link: Pick<Link, "unsentBytes" | "write">, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
  }

  /** Messages that have not been given to the link. */
  get length(): number {
    return this.#texts.length;
  }

  /** Octets that the kernel has not taken. */
  get waitingBytes(): number {
    return this.#queuedBytes + this.#link.unsentBytes;
  }

  /** How long the kernel has taken nothing although something waits. */
  stalledMs(nowMs: number): number {
    return this.#unwritten.length === 0 ? 0 : nowMs - this.#unwrittenSinceMs;
  }

  add(text: string, onFailure: SendFailureHandler): void {
    this.#texts.push(text);
    this.#handlers.push(onFailure);
    this.#queuedBytes += text.length;
  }

  /** Takes the last message back. */
  dropLast(): void {
    this.#queuedBytes -= this.#texts.pop()?.length ?? 0;
    this.#handlers.pop();
  }

  /** One write for all that was added since the last one. */
  flush(): void {
    if (this.#texts.length === 0) return;
    const texts = this.#texts;
    if (this.#unwritten.length === 0) this.#unwrittenSinceMs = this.#clock.nowMs();
    this.#unwritten.push(this.#handlers);
    this.#texts = [];
    this.#handlers = [];
    this.#queuedBytes = 0;
    this.#link.write(texts, this.#onWritten);
  }

  /** Gives up all that has not been written; returns who is to be told. */
  abandon(): readonly SendFailureHandler[] {
    const handlers = [...this.#unwritten.flat(), ...this.#handlers];
    this.#unwritten = [];
    this.#texts = [];
    this.#handlers = [];
    this.#queuedBytes = 0;
    return handlers;
  }

  /**
   * Also called, without an error, for what a destroyed socket never wrote: by then it has been abandoned.
   * With an error the link is about to say that it is gone, and all is abandoned then.
   */
  readonly #onWritten = (error?: Error | null): void => {
    if (error) return;
    this.#unwritten.shift();
    this.#unwrittenSinceMs = this.#clock.nowMs();
  };
}
