/** `*31#`, `#31#`, `*21*`: a code with its end. `*67`: one without. */
const CODES = [/^(?:[*#]+\d{1,4})+[*#]+/, /^[*#]+\d{2}/, /^[*#]+/];

/**
 * A number, and what may be left of it in a network that takes service codes off its front (hide the caller, forward
 * calls): a guard that looks at the beginning has to look at each.
 */
export function behindServiceCodes(number: string): readonly string[] {
  return [number, ...CODES.filter((code) => code.test(number)).map((code) => number.replace(code, ""))];
}
