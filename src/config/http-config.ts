import { z } from "zod";
import { ipv4, port, secret } from "./scalars.ts";

/** Health, metrics, REST and the status page. */
export const httpConfig = z.strictObject({
  address: ipv4
    .default("127.0.0.1")
    .describe("IPv4 address of this host for the status page, /health, /metrics and the REST views."),
  port: port.default(8080).describe("TCP port of the same."),
  token: secret
    .optional()
    .describe(
      "Asked for by everything but /health, as `Authorization: Bearer TOKEN` or as the password of a browser's sign-in (any user name). Needed unless `address` is a loopback address.",
    ),
});
export type HttpConfig = z.infer<typeof httpConfig>;
