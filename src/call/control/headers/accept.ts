import { splitList, type SipMessage } from "../../../sip/message/index.ts";

const MAX_TYPES = 64;

/**
 * True when the sender of a request takes a body of this type in the response: by its Accept, or because it has none.
 * An empty Accept takes nothing, and neither does `q=0`.
 * @param type in small letters, for example `application/sdp`
 * @see RFC 3261 20.1
 */
export function accepts(message: SipMessage, type: string): boolean {
  const values = message.getAll("accept");
  if (values.length === 0) return true;
  const [main = ""] = type.split("/", 1);
  const ranges = values.flatMap((value) => splitList(value)).slice(0, MAX_TYPES);
  const weights = new Map<string, number>();
  for (const range of ranges) {
    const [name = "", ...params] = range.split(";").map((part) => part.trim().toLowerCase());
    weights.set(name.replace(/\s*\/\s*/, "/"), weightOf(params));
  }
  // RFC 2616 14.1: the most specific range decides.
  return (weights.get(type) ?? weights.get(`${main}/*`) ?? weights.get("*/*") ?? 0) > 0;
}

function weightOf(params: readonly string[]): number {
  const given = params.find((param) => /^q\s*=/.test(param));
  const weight = given === undefined ? 1 : Number(given.slice(given.indexOf("=") + 1));
  return Number.isNaN(weight) ? 1 : weight;
}
