import type { BodyOf, Pattern, Transformation } from "../../../database/index.ts";

/** How patterns change the dialed number. */
export type PatternChanges = Pick<BodyOf<"translation-pattern">, "discard" | "calledMask" | "prefix">;
/** How the caller's number is changed. */
export type CallingChanges = NonNullable<BodyOf<"translation-pattern">["calling"]>;

/** One change, told to who wants to know. */
export type OnChange = (step: string, before: string, after: string) => void;

/** Numbers do not grow beyond this, whatever translation patterns put before them. */
export const MAX_NUMBER_LENGTH = 128;

/** Discards, then masks, then puts the prefix before what is left. */
export function changeCalled(
  number: string,
  { discard, calledMask, prefix }: PatternChanges,
  { dotAt = 0 }: Pattern,
  onChange?: OnChange,
): string {
  const steps: [string, (text: string) => string][] = [];
  if (discard === "pre-dot" || discard === "pre-dot-trailing-hash") {
    steps.push(["discard pre-dot", (text) => text.slice(dotAt)]);
  }
  if (discard === "trailing-hash" || discard === "pre-dot-trailing-hash") {
    steps.push(["discard trailing-hash", (text) => (text.endsWith("#") ? text.slice(0, -1) : text)]);
  }
  return changed(number, [...steps, ...maskAndPrefix(calledMask, prefix)], onChange);
}

/** Masks, then puts the prefix before it. */
export function changeCalling(number: string, { mask, prefix }: CallingChanges, onChange?: OnChange): string {
  return changed(number, maskAndPrefix(mask, prefix), onChange);
}

/** Masks, strips digits off the front, then puts the prefix before what is left. */
export function transformNumber(
  number: string,
  { mask, stripDigits, prefix }: Transformation,
  onChange?: OnChange,
): string {
  const [masked, prefixed] = [maskAndPrefix(mask, ""), maskAndPrefix(undefined, prefix)];
  const strip: typeof masked =
    stripDigits === 0 ? [] : [[`strip ${stripDigits} digits`, (text): string => text.slice(stripDigits)]];
  return changed(number, [...masked, ...strip, ...prefixed], onChange);
}

/** `X` keeps a digit of the number, counted from the right; everything else of the mask takes its place. */
export function applyMask(number: string, mask: string): string {
  let result = "";
  let left = number.length;
  for (let index = mask.length - 1; index >= 0; index -= 1) {
    left -= 1;
    const symbol = mask[index] ?? "";
    result = (symbol === "X" ? (number[left] ?? "") : symbol) + result;
  }
  return result;
}

function maskAndPrefix(mask: string | undefined, prefix: string): [string, (text: string) => string][] {
  const steps: [string, (text: string) => string][] = [];
  if (mask !== undefined) steps.push([`mask ${mask}`, (text) => applyMask(text, mask)]);
  if (prefix !== "") steps.push([`prefix ${prefix}`, (text) => (prefix + text).slice(0, MAX_NUMBER_LENGTH)]);
  return steps;
}

function changed(number: string, steps: readonly [string, (text: string) => string][], onChange?: OnChange): string {
  return steps.reduce((before, [step, change]) => {
    const after = change(before);
    onChange?.(step, before, after);
    return after;
  }, number);
}
