import { printableLine } from "../view/printable.ts";
import type { StyledText, TextStyle } from "./launcher.ts";

/** ECMA-48 8.3.117: select graphic rendition. */
const CODES: Readonly<Record<TextStyle, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

/** A line for a terminal; its texts cannot make the terminal do anything. */
export function styledLine(parts: readonly StyledText[], hasColors: boolean): string {
  return parts
    .map(({ text, style }) => {
      const shown = printableLine(text);
      return style === undefined || !hasColors ? shown : `\u001b[${CODES[style]}m${shown}\u001b[0m`;
    })
    .join("");
}
