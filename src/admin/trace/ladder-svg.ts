import { secondsText, type Arrow, type Ladder, type Lifeline } from "./ladder.ts";

const TIME_X = 24;
const FIRST_X = 190;
const GAP = 300;
const TOP = 128;
const ROW = 36;
const HEAD = 8;
const MAX_TOOLTIP = 4_000;
const TEXT = "#1f2328";
const MUTED = "#59636e";
/** Keeps a label readable where it stands on a lifeline. */
const HALO = `stroke="#ffffff" stroke-width="4" paint-order="stroke"`;
const FAILURE = "#b3261e";
/** By leg: the caller's, then those of the callee. All have a contrast of 4.5 and more on white. */
const LEG_COLOURS = ["#0b57d0", "#146c2e", "#7b3fb5", "#8a5300", "#00677d"];

/**
 * A ladder as a picture that needs nothing else: no style sheet, script, font or link. The whole of a message is shown
 * while the pointer rests on its arrow.
 */
export function ladderSvg(ladder: Ladder): string {
  const { callId, title, state, startedAtMs, lifelines, arrows } = ladder;
  const width = FIRST_X + Math.max(1, lifelines.length - 1) * GAP + 130;
  const bottom = TOP + Math.max(1, arrows.length) * ROW + 20;
  const date = new Date(startedAtMs).toISOString().replace("T", " ").replace("Z", " UTC");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + 24}" viewBox="0 0 ${width} ${bottom + 24}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${bottom + 24}" fill="#ffffff"/>`,
    text(TIME_X, 34, title, `font-size="18" font-weight="600" fill="${TEXT}"`),
    text(TIME_X, 56, `${date}, ${state}, call ${callId}`, `fill="${MUTED}"`),
    ...lifelines.flatMap((lifeline, index) => lifelineOf(lifeline, index, bottom)),
    ...(arrows.length === 0
      ? [text(TIME_X, TOP + 24, "No messages of this call are kept any more.", `fill="${MUTED}"`)]
      : arrows.map(arrowOf)),
    "</svg>",
    "",
  ].join("\n");
}

function lifelineOf({ title, place }: Lifeline, index: number, bottom: number): string[] {
  const x = xOf(index);
  const colour = index === 1 ? TEXT : colourOf(index === 0 ? 0 : index - 1);
  const middle = `text-anchor="middle"`;
  return [
    text(x, TOP - 34, title, `${middle} font-weight="600" fill="${colour}"`),
    text(x, TOP - 16, place, `${middle} font-size="11" fill="${MUTED}"`),
    `<line x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${bottom}" stroke="#c8ccd1" stroke-width="${index === 1 ? 3 : 1.5}"/>`,
  ];
}

function arrowOf({ afterMs, from, to, label, leg, isFailure, text: message }: Arrow, index: number): string {
  const y = TOP + index * ROW + 24;
  const [start, end] = [xOf(from), xOf(to)];
  const colour = isFailure ? FAILURE : colourOf(leg);
  const back = end > start ? end - HEAD : end + HEAD;
  return [
    "<g>",
    `<title>${escaped(message.slice(0, MAX_TOOLTIP))}</title>`,
    text(TIME_X, y + 4, secondsText(afterMs), `font-size="12" fill="${MUTED}"`),
    text((start + end) / 2, y - 6, label, `text-anchor="middle" fill="${colour}" ${HALO}`),
    `<line x1="${start}" y1="${y}" x2="${back}" y2="${y}" stroke="${colour}" stroke-width="1.5"/>`,
    `<polygon points="${end},${y} ${back},${y - 4} ${back},${y + 4}" fill="${colour}"/>`,
    "</g>",
  ].join("");
}

function xOf(lifeline: number): number {
  return FIRST_X + lifeline * GAP;
}

function colourOf(leg: number): string {
  return LEG_COLOURS[leg % LEG_COLOURS.length] ?? TEXT;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

/** XML 1.0 has no way to write most control characters. */
function escaped(content: string): string {
  return content
    .replace(/[^\P{Cc}\r\n\t]|[\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
