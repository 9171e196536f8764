import { SwitchError } from "../../common/index.ts";

/** Name and value of a header to write, the name in the spelling to send. */
export type FieldToWrite = readonly [name: string, value: string];

/**
 * Writes a request. Content-Length comes last and is that of `body`; one among `fields` is left out.
 * @param body one character per octet (latin1)
 * @throws {SwitchError} `invalid-header` when the start line or a header holds CR or LF
 */
export function formatRequest(method: string, uri: string, fields: Iterable<FieldToWrite>, body: string): string {
  return formatMessage(`${method} ${uri} SIP/2.0`, fields, body);
}

/**
 * Writes a response. Content-Length comes last and is that of `body`; one among `fields` is left out.
 * @param body one character per octet (latin1)
 * @throws {SwitchError} `invalid-header` when the start line or a header holds CR or LF
 */
export function formatResponse(status: number, reason: string, fields: Iterable<FieldToWrite>, body: string): string {
  return formatMessage(`SIP/2.0 ${status} ${reason}`, fields, body);
}

function formatMessage(startLine: string, fields: Iterable<FieldToWrite>, body: string): string {
  let head = checked(startLine);
  for (const [name, value] of fields) {
    if (isContentLength(name)) continue;
    head += `\r\n${checked(name)}: ${checked(value)}`;
  }
  return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function isContentLength(name: string): boolean {
  return name === "l" || name === "L" || (name.length === 14 && name.toLowerCase() === "content-length");
}

/** NUL passes: RFC 3261 allows it as a quoted pair, and a response repeats what the request had. */
function checked(text: string): string {
  if (!text.includes("\n") && !text.includes("\r")) return text;
  throw new SwitchError("invalid-header", "a header or start line holds CR or LF");
}
