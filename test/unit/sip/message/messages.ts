import assert from "node:assert/strict";
import { parseSipMessage, type ParseResult, type SipMessage } from "../../../../src/sip/message/index.ts";

/** The value of a result, or a failed assertion that names the reason. */
export function valueOf<Value>(result: ParseResult<Value>): Value {
  assert.ok(result.ok, result.ok ? "" : result.reason);
  return result.value;
}

/** Header lines by name; `undefined` leaves one out, an array writes several. */
export type Headers = Record<string, string | readonly string[] | undefined>;

const INVITE_HEADERS: Headers = {
  Via: "SIP/2.0/UDP 192.0.2.10:5062;rport;branch=z9hG4bK776asdhds",
  "Max-Forwards": "70",
  From: '"Alice" <sip:1001@example.com>;tag=1928301774',
  To: "<sip:1002@example.com>",
  "Call-ID": "a84b4c76e66710@192.0.2.10",
  CSeq: "314159 INVITE",
  Contact: "<sip:1001@192.0.2.10:5062>",
};

/** Text of a message: a start line, an INVITE's headers with some of them changed, a body without Content-Length. */
export function textOf(startLine: string, changed: Headers = {}, body = ""): string {
  const lines = [startLine];
  for (const [name, value] of Object.entries({ ...INVITE_HEADERS, ...changed })) {
    if (value === undefined) continue;
    for (const single of typeof value === "string" ? [value] : value) lines.push(`${name}: ${single}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A parsed INVITE with some headers changed. */
export function invite(changed: Headers = {}, body = ""): SipMessage {
  return valueOf(parseSipMessage(textOf("INVITE sip:1002@example.com SIP/2.0", changed, body)));
}

/** A parsed request of another method with some headers changed. */
export function request(method: string, changed: Headers = {}): SipMessage {
  return valueOf(parseSipMessage(textOf(`${method} sip:example.com SIP/2.0`, { CSeq: `1 ${method}`, ...changed })));
}
