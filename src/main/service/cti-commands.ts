import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CtiCommands } from "../../call/control/index.ts";
import { MAX_MESSAGES, type CtiCommandReply, type CtiCommandRequest } from "../../signals/index.ts";
import type { CtiBus } from "./cti-bus.ts";
import { callCommands, device, digits, inCall, name, newCallId } from "./command-schema.ts";

const MAX_DESTINATIONS = 32;
const text = z.string().min(1).max(256);
const line = text;
const media = z.strictObject({ address: z.union([z.ipv4(), z.ipv6()]), port: z.int().min(1).max(65_535) });
const searchSpace = z.enum(["default", "calling", "redirecting"]);
const originalCalled = z.union([z.enum(["unchanged", "reset"]), z.strictObject({ number: digits })]);
const forwardTarget = digits.nullable().optional();

const destination = z.strictObject({
  to: text,
  searchSpace: searchSpace.optional(),
  callingNumber: digits.optional(),
  originalCalled: originalCalled.optional(),
});

/** What only applications ask for. Sizes of user data are judged where it is kept. */
const applicationCommands = [
  z.strictObject({ type: z.literal("accept"), ...inCall }),
  z.strictObject({ type: z.literal("answer"), ...inCall, media: media.optional() }),
  z.strictObject({ type: z.literal("reject"), ...inCall, reason: z.enum(["busy", "rejected"]).optional() }),
  z.strictObject({ type: z.literal("consult"), ...inCall, to: digits, newCallId: newCallId.optional() }),
  z.strictObject({ type: z.literal("send-digits"), ...inCall, digits: z.string().max(1_024) }),
  z.strictObject({
    type: z.literal("set-user-data"),
    ...inCall,
    data: z.record(z.string().max(8_192), z.string().max(8_192).nullable()),
  }),
  z.strictObject({ type: z.literal("set-media"), ...inCall, media }),
  z.strictObject({
    type: z.literal("route-select"),
    device,
    routeId: text,
    destinations: z.array(destination).min(1).max(MAX_DESTINATIONS),
  }),
  z.strictObject({ type: z.literal("route-end"), device, routeId: text }),
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
  z.strictObject({
    type: z.literal("set-message-waiting"),
    line,
    isOn: z.boolean(),
    newMessages: z.int().min(0).max(MAX_MESSAGES).optional(),
    oldMessages: z.int().min(0).max(MAX_MESSAGES).optional(),
  }),
] as const;

const ms = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

const request = z.strictObject({
  key: z.string().min(1).max(256),
  keyMs: ms,
  actor: z.strictObject({ user: name, session: name, client: z.string().max(128).optional() }),
  command: z.discriminatedUnion("type", [...callCommands, ...applicationCommands, ...settingCommands]),
  conditions: z
    .strictObject({ version: z.int().min(0).optional(), state: z.string().min(1).max(32).optional() })
    .optional(),
  deadlineMs: ms.optional(),
  waits: z.boolean(),
  isDryRun: z.boolean().optional(),
  traceparent: z.string().max(256).optional(),
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
    return { ...reply, position: bus.positionFor(peer) };
  });
}
