import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CallCommand, CallManager } from "../../call/control/index.ts";

const device = z.string().min(1).max(64);
const callId = z.string().min(1).max(128);
const name = z.string().min(1).max(128);
const digits = z.string().min(1).max(128);
const inCall = { device, callId: callId.optional() };

/** What may be asked of calls over the control channel. */
const command = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("make-call"), device, to: digits }),
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
]);

/** Answers what is asked of calls and about them. */
export function handleCallCommands(channel: Pick<ChannelServer, "handle">, manager: CallManager): void {
  channel.handle("calls-now", () => manager.features.callsNow());
  channel.handle("call-command", async (params) => {
    const parsed = command.safeParse(params);
    if (!parsed.success) throw new SwitchError("bad-params", z.prettifyError(parsed.error));
    const named = parsed.data.device;
    const found = manager.features.deviceNamed(named);
    if (found === undefined) throw new SwitchError("unknown-device", `no phone has the name or number ${named}`);
    // What comes as JSON has no undefined fields.
    const result = await manager.features.command({ ...parsed.data, device: found } as CallCommand);
    if (!result.ok) throw new SwitchError(result.failure, result.detail);
    return result;
  });
}
