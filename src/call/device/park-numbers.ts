import { parsePattern, symbolBit } from "../../database/index.ts";

const SYMBOLS = [..."+0123456789*#ABCD"];
/** What the configuration allows a range to have. */
const MAX_NUMBERS = 1_000;

/** The numbers of a park range in ascending order: none for a pattern without an end, and at most 1,000. */
export function parkNumbers(pattern: string): readonly string[] {
  const parsed = parsePattern(pattern);
  if (!parsed.ok || parsed.value.maxLength === undefined) return [];
  let numbers = [""];
  for (const { symbols } of parsed.value.positions) {
    const here = SYMBOLS.filter((symbol) => (symbols & symbolBit(symbol)) !== 0);
    numbers = numbers.flatMap((number) => here.map((symbol) => number + symbol)).slice(0, MAX_NUMBERS);
  }
  return numbers;
}
