import type { BodyOf, Pattern, Transformation } from "../../../database/index.ts";
import { transformNumber } from "../../trunk/transform-number.ts";

/** How patterns change the dialed number. */
export type PatternChanges = Pick<BodyOf<"translation-pattern">, "discard" | "calledMask" | "prefix">;
/** How the caller's number is changed. */
export type CallingChanges = NonNullable<BodyOf<"translation-pattern">["calling"]>;

/** One change, told to who wants to know. */
export type OnChange = (step: string, before: string, after: string) => void;

type NumberChange = readonly [step: string, change: (text: string) => string];

const UNCHANGED: Transformation = { stripDigits: 0, prefix: "" };
/** Numbers do not grow beyond this, whatever translation patterns put before them. */
export const MAX_NUMBER_LENGTH = 128;

/** Discards, then masks, then puts the prefix before what is left. */
export function changeCalled(
  number: string,
  { discard, calledMask, prefix }: PatternChanges,
  { dotAt = 0 }: Pattern,
  onChange?: OnChange,
): string {
  const steps: NumberChange[] = [];
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

/** As trunks do it: masks, strips digits off the front, then puts the prefix before what is left. */
export function changeByGroup(number: string, transformation: Transformation, onChange?: OnChange): string {
  const { mask, stripDigits, prefix } = transformation;
  const parts = [
    ...(mask === undefined ? [] : [`mask ${mask}`]),
    ...(stripDigits === 0 ? [] : [`strip ${stripDigits}`]),
    ...(prefix === "" ? [] : [`prefix ${prefix}`]),
  ];
  if (parts.length === 0) return number;
  return changed(number, [[parts.join(", "), (text) => transformNumber(text, transformation)]], onChange);
}

function maskAndPrefix(mask: string | undefined, prefix: string): NumberChange[] {
  const steps: NumberChange[] = [];
  if (mask !== undefined) steps.push([`mask ${mask}`, (text) => transformNumber(text, { ...UNCHANGED, mask })]);
  if (prefix !== "") steps.push([`prefix ${prefix}`, (text) => transformNumber(text, { ...UNCHANGED, prefix })]);
  return steps;
}

function changed(number: string, steps: readonly NumberChange[], onChange?: OnChange): string {
  return steps.reduce((before, [step, change]) => {
    const after = change(before).slice(0, MAX_NUMBER_LENGTH);
    onChange?.(step, before, after);
    return after;
  }, number);
}
