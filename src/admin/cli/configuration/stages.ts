import type { CliOutput, Progress } from "../launcher.ts";

/** Tells how far a long command has come: a bar on a terminal, else one line a phase. */
export interface Stages {
  enter(phase: string): void;
  /** Takes a progress line of the server, `{phase, done, total}`. */
  report(line: Readonly<Record<string, unknown>>): void;
  /** May be called twice. */
  end(): void;
}

const BAR_WIDTH = 24;

export async function openStages(first: string, output: CliOutput): Promise<Stages> {
  const progress = await output.openProgress?.(first);
  return new StageView(output, progress, first);
}

class StageView implements Stages {
  readonly #output: CliOutput;
  readonly #progress: Progress | undefined;
  #phase: string;

  constructor(output: CliOutput, progress: Progress | undefined, first: string) {
    this.#output = output;
    this.#progress = progress;
    this.#phase = first;
    if (progress === undefined) output.err(first);
  }

  enter(phase: string): void {
    if (this.#progress !== undefined) this.#progress.update(phase);
    else if (phase !== this.#phase) this.#output.err(phase);
    this.#phase = phase;
  }

  report({ phase, done, total }: Readonly<Record<string, unknown>>): void {
    if (typeof phase !== "string") return;
    if (this.#progress === undefined) return this.enter(phase);
    const isCounted = typeof done === "number" && typeof total === "number" && total > 0;
    this.#progress.update(isCounted ? `${phase} ${bar(done, total)}` : phase);
  }

  end(): void {
    this.#progress?.end();
  }
}

function bar(done: number, total: number): string {
  const share = Math.min(1, Math.max(0, done / total));
  const filled = Math.round(share * BAR_WIDTH);
  return `[${"=".repeat(filled)}${" ".repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} % (${done} of ${total})`;
}
