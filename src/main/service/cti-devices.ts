import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { CtiDevices } from "../../call/control/index.ts";
import { BOUNDS, CODEC } from "../../protocol/index.ts";
import type { CtiDeviceReply, CtiDeviceRequest } from "../../signals/index.ts";
import { device, name } from "./command-schema.ts";
import type { CtiBus } from "./cti-bus.ts";

const fence = z.int().min(0);
const codecs = z
  .array(z.string().regex(new RegExp(CODEC, "u"), "expected a codec such as PCMA or PCMA/8000"))
  .min(1)
  .max(BOUNDS.codecs);
const media = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("none") }),
  z.strictObject({
    mode: z.literal("static"),
    address: z.union([z.ipv4(), z.ipv6()], "expected a literal IP address"),
    port: z.int().min(1).max(65_535),
    codecs,
  }),
  z.strictObject({ mode: z.literal("dynamic"), codecs }),
  z.strictObject({ mode: z.literal("switch"), prompt: z.exactOptional(z.string().min(1).max(96)) }),
]);
const session = name;

const request = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("own"),
    device,
    fence,
    media,
    routes: z.boolean(),
    autoAccept: z.boolean().optional(),
    session,
    leaseMs: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  }),
  z.strictObject({ type: z.literal("disown"), device, fence }),
  z.strictObject({ type: z.literal("silent"), device, fence, isSilent: z.boolean() }),
  z.strictObject({ type: z.literal("failed"), device, fence }),
  z.strictObject({ type: z.literal("lost"), device, fence }),
]);

/**
 * `cti-device` of `CtiDeviceRequest`: answers `CtiDeviceReply`, with the position of the last signal for the CTIManager that
 * has asked.
 */
export function handleCtiDevices(
  channel: Pick<ChannelServer, "handle">,
  devices: Pick<CtiDevices, "request">,
  bus: CtiBus,
): void {
  channel.handle("cti-device", (params, peer): CtiDeviceReply => {
    const parsed = request.safeParse(params ?? {});
    if (!parsed.success) throw new SwitchError("bad-params", z.prettifyError(parsed.error));
    // What comes as JSON has no undefined fields.
    const answer = devices.request(parsed.data as CtiDeviceRequest);
    const position = bus.positionFor(peer);
    if (answer.ok) return { ok: true, position };
    return { ok: false, position, failure: answer.failure, detail: answer.detail };
  });
}
