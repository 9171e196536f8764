import { behindServiceCodes } from "../digit-analysis/index.ts";

const PREFIXES = ["+", "00", "011"];

/** True for a number that no dial plan has looked at and that is written as international ones are. */
export function isInternational(number: string): boolean {
  return behindServiceCodes(number).some((text) => PREFIXES.some((prefix) => text.startsWith(prefix)));
}
