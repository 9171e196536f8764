import type { DigestAlgorithm } from "../../common/index.ts";

/** A transport that a profile may allow. */
export type SipTransport = "udp" | "tcp" | "tls" | "ws" | "wss";

/** How long a phone may stay registered, and from how many places. */
export interface RegistrationLimits {
  /** Shorter requests get 423 Interval Too Brief, unless they ask for an hour or more (RFC 3261 10.3 step 7). */
  readonly minExpirySeconds: number;
  /** Longer requests are cut to this. */
  readonly maxExpirySeconds: number;
  /** Used when the phone names no expiry. */
  readonly defaultExpirySeconds: number;
  /** Contacts of one phone at a time; 1 and above. */
  readonly maxContacts: number;
}

/** What a kind of endpoint can do and wants; a phone or peer names its profile. Validated before it gets here. */
export interface SipProfile {
  readonly name: string;
  readonly kind: "phone" | "trunk";
  /** Transports the endpoint may use; requests over others get 403. */
  readonly transports: readonly SipTransport[];
  /** Offered in this order; the first is the one the server prefers. At least one. */
  readonly digestAlgorithms: readonly DigestAlgorithm[];
  /** True: credentials without qop (RFC 2069) are taken, each nonce once. Absent: they get a new challenge. */
  readonly digestLegacy?: boolean;
  readonly registration: RegistrationLimits;
  /** Session timer (RFC 4028); `expiresSeconds` 0 asks for none. */
  readonly session: { readonly expiresSeconds: number; readonly minSeconds: number };
  /** `latch`: RTP is taken from where it comes instead of from the address in the SDP. */
  readonly media: { readonly latch: boolean };
  /** `talk`: it answers when a NOTIFY of that event comes in a dialog that rings. Absent: nothing makes it answer. */
  readonly remoteAnswer?: "none" | "talk";
  /** Ringing longer than this ends the call attempt. */
  readonly ringSeconds: number;
}
