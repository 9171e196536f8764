/** Symbols that a set in brackets may hold, in the order that ranges go by. */
const SYMBOLS = "0123456789*#ABCD";

/** A pattern without what does not change the numbers that it is for: the dot, and the `\` before a `+` in front. */
export function barePattern(pattern: string): string {
  return pattern.replace(/^\\/, "").replaceAll(".", "");
}

/** How many numbers a pattern is for; absent: without end, or a set that is no set. */
export function countNumbers(pattern: string): number | undefined {
  let count = 1;
  const [body = ""] = /(?<=^\\?\+?)[^\\+].*$/.exec(pattern) ?? [];
  for (const part of body.match(/\[[^\]]*\]|[^[]/g) ?? []) {
    if (part === "!" || part === "+" || part === "?") return undefined;
    const choices = part === "X" ? 10 : part.startsWith("[") ? symbolsOf(part.slice(1, -1)).size : 1;
    if (choices === 0) return undefined;
    count *= choices;
  }
  return count;
}

function symbolsOf(set: string): Set<string> {
  const isNegated = set.startsWith("^");
  const listed = new Set<string>();
  for (const [, from = "", to = from] of set.replace("^", "").matchAll(/([^-])(?:-([^-]))?/g)) {
    for (let at = SYMBOLS.indexOf(from); at >= 0 && at <= SYMBOLS.indexOf(to); at += 1) listed.add(SYMBOLS.charAt(at));
  }
  return isNegated ? new Set([...SYMBOLS].filter((symbol) => !listed.has(symbol))) : listed;
}
