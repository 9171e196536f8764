import type { Cleanup } from "../../test/support/cleanup.ts";

/** What the command line asked for. */
export interface BenchOptions {
  /** Length of a burst. */
  readonly seconds: number;
  /** Runs of which the median counts. */
  readonly runs: number;
  /** Where searches begin, or the clean rate where a bench works at a share of it; absent: the bench's own choice. */
  readonly rate: number | undefined;
}

/** A figure of Tandem, or of a peer in the same run. */
export interface Measured {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly system: string;
}

/** What a bench works with. */
export interface BenchContext {
  readonly options: BenchOptions;
  /** Everything that is started goes in here at once: it is what Ctrl-C runs. */
  readonly cleanup: Cleanup;
  /** Tells people what runs now. */
  readonly progress: (text: string) => void;
  /** Calls a second that the whole of Tandem was clean at in this run, once that is known. */
  cleanRate: number | undefined;
}

export interface Bench {
  readonly name: string;
  /** One line: what is measured. */
  readonly about: string;
  readonly estimateSeconds: (options: BenchOptions) => number;
  readonly run: (context: BenchContext) => Promise<Measured[]>;
}

/** Name of what is compared with the peers. */
export const TANDEM = "tandem";

/** Bursts of a search: about eight coarse ones, then three or four a run, each with its start and end. */
export function searchSeconds({ seconds, runs }: BenchOptions): number {
  return Math.round((8 + 3.5 * runs) * (seconds + 2));
}
