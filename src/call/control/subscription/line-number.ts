/** The number of a line, such as 1001 of `1001@internal`. */
export function numberOf(line: string): string {
  const at = line.lastIndexOf("@");
  return at < 0 ? line : line.slice(0, at);
}
