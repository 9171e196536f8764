import { isSpace, skipAllOf, skipSpace, TOKEN } from "./grammar/characters.ts";
import type { MessageLimits } from "./message-limits.ts";

/** Numbers a header takes in `Head.lines`. */
export const LINE_SIZE = 3;

/** Where the headers of a message stand in its text. */
export interface Head {
  /** For each header where its line starts, where its name ends, and where the line ends, folds included, without CRLF. */
  readonly lines: number[];
  /** Index behind the empty line; the length of the text when there is none. */
  readonly bodyStart: number;
  /** The first thing that is wrong; what could be read stands in `lines` all the same. */
  readonly problem: string | undefined;
}

const COLON_CODE = 0x3a;
const CRLF_LENGTH = 2;

/**
 * Finds the header lines from `from` to the empty line, in one pass.
 * RFC 3261 7.3: lines end with CRLF and nothing else; a line that begins with white space continues the one before.
 */
export function scanHead(text: string, from: number, limits: MessageLimits): Head {
  const lines: number[] = [];
  const maxNumbers = limits.maxHeaders * LINE_SIZE;
  let problem: string | undefined;
  let lineStart = from;
  for (;;) {
    const lineFeed = text.indexOf("\n", lineStart);
    if (lineFeed < 0) return { lines, bodyStart: text.length, problem: problem ?? "head without an end" };
    const lineEnd = lineFeed - 1;
    // A lone CR or LF would be a line end to some other parser and not to this one.
    if (text.indexOf("\r", lineStart) !== lineEnd) {
      return { lines, bodyStart: text.length, problem: problem ?? "line ended by a lone CR or LF" };
    }
    if (lineEnd === lineStart) return { lines, bodyStart: lineFeed + 1, problem };
    if (isSpace(text.charCodeAt(lineStart))) {
      problem ??= foldLine(lines, lineStart, lineEnd, limits);
    } else if (lines.length >= maxNumbers) {
      return { lines, bodyStart: text.length, problem: problem ?? "too many headers" };
    } else {
      const nameEnd = skipAllOf(text, lineStart, TOKEN);
      if (nameEnd === lineStart || text.charCodeAt(skipSpace(text, nameEnd)) !== COLON_CODE) {
        problem ??= "header line without a name and a colon";
      } else {
        lines.push(lineStart, nameEnd, lineEnd);
        if (lineEnd - lineStart > limits.maxHeaderLineBytes) problem ??= "header line too long";
      }
    }
    lineStart = lineFeed + 1;
  }
}

/** The index at which the value of a header begins, white space (but no fold) skipped. */
export function startOfValue(text: string, nameEnd: number): number {
  return skipSpace(text, skipSpace(text, nameEnd) + 1);
}

function foldLine(lines: number[], lineStart: number, lineEnd: number, limits: MessageLimits): string | undefined {
  const last = lines.length - LINE_SIZE;
  if (last < 0) return "first header line begins with white space";
  // A fold of a line that was refused is not one of the header before it; the problem is known already.
  if (lines[last + 2] !== lineStart - CRLF_LENGTH) return undefined;
  lines[last + 2] = lineEnd;
  return lineEnd - (lines[last] ?? 0) > limits.maxHeaderLineBytes ? "header line too long" : undefined;
}
