import { printableLine } from "../view/printable.ts";
import { secondsText, type Arrow, type Ladder } from "./ladder.ts";

const TIME_WIDTH = 9;
const MIN_WIDTH = 60;
const MAX_WIDTH = 200;
/** A gap that holds a label of usual length; wider looks empty. */
const MAX_GAP = 44;
/** Left and right of the outer lifelines, for their names. */
const MAX_MARGIN = 12;
const ELLIPSIS = "…";

/** A ladder for a terminal of `columns` characters: a line for each message. */
export function ladderText(ladder: Ladder, columns: number): string {
  const { callId, title, state, startedAtMs, lifelines, arrows } = ladder;
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, columns));
  const margin = Math.min(MAX_MARGIN, Math.floor(width / 8));
  const gaps = Math.max(1, lifelines.length - 1);
  const gap = Math.min(MAX_GAP, Math.floor((width - TIME_WIDTH - 1 - 2 * margin) / gaps));
  const positions = lifelines.map((_, index) => TIME_WIDTH + margin + index * gap);
  const total = (positions.at(-1) ?? 0) + margin + 1;
  const heading = (texts: readonly string[], first: string): string => {
    const line = blank(total, []);
    put(line, 0, first);
    texts.forEach((text, index) => center(line, positions[index] ?? 0, Math.min(gap, 2 * margin) - 1, text));
    return line.join("").trimEnd();
  };
  const empty = blank(total, positions).join("").trimEnd();
  return [
    `${printableLine(title)}: call ${printableLine(callId)}, ${state}`,
    `first message at ${new Date(startedAtMs).toISOString()}`,
    "",
    heading(
      lifelines.map((line) => line.title),
      " seconds",
    ),
    heading(
      lifelines.map((line) => line.place),
      "",
    ),
    empty,
    ...(arrows.length === 0 ? ["no messages of this call are kept any more"] : []),
    ...arrows.map((arrow) => arrowLine(arrow, positions, total)),
    empty,
  ].join("\n");
}

function arrowLine({ afterMs, from, to, label }: Arrow, positions: readonly number[], width: number): string {
  const line = blank(width, positions);
  put(line, 0, secondsText(afterMs).padStart(TIME_WIDTH - 1));
  const left = Math.min(positions[from] ?? 0, positions[to] ?? 0) + 1;
  const right = Math.max(positions[from] ?? 0, positions[to] ?? 0) - 1;
  for (let at = left; at <= right; at += 1) line[at] = "─";
  if (to > from) line[right] = ">";
  else line[left] = "<";
  center(line, Math.floor((left + right + 1) / 2), right - left - 1, ` ${label} `);
  return line.join("").trimEnd();
}

function blank(width: number, lifelines: readonly number[]): string[] {
  const line = new Array<string>(width).fill(" ");
  for (const at of lifelines) line[at] = "│";
  return line;
}

function center(line: string[], middle: number, room: number, text: string): void {
  const shown = fitted(printableLine(text), room);
  put(line, Math.max(0, middle - Math.floor(shown.length / 2)), shown);
}

function fitted(text: string, room: number): string {
  const characters = [...text];
  return characters.length <= room ? text : characters.slice(0, Math.max(0, room - 1)).join("") + ELLIPSIS;
}

function put(line: string[], start: number, text: string): void {
  [...text].forEach((character, index) => {
    if (start + index < line.length) line[start + index] = character;
  });
}
