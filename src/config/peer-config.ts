import { z } from "zod";
import { addressBlock, deviceName } from "./scalars.ts";

const prefix = z.string().regex(/^\+?[0-9*#]{0,32}$/, "expected up to 32 digits, * or #, after a + or not");

/** A neighbor (trunk, gateway, PBX) known by its address or certificate. */
export const peerConfig = z.strictObject({
  name: deviceName.describe("Name of the device in views, logs and records; unique among phones and peers."),
  addresses: z
    .array(addressBlock)
    .max(256)
    .default([])
    .describe(
      "IP addresses or blocks such as 192.0.2.0/24 or 2001:db8::/64 that its requests come from. They are taken without digest: name no address that others can use.",
    ),
  certificateNames: z
    .array(
      z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, "expected a host or domain name in small letters"),
    )
    .max(16)
    .default([])
    .describe(
      "Names in the certificate that it shows when it connects by TLS: a DNS name, the domain of a `sip:` URI or, with neither, the common name. They count as much as an address, and are enough without one. Needs `sip.tls.requestClientCertificate` and `sip.tls.ca`.",
    ),
  uri: z
    .string()
    .regex(
      /^sip:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?(?:;transport=(?:udp|tcp|tls))?$/,
      "expected a URI such as sip:192.0.2.1:5060;transport=udp",
    )
    .describe(
      "Where calls to it go: `sip:HOST:PORT;transport=udp` (or tcp, or tls); an IPv6 address in brackets. Without a port, NAPTR and SRV records of a host name say where, and by which transport when none is given; several targets are tried in turn. Else port 5060, for tls 5061, and udp.",
    ),
  prefixes: z
    .array(prefix)
    .max(256)
    .default([])
    .describe(
      "Dialed prefixes routed to it; the longest of all peers wins, and an empty one takes what nothing else does. The number is sent whole. Phones whose search space has not the partition `internal` do not reach it so. Without any, only route patterns lead to it.",
    ),
  profile: z.string().default("trunk").describe("Name of a SIP profile of kind `trunk`."),
  maxCalls: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe("Calls from and to the peer at a time; one more gets 503 with Retry-After."),
  transit: z
    .boolean()
    .default(false)
    .describe(
      "`true` lets its calls go on to other peers; else those get 403, and it reaches phones and services only.",
    ),
  trusted: z
    .boolean()
    .default(false)
    .describe(
      "`true` for a neighbor of the same trust domain (RFC 3325): it is told in P-Asserted-Identity who calls or answers, also who wants privacy, and what it asserts there is believed.",
    ),
});
export type PeerConfig = z.infer<typeof peerConfig>;
