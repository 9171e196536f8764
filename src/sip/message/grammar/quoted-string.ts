const QUOTE_CODE = 0x22;
const BACKSLASH_CODE = 0x5c;

/**
 * Finds the end of a quoted string.
 * @param at index of the opening quote
 * @returns the index behind the closing quote, or -1 when there is none
 * @see RFC 3261 25.1, quoted-string
 */
export function endOfQuoted(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE_CODE) return index + 1;
    if (code === BACKSLASH_CODE) index += 1;
  }
  return -1;
}

/** The content of a well-formed quoted string, its quoted pairs resolved. */
export function unquote(quoted: string): string {
  const content = quoted.slice(1, -1);
  return content.includes("\\") ? content.replace(/\\([^])/g, "$1") : content;
}

/**
 * Makes a quoted string of any text.
 * Control characters become quoted pairs; CR and LF, which no quoted string can hold, become spaces.
 * @see RFC 3261 25.1, quoted-string
 */
export function quote(text: string): string {
  const held = text.replace(/[\r\n]/g, " ").replace(/["\\\x00-\x08\x0b-\x1f\x7f]/g, "\\$&");
  return `"${held}"`;
}
