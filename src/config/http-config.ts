import { z } from "zod";
import { hostName, ipv4, port } from "./scalars.ts";
import { Secret } from "./secret.ts";

/** Health, metrics, REST and the status page. */
export const httpConfig = z.strictObject({
  address: ipv4
    .default("127.0.0.1")
    .describe("IPv4 address of this host for the status page, /health, /metrics and the REST views."),
  port: port.default(8080).describe("TCP port of the same."),
  token: z
    .string()
    .regex(/^[A-Za-z0-9._~+/=-]{16,128}$/, "expected 16 to 128 letters, digits or . _ ~ + / = -")
    .transform((text) => new Secret(text))
    .meta({ isSecret: true })
    .optional()
    .describe(
      "16 to 128 letters, digits or `. _ ~ + / = -`. Asked for by everything but /health, as `Authorization: Bearer TOKEN` or as the password of a browser's sign-in (any user name). Needed unless `address` is a loopback address.",
    ),
  hostNames: z
    .array(hostName)
    .max(32)
    .default([])
    .describe(
      "DNS names under which Prometheus, browsers or a proxy reach it. Requests by other names are refused, since DNS rebinding brings those of web pages; addresses and `localhost` need not be named.",
    ),
});
export type HttpConfig = z.infer<typeof httpConfig>;
