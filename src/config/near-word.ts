/** The candidate that somebody who wrote `word` may have meant: one or two letters wrong, or one begins the other. */
export function nearWord(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  return candidates.find((candidate) => isNear(wanted, candidate.toLowerCase()));
}

function isNear(a: string, b: string): boolean {
  if (a.length > 2 && b.length > 2 && (a.startsWith(b) || b.startsWith(a))) return true;
  if (Math.abs(a.length - b.length) > 2) return false;
  return distance(a, b) <= (Math.min(a.length, b.length) < 4 ? 1 : 2);
}

/** Levenshtein's: letters to change, add or take away. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? a.length;
}
