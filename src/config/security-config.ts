import { z } from "zod";
import { addressBlock } from "./scalars.ts";

/** What sources may send to the SIP edge, and how long they are banned who do not keep to it. */
export const securityConfig = z.strictObject({
  malformedPerSecond: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe(
      "Malformed SIP messages, and connections that come to nothing before TLS or WebSocket is open, that one source may send in the long run; who sends more is banned. A source is an IPv4 address, or an IPv6 /64.",
    ),
  malformedBurst: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("Malformed SIP messages and such connections from one source at once."),
  requestsPerSecond: z
    .int()
    .min(0)
    .max(100_000)
    .default(200)
    .describe(
      "New requests (INVITE, REGISTER and others outside a dialog) that are taken from one source in the long run; more get 503, and who goes on is banned. 0: no limit. Requests inside calls are never limited.",
    ),
  requestBurst: z.int().min(1).max(1_000_000).default(400).describe("New requests from one source at once."),
  banSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .describe(
      "How long the first ban of a source lasts; each that follows soon lasts twice as long as the one before. Bans outlive a restart. Peers, loopback, `neverBan` and sources from which a phone has registered, or a peer has proved its certificate, in the last hour are never banned.",
    ),
  maxBanSeconds: z.int().min(1).max(604_800).default(86_400).describe("The longest ban."),
  neverBan: z
    .array(addressBlock)
    .max(1_000)
    .default([])
    .describe("IP addresses or blocks such as 192.0.2.0/24 or 2001:db8::/64 that are neither limited nor banned."),
});
export type SecurityConfig = z.infer<typeof securityConfig>;
