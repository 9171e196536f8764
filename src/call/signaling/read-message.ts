import parser, { type ReadMessage } from "drachtio-srf/lib/sip-parser/parser.js";

const EMPTY_LINE = "\r\n\r\n";
const BOUNDARY = "boundary=";
const PART_TYPE = "Content-Type:";
/** RFC 2046 5.1.1. */
const MAX_BOUNDARY_LENGTH = 70;

const readOriginally = parser.parseSipMessage;

/**
 * Reads a message as drachtio-srf 5.0.29 does, in time that grows with its length. Where it looks for the parts of a
 * multipart body, drachtio-srf itself needs half a second for 2.6 KB that are made for it, and 26 seconds for 10 KB.
 */
export function readMessage(text: string, lazy: boolean): ReadMessage | undefined {
  const endOfHead = text.indexOf(EMPTY_LINE);
  // In a head alone it looks for no parts.
  const message = readOriginally(endOfHead < 0 ? text : text.slice(0, endOfHead), lazy);
  if (message === undefined || endOfHead < 0) return message;
  const rest = text.slice(endOfHead + EMPTY_LINE.length);
  const length = message.headers["content-length"];
  const type = message.headers["content-type"];
  const body = length ? rest.substring(0, Number(length)) : beforeEmptyLine(rest);
  const boundary = rest.includes(EMPTY_LINE) ? boundaryOf(type ?? "") : undefined;
  message.body = body;
  message.payload = boundary === undefined ? [{ type, content: body }] : partsOf(body, boundary);
  return message;
}

function beforeEmptyLine(text: string): string {
  const end = text.indexOf(EMPTY_LINE);
  return end < 0 ? text : text.slice(0, end);
}

function boundaryOf(type: string): string | undefined {
  if (!type.includes("multipart/")) return undefined;
  const params = type.split(";").map((param) => param.trim());
  const value = params.find((param) => param.startsWith(BOUNDARY))?.slice(BOUNDARY.length);
  const boundary = value?.startsWith('"') ? value.slice(1, value.endsWith('"') ? -1 : undefined) : value;
  return boundary === undefined || boundary.length > MAX_BOUNDARY_LENGTH ? undefined : boundary;
}

function partsOf(body: string, boundary: string): ReadMessage["payload"] {
  const parts = body.split(`--${boundary}\r\n`);
  if (parts[0] === "") parts.shift();
  return parts.map((part) => ({ type: typeOf(part), content: part.split(EMPTY_LINE, 2)[1] }));
}

function typeOf(part: string): string | null {
  const at = part.indexOf(PART_TYPE);
  const end = at < 0 ? -1 : part.indexOf("\r\n", at);
  return end < 0 ? null : part.slice(at + PART_TYPE.length, end).trim();
}
