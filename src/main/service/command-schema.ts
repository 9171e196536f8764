import { z } from "zod";

export const device = z.string().min(1).max(64);
export const callId = z.string().min(1).max(128);
export const name = z.string().min(1).max(128);
export const digits = z.string().min(1).max(128);
/** Chosen by who asks for a call. */
export const newCallId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, "8 to 64 letters, digits, _ and -");
export const inCall = { device, callId: callId.optional() };

/** What may be asked of calls. */
export const callCommands = [
  z.strictObject({ type: z.literal("make-call"), device, to: digits, newCallId: newCallId.optional() }),
  z.strictObject({ type: z.literal("hold"), ...inCall }),
  z.strictObject({ type: z.literal("retrieve"), ...inCall }),
  z.strictObject({ type: z.literal("swap"), ...inCall }),
  z.strictObject({ type: z.literal("transfer"), ...inCall, to: digits }),
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
  }),
  z.strictObject({ type: z.literal("park"), ...inCall, slot: digits.optional() }),
  z.strictObject({ type: z.literal("unpark"), device, slot: digits }),
  z.strictObject({
    type: z.literal("pickup"),
    device,
    line: name.optional(),
    group: name.optional(),
    number: digits.optional(),
  }),
  z.strictObject({ type: z.literal("conference"), device, callIds: z.array(callId).min(1).max(32).optional() }),
  z.strictObject({ type: z.literal("add-party"), ...inCall }),
  z.strictObject({ type: z.literal("drop-party"), ...inCall, connectionId: callId.optional(), party: name.optional() }),
  z.strictObject({ type: z.literal("barge"), device, callId }),
  z.strictObject({ type: z.literal("privacy"), device, isOn: z.boolean().optional() }),
] as const;
