import type { Transformation } from "../../database/index.ts";

const NUMBER = /^(\+?)([0-9*#A-D]*)$/;

/**
 * A number after its mask, then with digits taken off its front, then with the prefix. A `+` is no digit: it stays while
 * nothing is taken off and nothing put before. What is no number (a name, say) stays as it is; the result may be empty.
 */
export function transformNumber(number: string, transformation: Transformation | undefined): string {
  const [, plus, digits] = NUMBER.exec(number) ?? [];
  if (transformation === undefined || plus === undefined || digits === undefined) return number;
  const { mask, stripDigits, prefix } = transformation;
  const [head, masked] = mask === undefined ? [plus, digits] : maskedParts(mask, digits);
  const isWhole = stripDigits === 0 && prefix === "";
  return `${isWhole ? head : prefix}${masked.slice(stripDigits)}`;
}

/** The last position of the mask is that of the last digit; an `X` without a digit is nothing. */
function maskedParts(mask: string, digits: string): readonly [plus: string, digits: string] {
  const plus = mask.startsWith("+") ? "+" : "";
  const positions = mask.slice(plus.length);
  let result = "";
  for (let index = 0; index < positions.length; index += 1) {
    const position = positions.charAt(index);
    result += position === "X" ? digits.charAt(digits.length - positions.length + index) : position;
  }
  return [plus, result];
}
