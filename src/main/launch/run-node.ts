import { EXIT, type CliOutput } from "../../admin/index.ts";
import { startNode } from "../node/start-node.ts";
import type { StartNodeOptions } from "../node/start-node-options.ts";
import type { StartedNode } from "../node/supervise-node.ts";

/** Runs a node in this process until it is stopped, by a signal or by a command; resolves to the exit code. */
export async function runNode(
  options: StartNodeOptions,
  output: CliOutput,
  welcome: (node: StartedNode) => readonly string[],
): Promise<number> {
  const signals = new StopSignals();
  try {
    const node = await startNode(options);
    for (const line of welcome(node)) output.out(line);
    signals.onFirst(() => {
      output.err("stopping; press Ctrl-C again to end everything at once");
      void node.stop();
    });
    signals.onSecond(() => node.kill());
    await node.stopped;
    output.out("stopped");
    return EXIT.ok;
  } finally {
    signals.close();
  }
}

/** The first Ctrl-C, SIGTERM or SIGHUP, also one that came before somebody listened, and the next. */
class StopSignals {
  readonly #listener = (): void => this.#onSignal();
  #count = 0;
  #first: (() => void) | undefined;
  #second: (() => void) | undefined;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, this.#listener);
  }

  onFirst(run: () => void): void {
    this.#first = run;
    if (this.#count > 0) run();
  }

  onSecond(run: () => void): void {
    this.#second = run;
    if (this.#count > 1) run();
  }

  close(): void {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, this.#listener);
  }

  #onSignal(): void {
    this.#count += 1;
    if (this.#count === 1) this.#first?.();
    if (this.#count === 2) this.#second?.();
  }
}
