import type { CliOutput } from "../../admin/index.ts";

/** What signals stop: in order, and at once. Both may come at any time. */
export interface Stoppable {
  stop(): Promise<void> | void;
  kill(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first Ctrl-C, SIGTERM or SIGHUP stops, the next kills; also when there is nothing to stop yet. */
export class StopSignals {
  readonly #output: CliOutput;
  readonly #listener = (): void => this.#onSignal();
  #target: Stoppable | undefined;
  #count = 0;

  constructor(output: CliOutput) {
    this.#output = output;
    for (const name of SIGNALS) process.on(name, this.#listener);
  }

  /** Names what is to be stopped; what came before counts. */
  bind(target: Stoppable): void {
    this.#target = target;
    if (this.#count > 0) void target.stop();
    if (this.#count > 1) target.kill();
  }

  /** May be called twice. */
  close(): void {
    for (const name of SIGNALS) process.off(name, this.#listener);
  }

  #onSignal(): void {
    this.#count += 1;
    if (this.#count === 1) {
      this.#output.err("stopping; press Ctrl-C again to end everything at once");
      void this.#target?.stop();
    }
    if (this.#count === 2) this.#target?.kill();
  }
}
