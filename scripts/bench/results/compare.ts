import { TANDEM, type Measured } from "../bench.ts";
import type { Figure, Goal } from "./figures.ts";
import { roundTo } from "./statistics.ts";

/** One line of the result: a figure of Tandem and, where there is one, a peer's that it is compared with. */
export interface ResultLine {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The peer's name, with ` (recorded)` when it was not measured in this run; null without a peer. */
  readonly against: string | null;
  /** Tandem's value divided by the peer's; null without a peer, or when the peer's is 0. */
  readonly ratio: number | null;
}

/** A result line with what only people are shown. */
export interface ComparedLine extends ResultLine {
  readonly peerValue: number | undefined;
  readonly goal: Goal | undefined;
}

/** Puts each figure of Tandem beside those of the peers: as measured in the same run, else as recorded. */
export function compare(measured: readonly Measured[], figures: readonly Figure[]): ComparedLine[] {
  return measured
    .filter(({ system }) => system === TANDEM)
    .flatMap(({ bench, metric, value, unit }): ComparedLine[] => {
      const known = figures.find((each) => each.bench === bench && each.metric === metric);
      const peers = peerValues(measured, bench, metric, known?.recorded ?? {});
      const line = { bench, metric, value, unit, goal: known?.goal };
      if (peers.length === 0) return [{ ...line, against: null, ratio: null, peerValue: undefined }];
      return peers.map(([against, peerValue]) => ({
        ...line,
        against,
        peerValue,
        ratio: peerValue === 0 ? null : roundTo(value / peerValue),
      }));
    });
}

function peerValues(
  measured: readonly Measured[],
  bench: string,
  metric: string,
  recorded: Figure["recorded"],
): [string, number][] {
  const live = measured.filter((each) => each.bench === bench && each.metric === metric && each.system !== TANDEM);
  const names = new Set(live.map(({ system }) => system));
  return [
    ...live.map(({ system, value }): [string, number] => [system, value]),
    ...Object.entries(recorded).flatMap(([peer, value]): [string, number][] =>
      names.has(peer) ? [] : [[`${peer} (recorded)`, value]],
    ),
  ];
}

/** The line as `--json` prints it. */
export function jsonLine({ bench, metric, value, unit, against, ratio }: ResultLine): string {
  return JSON.stringify({ bench, metric, value, unit, against, ratio });
}

/** What a goal asks for, and whether the value meets it. */
export function goalText(goal: Goal | undefined, value: number): string {
  if (goal === undefined) return "";
  if ("atLeast" in goal) return `>= ${goal.atLeast} ${value >= goal.atLeast ? "met" : "missed"}`;
  return `<= ${goal.atMost} ${value <= goal.atMost ? "met" : "missed"}`;
}
