import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CtiCommands } from "../../call/control/index.ts";
import { BOUNDS } from "../../protocol/index.ts";
import { MAX_USER_DATA_BYTES, type CtiCommandReply, type CtiCommandRequest } from "../../signals/index.ts";
import type { CtiBus } from "./cti-bus.ts";
import {
  callCommands,
  device,
  digits,
  headers,
  inCall,
  line,
  name,
  newCallId,
  numbers,
  textUpTo,
} from "./command-schema.ts";

const media = z.strictObject({ address: z.union([z.ipv4(), z.ipv6()]), port: z.int().min(1).max(65_535) });
const searchSpace = z.enum(["default", "calling", "redirecting"]);
const originalCalled = z.union([z.enum(["unchanged", "reset"]), z.strictObject({ number: digits })]);
const forwardTarget = digits.nullable().optional();

const destination = z.strictObject({
  to: digits,
  searchSpace: searchSpace.optional(),
  callingNumber: digits.optional(),
  originalCalled: originalCalled.optional(),
  headers,
});

/** What only applications ask for. Sizes of user data are judged where it is kept. */
const applicationCommands = [
  z.strictObject({ type: z.literal("accept"), ...inCall }),
  z.strictObject({ type: z.literal("answer"), ...inCall, media: media.optional() }),
  z.strictObject({ type: z.literal("reject"), ...inCall, reason: z.enum(["busy", "rejected"]).optional() }),
  z.strictObject({
    type: z.literal("consult"),
    ...inCall,
    to: digits,
    newCallId: newCallId.optional(),
    headers,
    numbers,
  }),
  z.strictObject({ type: z.literal("send-digits"), ...inCall, digits: textUpTo(BOUNDS.digits) }),
  z.strictObject({
    type: z.literal("set-user-data"),
    ...inCall,
    data: z.record(textUpTo(BOUNDS.dataName), z.string().max(MAX_USER_DATA_BYTES).nullable()),
  }),
  z.strictObject({ type: z.literal("set-media"), ...inCall, media }),
  z.strictObject({
    type: z.literal("route-select"),
    device,
    routeId: name,
    destinations: z.array(destination).min(1).max(BOUNDS.destinations),
  }),
  z.strictObject({ type: z.literal("route-end"), device, routeId: name }),
] as const;

const settingCommands = [
  z.strictObject({
    type: z.literal("set-forwarding"),
    line,
    kind: z.enum(["all", "busy", "noAnswer", "unregistered", "onFailure"]),
    internal: forwardTarget,
    external: forwardTarget,
  }),
  z.strictObject({ type: z.literal("set-do-not-disturb"), device, option: z.enum(["off", "reject", "silent"]) }),
  z.strictObject({ type: z.literal("set-auto-answer"), device, isOn: z.boolean() }),
  z.strictObject({
    type: z.literal("set-message-waiting"),
    line,
    isOn: z.boolean(),
    newMessages: z.int().min(0).max(BOUNDS.messages).optional(),
    oldMessages: z.int().min(0).max(BOUNDS.messages).optional(),
    newUrgent: z.int().min(0).max(BOUNDS.messages).optional(),
    oldUrgent: z.int().min(0).max(BOUNDS.messages).optional(),
  }),
] as const;

const ms = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

const request = z.strictObject({
  key: textUpTo(2 * BOUNDS.name),
  keyMs: ms,
  actor: z.strictObject({ user: name, session: name, client: name.optional() }),
  command: z.discriminatedUnion("type", [...callCommands, ...applicationCommands, ...settingCommands]),
  conditions: z
    .strictObject({ version: z.int().min(0).optional(), state: textUpTo(BOUNDS.state).optional() })
    .optional(),
  deadlineMs: ms.optional(),
  waits: z.boolean(),
  isDryRun: z.boolean().optional(),
  traceparent: z
    .string()
    .max(2 * BOUNDS.traceparent)
    .optional(),
});

/**
 * `cti-command` of `CtiCommandRequest`: does what an application asks, at most once for each key. Answers `CtiCommandReply`,
 * with the position of the last signal for the CTIManager that has asked.
 */
export function handleCtiCommands(
  channel: Pick<ChannelServer, "handle">,
  commands: Pick<CtiCommands, "handle">,
  bus: CtiBus,
): void {
  channel.handle("cti-command", async (params, peer): Promise<CtiCommandReply> => {
    const parsed = request.safeParse(params);
    if (!parsed.success) throw new SwitchError("bad-params", z.prettifyError(parsed.error));
    // What comes as JSON has no undefined fields.
    const reply = await commands.handle(parsed.data as CtiCommandRequest);
    return { position: bus.positionFor(peer), ...reply };
  });
}
