import { ctiRequestTarget } from "./cti-request-target.ts";
import { edgeTarget } from "./edge-target.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { parserTarget } from "./parser-target.ts";
import { decoderTarget, framerTarget } from "./stream-target.ts";
import { transactionTarget } from "./transaction-target.ts";
import { wireTarget } from "./wire-target.ts";

/** A target, and how many rounds of it go into the short form. */
export interface FuzzEntry {
  readonly target: FuzzTarget;
  readonly shortRounds: number;
}

export function fuzzEntries(): FuzzEntry[] {
  return [
    { target: parserTarget(), shortRounds: 60 },
    { target: transactionTarget(), shortRounds: 60 },
    { target: framerTarget(), shortRounds: 40 },
    { target: decoderTarget(), shortRounds: 40 },
    { target: ctiRequestTarget(), shortRounds: 40 },
    { target: wireTarget(), shortRounds: 15 },
    { target: edgeTarget(), shortRounds: 10 },
  ];
}
