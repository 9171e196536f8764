const HAS_SECRET = /authori[sz]ation|authentication-info|\r\na=(?:crypto|ice-pwd|key-mgmt)|\r\nk=/i;
/** Header lines with credentials, folded lines included. */
const CREDENTIALS =
  /^((?:proxy-)?(?:authorization|authentication-info)[ \t]*:(?:[ \t]|\r\n[ \t])*)((?:[^\r\n]|\r\n[ \t])*)/gim;
const DIGEST_PROOF = /\b((?:response|rspauth)[ \t]*=[ \t]*)("[^"\r\n]*"?|[^,\s]*)/gi;
/** Keys of media in session descriptions: RFC 4568, RFC 4567, RFC 8839, RFC 4566 5.12. */
const MEDIA_KEY = /^(a=crypto:\S+ \S+ |a=ice-pwd:|a=key-mgmt:\S+ |k=[a-z]+:)([^\r\n]*)/gim;

/**
 * A message with its secrets made unreadable, of the same length: what proves a password, and media keys. User names,
 * realms and nonces stay.
 */
export function maskSecrets(text: string): string {
  if (!HAS_SECRET.test(text)) return text;
  const headEnd = text.indexOf("\r\n\r\n");
  const head = headEnd < 0 ? text : text.slice(0, headEnd);
  const body = headEnd < 0 ? "" : text.slice(headEnd);
  return head.replace(CREDENTIALS, maskCredentials) + body.replace(MEDIA_KEY, maskValue);
}

function maskCredentials(_line: string, name: string, value: string): string {
  const isProof = /^digest\b/i.test(value) || /info/i.test(name);
  if (isProof) return name + value.replace(DIGEST_PROOF, maskValue);
  const scheme = /^[^\s]*\s*/.exec(value)?.[0] ?? "";
  return name + scheme + stars(value.slice(scheme.length));
}

function maskValue(_all: string, start: string, value: string): string {
  return start + stars(value);
}

/** Quotes, white space and line ends stay. */
function stars(value: string): string {
  return value.replace(/[^"\s]/g, "*");
}
