import { parseArgs } from "node:util";

/** What `npm run soak` was asked for. */
export interface SoakOptions {
  /** How long calls are made. */
  readonly seconds: number;
  /** Calls a second in all; absent: half of what the switch is clean at. */
  readonly rate: number | undefined;
  readonly isJson: boolean;
}

const DEFAULT_MINUTES = 10;

/** Reads the command line. @throws {Error} that says what is wrong, when it is */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string" },
      rate: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const minutes = numberIn("--minutes", values.minutes, 0.1, 24 * 60) ?? DEFAULT_MINUTES;
  return {
    seconds: Math.round(60 * minutes),
    rate: numberIn("--rate", values.rate, 5, 10_000),
    isJson: values.json,
  };
}

function numberIn(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < min || value > max) {
    throw new Error(`${option}: expected a number from ${min} to ${max}, found "${text}"`);
  }
  return value;
}
