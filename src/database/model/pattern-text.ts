/** A pattern without what does not change the numbers that it is for: the dot, and the `\` before a `+` in front. */
export function barePattern(pattern: string): string {
  return pattern.replace(/^\\/, "").replaceAll(".", "");
}
