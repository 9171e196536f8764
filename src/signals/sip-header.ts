/** A header field that goes into the INVITEs to a destination, besides what the switch says itself. */
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** Header fields of one destination. */
export const MAX_SIP_HEADERS = 10;
/** Characters of a name, and of a value. */
export const MAX_HEADER_NAME = 40;
export const MAX_HEADER_VALUE = 255;

/**
 * Names that applications may choose: an RFC 3261 token after `X-`. `X-Tandem-` is the switch's own, and some phones
 * answer by themselves on `X-AutoAnswer`, which is not for who may only call them. Those that begin with
 * `P-` (RFC 3427) are not among them: who trusts the switch takes these for what the network says, such as who calls.
 */
export const SIP_HEADER_NAME = /^X-(?!Tandem-|Auto-?Answer$)[A-Za-z0-9.!%*_+`'~-]+$/i;
/** Values that they may have: no control characters, no halves of characters, and no space at either end. */
export const SIP_HEADER_VALUE =
  /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s](?:[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s])?$/u;
