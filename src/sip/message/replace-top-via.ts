import { SwitchError } from "../../common/index.ts";
import { SPACE_CODE } from "./grammar/characters.ts";
import { endOfItem } from "./grammar/split-list.ts";
import { startOfValue } from "./head.ts";
import type { SipMessage } from "./sip-message.ts";

/**
 * The text of a message with the topmost Via value replaced and every other octet as it was. Of a comma list only
 * the first value is replaced. A message without Via comes back unchanged.
 * @throws {SwitchError} `invalid-header` when `via` holds CR or LF
 */
export function replaceTopVia(message: SipMessage, via: string): string {
  if (via.includes("\r") || via.includes("\n")) throw new SwitchError("invalid-header", "a Via holds CR or LF");
  const at = message.findHeader("via", 0);
  if (at < 0) return message.text;
  const { text, lines } = message;
  const lineEnd = lines[at + 2] ?? 0;
  let start = startOfValue(text, lines[at + 1] ?? 0);
  while (start < lineEnd && text.charCodeAt(start) <= SPACE_CODE) start += 1;
  let end = endOfItem(text, start, lineEnd);
  while (end > start && text.charCodeAt(end - 1) <= SPACE_CODE) end -= 1;
  return text.slice(0, start) + via + text.slice(end);
}
