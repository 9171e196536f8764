import { CtiError } from "../cti-error.ts";

/** Answers that libraries take: the SDK takes twice as much, and a connection that is to take far more is cut off. */
export const MAX_ANSWER_CHARACTERS = 32 * 1024 * 1024;
/** Fewer views than that are no long answer, and are not measured. */
const FEW_VIEWS = 2_000;

/** Lists of views that an answer is to show. @throws {CtiError} `protocol-too-big` when that would be too long */
export function checkAnswer(shown: Readonly<Record<string, readonly object[]>>, maxCharacters: number): void {
  const lists = Object.values(shown);
  const count = lists.reduce((sum, { length }) => sum + length, 0);
  if (count <= FEW_VIEWS && maxCharacters >= MAX_ANSWER_CHARACTERS) return;
  let used = 0;
  for (const list of lists) for (const view of list) used += JSON.stringify(view).length + 1;
  if (used <= maxCharacters) return;
  const limit = { name: "answerCharacters", value: maxCharacters, used };
  throw new CtiError("protocol-too-big", "the answer would be too long: subscribe to devices, lines or calls", {
    limit,
  });
}
