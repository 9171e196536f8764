/**
 * True when a text may be written as a header value: no CR, LF or NUL, with which it could end the header.
 * Values that come from outside SIP (display names, numbers, user data) are checked with it.
 */
export function isValidHeaderValue(text: string): boolean {
  return !/[\r\n\0]/.test(text);
}
