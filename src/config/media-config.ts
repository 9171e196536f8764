import { z } from "zod";
import { ipv4 } from "./scalars.ts";

const rtpPort = z.int().min(1_024).max(65_535);

/** The RTP relay. */
export const mediaConfig = z.strictObject({
  address: ipv4.default("127.0.0.1").describe("IPv4 address of this host on which RTP is received and sent."),
  advertisedAddress: ipv4
    .optional()
    .describe("IPv4 address put into SDP when phones reach the relay by another one (NAT); absent: `address`."),
  portRange: z
    .strictObject({
      min: rtpPort.default(20_000).describe("First UDP port; even."),
      max: rtpPort.default(29_999).describe("Last UDP port; odd."),
    })
    .prefault({})
    .describe("UDP ports of the relay. A call takes four: RTP and RTCP for each side."),
  portRestMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(1_000)
    .describe(
      "A port that a call gave back is not used again for this long, so that late packets reach no other call.",
    ),
  rtpTimeoutSeconds: z
    .int()
    .min(10)
    .max(3_600)
    .default(60)
    .describe(
      "A call is ended when neither of its phones has sent RTP or RTCP for this long; calls on hold are not. One phone that falls silent alone is not taken for gone: session timers find that out.",
    ),
});
export type MediaConfig = z.infer<typeof mediaConfig>;
