import { z } from "zod";
import {
  MAX_HEADER_NAME,
  MAX_HEADER_VALUE,
  MAX_SIP_HEADERS,
  SIP_HEADER_NAME,
  SIP_HEADER_VALUE,
} from "../../signals/index.ts";
import { BOUNDS, codePoints, NEW_CALL_ID } from "../../protocol/index.ts";

/** A text of at most so many Unicode characters, as applications are promised. */
export function textUpTo(length: number): z.ZodString {
  return z
    .string()
    .min(1)
    .refine((text) => codePoints(text) <= length, `expected at most ${length} characters`);
}

export const name = textUpTo(BOUNDS.name);
export const device = name;
export const callId = name;
export const line = textUpTo(BOUNDS.line);
/** Something that is dialed. */
export const digits = textUpTo(BOUNDS.number);
/** What a token says of numbers, each as many as its configuration takes. */
const MAX_PATTERNS = 1_000;
const patterns = z.array(name).max(MAX_PATTERNS);
const scope = z.strictObject({ allow: patterns.optional(), deny: patterns.optional() });
export const numbers = scope.optional();
/** Chosen by who asks for a call. */
export const newCallId = z.string().regex(new RegExp(NEW_CALL_ID, "u"), "8 to 64 letters, digits, _ and -");
export const inCall = { device, callId: callId.optional() };

const header = z.strictObject({
  name: z.string().max(MAX_HEADER_NAME).regex(SIP_HEADER_NAME),
  value: z.string().refine((text) => codePoints(text) <= MAX_HEADER_VALUE && SIP_HEADER_VALUE.test(text)),
});
const hasEachOnce = (given: readonly { readonly name: string }[]): boolean =>
  new Set(given.map(({ name }) => name.toLowerCase())).size === given.length;
/** Header fields of the INVITEs to a number. */
export const headers = z.array(header).max(MAX_SIP_HEADERS).refine(hasEachOnce, "a name is there twice").optional();

/** What may be asked of calls. */
export const callCommands = [
  z.strictObject({
    type: z.literal("make-call"),
    device,
    to: digits,
    newCallId: newCallId.optional(),
    headers,
    numbers,
  }),
  z.strictObject({ type: z.literal("hold"), ...inCall, music: name.optional() }),
  z.strictObject({ type: z.literal("retrieve"), ...inCall }),
  z.strictObject({ type: z.literal("swap"), ...inCall }),
  z.strictObject({ type: z.literal("transfer"), ...inCall, to: digits, headers, numbers }),
  z.strictObject({ type: z.literal("complete-transfer"), ...inCall, consultCallId: callId.optional() }),
  z.strictObject({ type: z.literal("drop"), ...inCall }),
  z.strictObject({
    type: z.literal("redirect"),
    ...inCall,
    to: digits,
    failureMode: z.enum(["normal", "drop"]).optional(),
    searchSpace: z.enum(["default", "calling", "redirecting"]).optional(),
    originalCalled: z.union([z.enum(["unchanged", "reset"]), z.strictObject({ number: digits })]).optional(),
    callingNumber: digits.optional(),
    headers,
  }),
  z.strictObject({ type: z.literal("park"), ...inCall, slot: digits.optional() }),
  z.strictObject({ type: z.literal("unpark"), device, slot: digits }),
  z.strictObject({
    type: z.literal("pickup"),
    device,
    line: line.optional(),
    group: name.optional(),
    number: digits.optional(),
    numbers,
  }),
  z.strictObject({
    type: z.literal("conference"),
    device,
    callIds: z.array(callId).min(1).max(BOUNDS.callsOfConference).optional(),
  }),
  z.strictObject({ type: z.literal("add-party"), ...inCall }),
  z.strictObject({ type: z.literal("drop-party"), ...inCall, connectionId: callId.optional(), party: name.optional() }),
  z.strictObject({ type: z.literal("barge"), device, callId }),
  z.strictObject({ type: z.literal("privacy"), device, isOn: z.boolean().optional() }),
] as const;
