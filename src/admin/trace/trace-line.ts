import { readable, remoteOf, startLineOf, type TracedMessage } from "./traced-message.ts";

const PLACE_WIDTH = 25;
const LEG_WIDTH = 8;

/**
 * A message as one line: `12:00:01.250 <- udp 192.0.2.7:5060  caller  INVITE sip:1002@...`. `<-` came in, `->` went out.
 * @param leg whose dialog it is; the start of the Call-ID where that is not known
 */
export function traceLine(message: TracedMessage, leg: string | undefined): string {
  const { timeMs, direction, sipCallId } = message;
  const time = new Date(timeMs).toISOString().slice(11, 23);
  const arrow = direction === "received" ? "<-" : "->";
  const name = (leg ?? readable(sipCallId).slice(0, LEG_WIDTH)).padEnd(LEG_WIDTH);
  return `${time} ${arrow} ${remoteOf(message).padEnd(PLACE_WIDTH)} ${name} ${startLineOf(message)}`;
}

/** The whole message, indented. */
export function indentedText({ text }: TracedMessage): string {
  return readable(text)
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => `    ${line}`)
    .join("\n");
}
