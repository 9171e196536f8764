import { isIP } from "node:net";
import { z } from "zod";
import { SwitchError } from "../../../common/index.ts";
import type { PlaySource, RelayEndpoint } from "../media-relay.ts";
import { isPlaySource, isRelayEndpoint } from "./endpoint-name.ts";

const name = z.string().min(1).max(256);
const sdp = z.string().max(65_536);
const options = {
  /** As an edge reports it, with IPv4 sources of a dual-stack socket in their own spelling. */
  signalingAddress: z
    .string()
    .transform((address) => address.replace(/^::ffff:(?=\d+\.)/i, ""))
    .refine((address) => isIP(address) !== 0, "is no literal address"),
  latch: z.enum(["candidates", "any"]),
};
const key = { callId: name, fromTag: name, toTag: name };
const endpoint = z.custom<RelayEndpoint>(isRelayEndpoint, "is no built-in far end");
const areTagsDistinct = [
  ({ fromTag, toTag }: { fromTag: string; toTag: string }) => fromTag !== toTag,
  "fromTag and toTag are the same",
] as const;

/** Parameters of the relay's channel methods. */
export const offerParams = z.strictObject({ ...key, ...options, sdp }).refine(...areTagsDistinct);
export const answerByEndpointParams = z.strictObject({ ...key, ...options, sdp, endpoint }).refine(...areTagsDistinct);
export const offerByEndpointParams = z.strictObject({ ...key, endpoint }).refine(...areTagsDistinct);
const sideRef = z.strictObject({ callId: name, tag: name });
export const joinParams = z.strictObject({ callId: name, caller: sideRef, callee: sideRef.optional() });
export const playParams = z.strictObject({
  callId: name,
  tag: name,
  source: z.custom<PlaySource>(isPlaySource, "is nothing to play").optional(),
});
export const digitParams = z.strictObject({
  callId: name,
  tag: name,
  digit: z.string().regex(/^[0-9A-D*#]$/, "is no digit"),
});
const musicFile = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "is no name of a music source"),
  file: z.string().min(1).max(4096).optional(),
});
export const configureParams = z.strictObject({ music: z.array(musicFile).max(1000) });
export const releaseParams = z.strictObject({ callId: name });

/**
 * Checks what came over a channel.
 * @throws {SwitchError} `bad-params` with the first fault
 */
export function checkParams<Schema extends z.ZodType>(schema: Schema, params: unknown): z.infer<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const [fault] = result.error.issues;
  throw new SwitchError("bad-params", `${fault?.path.join(".") ?? ""}: ${fault?.message ?? "malformed"}`);
}
