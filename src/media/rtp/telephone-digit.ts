/** RFC 4733 3.2, by event. */
const DIGITS = "0123456789*#ABCD";

/** The key that an event stands for: one of `0` to `9`, `*`, `#`, `A` to `D`; undefined: it is no digit. */
export function digitOfEvent(event: number): string | undefined {
  return DIGITS[event];
}

/** The event of a key; undefined: there is no such key. */
export function eventOfDigit(digit: string): number | undefined {
  const event = digit.length === 1 ? DIGITS.indexOf(digit) : -1;
  return event < 0 ? undefined : event;
}
