/** Compact forms, from the IANA registry of SIP header fields. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  a: "accept-contact",
  b: "referred-by",
  c: "content-type",
  d: "request-disposition",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  j: "reject-contact",
  k: "supported",
  l: "content-length",
  m: "contact",
  n: "identity-info",
  o: "event",
  r: "refer-to",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
  y: "identity",
};

/** Names without a compact form that are looked up for most messages: see `compactCode`. */
const OTHER_NAMES = ["cseq", "max-forwards", "route", "record-route", "authorization", "require", "expires"];

const COMPACT_CODES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(LONG_NAMES).map(([compact, name]) => [name, compact.charCodeAt(0)] as const),
  ...OTHER_NAMES.map((name) => [name, 0] as const),
]);

/** Names that Title-Case would get wrong. */
const DISPLAY_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "call-id": "Call-ID",
    cseq: "CSeq",
    "mime-version": "MIME-Version",
    rack: "RAck",
    rseq: "RSeq",
    "sip-etag": "SIP-ETag",
    "sip-if-match": "SIP-If-Match",
    "www-authenticate": "WWW-Authenticate",
  }),
);

/**
 * The name that this module knows a header by: long form, lower case.
 * @see RFC 3261 7.3.3 (compact forms), 7.3.1 (case)
 */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.length === 1 ? (LONG_NAMES[lower] ?? lower) : lower;
}

/** The spelling of a header name in RFC 3261 and its extensions; Title-Case for names not listed there. */
export function displayName(canonical: string): string {
  return DISPLAY_NAMES.get(canonical) ?? canonical.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/**
 * The character code of the compact form of a canonical name, 0 when it has none. `undefined` for a name that is not
 * known here, or not canonical.
 */
export function compactCode(name: string): number | undefined {
  return COMPACT_CODES.get(name);
}
