import type { IncomingHttpHeaders } from "node:http";
import type { PerMessageDeflateOptions } from "ws";

/** Shorter messages, such as nearly all events, cost more to compress than they save. */
const MIN_CHARACTERS = 8_192;
/** 2^13 bytes: a connection that was sent compressed messages keeps about 64 KiB for that. */
const WINDOW_BITS = 13;

/**
 * How messages are compressed for applications that offer it: each by itself, in other threads, two at a time of all
 * connections. What a compressed request grows to is bounded like any other. @see RFC 7692 7
 */
export const COMPRESSION: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: WINDOW_BITS,
  threshold: MIN_CHARACTERS,
  concurrencyLimit: 2,
  zlibDeflateOptions: { level: 3, memLevel: 6 },
};

export function isWorthCompressing({ length }: string): boolean {
  return length >= MIN_CHARACTERS;
}

const EXTENSIONS = "sec-websocket-extensions";
const NAME = "permessage-deflate";
const MAX_OFFERS = 16;
const PARAMETER =
  /^(?:server_no_context_takeover|client_no_context_takeover|client_max_window_bits(?:="?(?:[89]|1[0-5])"?)?|server_max_window_bits="?1[3-5]"?)$/;

/**
 * Leaves only those extensions in the head of an upgrade that something comes of. RFC 7692 5.1: what cannot be accepted is
 * declined, and no error.
 */
export function keepUsefulOffers(headers: IncomingHttpHeaders): void {
  const offers = headers[EXTENSIONS]?.split(",", MAX_OFFERS).filter(isUseful) ?? [];
  if (offers.length > 0) headers[EXTENSIONS] = offers.join(",");
  else delete headers[EXTENSIONS];
}

function isUseful(offer: string): boolean {
  const [name, ...parameters] = offer.split(";").map((part) => part.trim());
  const names = new Set(parameters.map((parameter) => parameter.split("=", 1)[0]));
  return name === NAME && names.size === parameters.length && parameters.every((each) => PARAMETER.test(each));
}
