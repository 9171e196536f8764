import { type FieldToWrite, formatResponse, reasonPhrase, type SipMessage, tagOf } from "../../message/index.ts";

/** A response that no transaction is kept for. */
export interface StatelessResponse {
  readonly status: number;
  /** Why, in words, for the reason phrase. */
  readonly detail?: string;
  readonly extraFields?: readonly FieldToWrite[];
}

/**
 * Writes a response to a request of which perhaps not everything is there or right; what is, is echoed.
 * The same request gets the same To tag each time (RFC 3261 8.2.7).
 * @param tagSalt what makes the tag differ from those of others
 * @returns undefined when there is no Via to send it back by, or what would be echoed can not be written
 */
export function statelessResponse(
  request: SipMessage,
  tagSalt: string,
  response: StatelessResponse,
): string | undefined {
  const vias = request.getAll("via");
  if (vias.length === 0) return undefined;
  const fields: FieldToWrite[] = vias.map((via) => ["Via", via]);
  echo(fields, "From", request.get("from"));
  echo(fields, "To", withTag(request.get("to"), tagSalt + (vias[0] ?? "")));
  echo(fields, "Call-ID", request.get("call-id"));
  echo(fields, "CSeq", request.get("cseq"));
  fields.push(...(response.extraFields ?? []));
  const { status, detail } = response;
  const phrase = detail === undefined ? reasonPhrase(status) : `${reasonPhrase(status)} (${printable(detail)})`;
  try {
    return formatResponse(status, phrase, fields, "");
  } catch {
    // A bare CR or LF inside a header: nothing that could be echoed safely.
    return undefined;
  }
}

function echo(fields: FieldToWrite[], name: string, value: string | undefined): void {
  if (value !== undefined) fields.push([name, value]);
}

function withTag(to: string | undefined, seed: string): string | undefined {
  if (to === undefined || tagOf(to) !== undefined) return to;
  return `${to};tag=${hashOf(seed)}`;
}

/** FNV-1a, 32 bits: equal for equal texts, which is all that is asked of it. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, "?");
}
