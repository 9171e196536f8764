/** What can be dialed, each by a bit of a position's set: digits, `*`, `#`, the DTMF letters, and a leading plus. */
const SYMBOLS = "0123456789*#ABCD+";
const DIGITS = 0b11_1111_1111;
/** Beside a leading plus. */
const MAX_POSITIONS = 32;

/** How sharply a position says what it matches: a literal, a set such as `[2-9]`, or any digit. */
export type PositionKind = "literal" | "set" | "any";

/** One position of a pattern. */
export interface PatternPosition {
  readonly kind: PositionKind;
  /** The symbols it matches, as bits: `symbolBit()`. */
  readonly symbols: number;
  /** How many these are. */
  readonly size: number;
  /** How often it may stand there; `!` is any digit `one-or-more` times. */
  readonly repeat: "once" | "one-or-more" | "zero-or-more";
}

/** A pattern of numbers. */
export interface Pattern {
  readonly text: string;
  readonly positions: readonly PatternPosition[];
  /** Symbols before the dot; absent: there is no dot. */
  readonly dotAt?: number;
  /** Positions that stand for one symbol, once. */
  readonly literals: number;
  /** Positions that stand for a set, once. */
  readonly sets: number;
  /** Positions that stand for any digit, once. */
  readonly anys: number;
  /** Length of the shortest number. */
  readonly minLength: number;
  /** Length of the longest number; absent: there is none. */
  readonly maxLength?: number;
}

/** A pattern, or why it is none. */
export type PatternResult =
  { readonly ok: true; readonly value: Pattern } | { readonly ok: false; readonly reason: string };

type Step = { readonly position: PatternPosition; readonly next: number } | { readonly reason: string };

/** The bit of a symbol in `PatternPosition.symbols`; 0: nothing matches it. */
export function symbolBit(symbol: string): number {
  const index = symbol.length === 1 ? SYMBOLS.indexOf(symbol) : -1;
  return index < 0 ? 0 : 1 << index;
}

/** A pattern without what does not change the numbers that it is for: the dot, and the `\` before a `+` in front. */
export function barePattern(pattern: string): string {
  return pattern.replace(/^\\/, "").replaceAll(".", "");
}

/**
 * Parses a pattern: digits, `*`, `#`, `A` to `D`; `X` any digit; `[2-9]` one of these, `[^1]` a digit that is none of these;
 * `!` one or more digits; `+` and `?` repeat what stands before them one or more, or zero or more times; one `.` where the
 * access code ends; a leading `+` or `\+` is a plus.
 */
export function parsePattern(text: string): PatternResult {
  const positions: PatternPosition[] = [];
  let dotAt: number | undefined;
  let index = 0;
  if (text.startsWith("+") || text.startsWith("\\+")) {
    positions.push(literal("+"));
    index = text.startsWith("+") ? 1 : 2;
  }
  const maxPositions = MAX_POSITIONS + positions.length;
  while (index < text.length) {
    if (text[index] === ".") {
      if (dotAt !== undefined) return refuse("has more than one dot");
      if (positions.some(({ repeat }) => repeat !== "once")) {
        return refuse("has !, + or ? before the dot, so that nobody knows how long the access code is");
      }
      dotAt = positions.length;
      index += 1;
      continue;
    }
    const step = stepAt(text, index);
    if ("reason" in step) return refuse(step.reason);
    if (positions.length === maxPositions) return refuse(`has more than ${MAX_POSITIONS} positions`);
    positions.push(step.position);
    index = step.next;
  }
  if (positions.length === 0) return refuse("matches nothing");
  return { ok: true, value: patternOf(text, positions, dotAt) };
}

/** The position that begins at `index`, with its repetition. */
function stepAt(text: string, index: number): Step {
  const symbol = text[index] ?? "";
  if (symbol === "!") {
    if (isRepetition(text[index + 1])) return { reason: "repeats a ! that repeats already" };
    return { position: { kind: "any", symbols: DIGITS, size: 10, repeat: "one-or-more" }, next: index + 1 };
  }
  if (isRepetition(symbol)) return { reason: `has a ${symbol} with nothing before it to repeat` };
  let next = index + 1;
  let position: PatternPosition;
  if (symbol === "X") position = { kind: "any", symbols: DIGITS, size: 10, repeat: "once" };
  else if (symbol === "[") {
    const end = text.indexOf("]", index);
    if (end < 0) return { reason: "has a [ without its ]" };
    const set = parseSet(text.slice(index + 1, end));
    if (typeof set === "string") return { reason: set };
    next = end + 1;
    position = set;
  } else if (symbol === "+" || symbolBit(symbol) === 0) {
    return { reason: `has a character that cannot be dialed: ${symbol}` };
  } else position = literal(symbol);
  const mark = text[next];
  if (!isRepetition(mark)) return { position, next };
  if (isRepetition(text[next + 1])) return { reason: "repeats a repetition" };
  return { position: { ...position, repeat: mark === "+" ? "one-or-more" : "zero-or-more" }, next: next + 1 };
}

function isRepetition(symbol: string | undefined): symbol is "+" | "?" {
  return symbol === "+" || symbol === "?";
}

/** What stands between the brackets. */
function parseSet(text: string): PatternPosition | string {
  const isNegated = text.startsWith("^");
  const list = isNegated ? text.slice(1) : text;
  let symbols = 0;
  for (let index = 0; index < list.length; index += 1) {
    const first = list[index] ?? "";
    const isRange = list[index + 1] === "-";
    const last = isRange ? (list[index + 2] ?? "") : first;
    if (isRange && (!/^\d$/.test(first) || !/^\d$/.test(last) || last < first)) {
      return `has a range in [${text}] that does not run from one digit to a higher one`;
    }
    const bits = symbolBit(first);
    if (bits === 0 || first === "+") return `has a character in [${text}] that is none of 0-9, *, #, A to D`;
    for (let bit = bits; bit <= symbolBit(last); bit <<= 1) symbols |= bit;
    if (isRange) index += 2;
  }
  if (isNegated) symbols = DIGITS & ~symbols;
  const size = countBits(symbols);
  if (size === 0) return `has [${text}], which matches nothing`;
  return { kind: size === 1 ? "literal" : "set", symbols, size, repeat: "once" };
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function literal(symbol: string): PatternPosition {
  return { kind: "literal", symbols: symbolBit(symbol), size: 1, repeat: "once" };
}

function patternOf(text: string, positions: readonly PatternPosition[], dotAt: number | undefined): Pattern {
  const once = positions.filter(({ repeat }) => repeat === "once");
  const count = (wanted: PositionKind): number => once.filter(({ kind }) => kind === wanted).length;
  return {
    text,
    positions,
    ...(dotAt === undefined ? {} : { dotAt }),
    literals: count("literal"),
    sets: count("set"),
    anys: count("any"),
    minLength: positions.filter(({ repeat }) => repeat !== "zero-or-more").length,
    ...(once.length === positions.length ? { maxLength: positions.length } : {}),
  };
}

function refuse(reason: string): PatternResult {
  return { ok: false, reason };
}
