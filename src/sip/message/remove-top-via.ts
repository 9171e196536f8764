import { SPACE_CODE } from "./grammar/characters.ts";
import { endOfItem } from "./grammar/split-list.ts";
import { LINE_SIZE, startOfValue } from "./head.ts";
import type { SipMessage } from "./sip-message.ts";

const CRLF_LENGTH = 2;

/**
 * The text of a message without its topmost Via value and every other octet as it was (RFC 3261 16.7 step 3); of a
 * comma list only the first value goes. `undefined` when no other Via would be left: the message is for us alone.
 */
export function removeTopVia(message: SipMessage): string | undefined {
  const at = message.findHeader("via", 0);
  if (at < 0) return undefined;
  const { text, lines } = message;
  const lineStart = lines[at] ?? 0;
  const lineEnd = lines[at + 2] ?? 0;
  const start = startOfValue(text, lines[at + 1] ?? 0);
  let next = endOfItem(text, start, lineEnd) + 1;
  while (next < lineEnd && text.charCodeAt(next) <= SPACE_CODE) next += 1;
  if (next < lineEnd) return text.slice(0, start) + text.slice(next);
  if (message.findHeader("via", at + LINE_SIZE) < 0) return undefined;
  return text.slice(0, lineStart) + text.slice(lineEnd + CRLF_LENGTH);
}
