import { parsePattern, type Pattern } from "../../../../../src/database/index.ts";

const SYMBOLS = "0123456789*";

/** A pattern as a regular expression: another way to read the same language. */
export function regExpOf(text: string): RegExp {
  const source = text.replace(/\[\^(.*?)\]|\[.*?\]|[X!?*.]/g, (token, excluded?: string) => {
    if (excluded !== undefined) return `(?:(?![${excluded}])\\d)`;
    return { X: "\\d", "!": "\\d+", "?": "*", "*": "\\*", ".": "" }[token] ?? token;
  });
  return new RegExp(`^(?:${source})$`);
}

/** All numbers of a length out of digits and `*`. */
export function numbersOf(length: number): string[] {
  let numbers = [""];
  for (let step = 0; step < length; step += 1) {
    numbers = numbers.flatMap((number) => [...SYMBOLS].map((symbol) => number + symbol));
  }
  return numbers;
}

/** Counted one by one. */
export function naiveCount(text: string, length: number): number {
  const expression = regExpOf(text);
  return numbersOf(length).filter((number) => expression.test(number)).length;
}

/** The winner among `PATTERN@PARTITION`, found by looking at every number of the length. */
export function naiveWinner(
  names: readonly string[],
  digits: string,
  partitions: readonly string[],
): string | undefined {
  const ranked = names.flatMap((name) => {
    const [text = "", partition = ""] = name.split("@");
    const position = partitions.indexOf(partition);
    if (position < 0 || !regExpOf(text).test(digits)) return [];
    const { literals, sets, anys } = patternOf(text);
    return [{ name, rank: [naiveCount(text, digits.length), -literals, -sets, -anys, position] }];
  });
  ranked.sort((a, b) => {
    const index = a.rank.findIndex((value, place) => value !== b.rank[place]);
    if (index < 0) return a.name < b.name ? -1 : 1;
    return (a.rank[index] ?? 0) - (b.rank[index] ?? 0);
  });
  return ranked[0]?.name;
}

/** True when a longer number that begins so matches, up to `beyond` symbols longer. */
export function naiveMore(names: readonly string[], digits: string, beyond: number): boolean {
  const expressions = names.map((name) => regExpOf(name.split("@")[0] ?? ""));
  for (let length = 1; length <= beyond; length += 1) {
    for (const tail of numbersOf(length)) if (expressions.some((one) => one.test(digits + tail))) return true;
  }
  return false;
}

function patternOf(text: string): Pattern {
  const parsed = parsePattern(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.reason}`);
  return parsed.value;
}
