import { z } from "zod";
import { ipv4, port } from "./scalars.ts";

const listener = z.strictObject({
  transport: z.enum(["udp", "tcp"]).describe("`udp` or `tcp`."),
  address: ipv4.describe("IPv4 address of this host, or `0.0.0.0` for all of its addresses."),
  port: port.default(5060).describe("Port; 5060 is that of SIP."),
});
export type SipListener = z.infer<typeof listener>;

/** The SIP edge. */
export const sipConfig = z.strictObject({
  realm: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/, "expected a domain name such as example.org")
    .default("tandem.local")
    .describe(
      "Realm of digest authentication and domain of the phones' addresses. Stored `ha1` values belong to one realm, so choose it once.",
    ),
  listen: z
    .array(listener)
    .min(1)
    .max(32)
    .default([
      { transport: "udp", address: "127.0.0.1", port: 5060 },
      { transport: "tcp", address: "127.0.0.1", port: 5060 },
    ])
    .describe("Where SIP is received. Each transport, address and port once."),
});
export type SipConfig = z.infer<typeof sipConfig>;
