import { parseArgs } from "node:util";
import type { BenchOptions } from "./bench.ts";

/** What `npm run bench -- ...` asks for. */
export interface BenchCommand {
  readonly names: readonly string[];
  readonly isJson: boolean;
  readonly options: BenchOptions;
}

const DEFAULT_SECONDS = 4;
const DEFAULT_RUNS = 3;

/** Reads the command line. @throws {Error} that says what is wrong, when it is */
export function parseCommandLine(args: readonly string[], known: readonly string[]): BenchCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      seconds: { type: "string" },
      runs: { type: "string" },
      rate: { type: "string" },
    },
  });
  const names = positionals.includes("all") ? [...known] : positionals;
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`there is no bench ${strange}`);
  if (names.length === 0) throw new Error("name a bench");
  return {
    names: known.filter((name) => names.includes(name)),
    isJson: values.json,
    options: {
      seconds: numberBetween("--seconds", values.seconds, 1, 60) ?? DEFAULT_SECONDS,
      runs: numberBetween("--runs", values.runs, 1, 20) ?? DEFAULT_RUNS,
      rate: numberBetween("--rate", values.rate, 1, 1_000_000),
    },
  };
}

function numberBetween(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new Error(`${option}: expected a whole number from ${min} to ${max}, found "${text}"`);
  }
  return value;
}
