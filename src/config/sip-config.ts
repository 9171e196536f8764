import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { ipAddress, port } from "./scalars.ts";

/** Transports that SIP can be received over. */
export const sipTransport = z.enum(["udp", "tcp", "tls", "ws", "wss"]);
export type SipTransport = z.infer<typeof sipTransport>;

const DEFAULT_PORTS: Readonly<Record<SipTransport, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 5066, wss: 7443 };

const listener = z
  .strictObject({
    transport: sipTransport.describe("Transport; `ws` and `wss` are WebSocket (RFC 7118), for browsers."),
    address: ipAddress.describe("IPv4 or IPv6 address of this host, or `0.0.0.0` or `::` for all of one kind."),
    port: port.optional().describe("Port. Absent: 5060, for tls 5061, for ws 5066, for wss 7443."),
    advertisedAddress: ipAddress
      .optional()
      .describe(
        "Address that Via, Contact and Record-Route tell peers of this listener: the outside of a NAT. Absent: `address`, or for all addresses the one that leads to the peer. Give phones inside the NAT a listener of their own.",
      ),
    advertisedPort: port.optional().describe("Port that goes with `advertisedAddress`. Absent: `port`."),
  })
  .transform((given) => ({ ...given, port: given.port ?? DEFAULT_PORTS[given.transport] }));
export type SipListener = z.infer<typeof listener>;

const pemFile = z.string().min(1).max(4_096);
const certificate = pemFile.describe(
  "PEM file with the certificate and those of the authorities between. Relative paths start at the folder of the configuration file.",
);
const key = pemFile.describe("PEM file with its private key.");

const tls = z.strictObject({
  certificate: certificate
    .optional()
    .describe(
      "PEM file with the certificate of the node and those of the authorities between; read again when it changes. Relative paths start at the folder of the configuration file. Absent: the node makes one at its first start that is signed by itself, `state/tls-certificate.pem`, and makes it anew at a start when it has less than 30 days left.",
    ),
  key: key.optional().describe("PEM file with its private key; needed beside `certificate`."),
  ca: pemFile
    .optional()
    .describe(
      "PEM file of the authorities that the certificates of peers are checked by. Absent: the well-known ones of Node.js.",
    ),
  hosts: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(
            /^(\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
            "expected a host name such as sip.example.org",
          )
          .describe("Host name; `*.example.org` stands for each name one level below."),
        certificate,
        key,
      }),
    )
    .max(256)
    .default([])
    .describe("Other certificates, for peers that ask for a host by name (SNI)."),
  requestClientCertificate: z
    .boolean()
    .default(false)
    .describe(
      "`true` asks peers that connect for a certificate. One without, or with one that fails the check, gets in without a name.",
    ),
  verifyServers: z
    .boolean()
    .default(true)
    .describe(
      "`false` connects to TLS peers whatever certificate they show; else it must be signed by a known authority and name their host or address.",
    ),
});

const webSocket = z.strictObject({
  origins: z
    .array(
      z
        .string()
        .regex(
          /^https?:\/\/[a-z0-9.[\]:-]{1,253}$/,
          "expected an origin such as https://phone.example.org, in small letters",
        ),
    )
    .max(256)
    .optional()
    .describe(
      "Origins such as `https://phone.example.org` whose pages may connect; a client that is no browser and tells no origin always may. Absent: all.",
    ),
});

const dns = z.strictObject({
  servers: z
    .array(z.string().refine(isNameServer, "expected an IP address, with a port or without, such as 192.0.2.53:53"))
    .max(8)
    .default([])
    .describe(
      "Name servers to ask, such as `192.0.2.53`, `192.0.2.53:5353` or `[2001:db8::53]:53`. Absent: those of the system. `/etc/hosts` comes first in any case; search domains are not used.",
    ),
  failoverSeconds: z
    .int()
    .min(1)
    .max(32)
    .default(4)
    .describe(
      "A call to a name that has several targets goes on to the next one when nothing at all has come from the first for so long; after 503 and where it cannot connect it does so at once.",
    ),
});

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:53`. */
function isNameServer(text: string): boolean {
  if (isIPv4(text) || isIPv6(text)) return !text.includes("%");
  const [, v6, v4 = "", portText = "53"] = /^(?:\[([0-9A-Fa-f:.]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return (v6 === undefined ? isIPv4(v4) : isIPv6(v6)) && port.safeParse(Number(portText)).success;
}

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
    .prefault([
      { transport: "udp", address: "127.0.0.1", port: 5060 },
      { transport: "tcp", address: "127.0.0.1", port: 5060 },
    ])
    .describe("Where SIP is received. Each transport, address and port once."),
  webSocket: webSocket.prefault({}).describe("WebSocket listeners."),
  dns: dns.prefault({}).describe("How names of peers and of other next hops are resolved (RFC 3263)."),
  tls: tls.prefault({}).describe("Certificates of secure listeners and of connections to TLS peers."),
});
export type SipConfig = z.infer<typeof sipConfig>;
