import { quote, reasonPhrase, tagOf } from "../message/index.ts";
import type { SentRequest } from "./uac-dialog.ts";

/**
 * What the edge answers in place of a peer that did not answer, or cannot be reached (RFC 3261 8.1.3.1).
 * @param problem why, in words for people; empty: the status says it
 */
export function syntheticResponse(sent: SentRequest, status: number, tag: string, problem: string): string {
  const via = /^Via: .*$/m.exec(sent.text)?.[0] ?? "";
  const to = tagOf(sent.to) === undefined ? `${sent.to};tag=${tag}` : sent.to;
  return (
    `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n${via.trimEnd()}\r\nFrom: ${sent.from}\r\nTo: ${to}\r\n` +
    `Call-ID: ${sent.callId}\r\nCSeq: ${sent.cseq} ${sent.method}\r\n${warningLine(problem)}Content-Length: 0\r\n\r\n`
  );
}

/** RFC 3261 20.43: 399 is for people. */
function warningLine(problem: string): string {
  return problem === "" ? "" : `Warning: 399 tandem ${quote(problem)}\r\n`;
}
