/**
 * How long what applications send may be, in Unicode characters, and how it has to look. Call control takes just these.
 */
export const BOUNDS = {
  /** Ids of calls, connections and route dialogues; names of devices and groups. */
  name: 128,
  line: 256,
  /** Digits, or a SIP URI. */
  number: 320,
  /** Sent at a time, pauses among them. */
  digits: 64,
  state: 64,
  traceparent: 128,
  /** Of user data. */
  dataName: 128,
  codecs: 16,
  destinations: 32,
  /** SIP header fields of a destination, their names and values. */
  headers: 10,
  headerName: 40,
  headerValue: 255,
  callsOfConference: 32,
  messages: 999_999,
  /** Entries of a page, and where nothing is said. */
  page: 1_000,
  pageDefault: 500,
} as const;

/** Of the name that an application chooses for a call. */
export const NEW_CALL_ID = "^[A-Za-z0-9_\\-]{8,64}$";
/** Such as `PCMA` or `PCMA/8000`. */
export const CODEC = "^[A-Za-z0-9._\\-]{1,32}(?:/[0-9]{4,6})?$";
