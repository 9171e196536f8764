import { z } from "zod";
import { port, secret } from "./scalars.ts";

/** Which SIP edge call control uses. */
export const edgeConfig = z.strictObject({
  kind: z
    .enum(["embedded", "drachtio"])
    .default("embedded")
    .describe(
      "`embedded`: Tandem's own, started with the node. `drachtio`: a drachtio server that somebody else runs; what is absent with it stands in [wire-protocol.md](wire-protocol.md#with-a-stock-drachtio-server).",
    ),
  host: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, "expected a host name or IPv4 address")
    .optional()
    .describe("Host of the drachtio server; needed with `kind: drachtio`. The connection is not encrypted."),
  port: port.optional().describe("Its port for applications; absent: 9022. Only with `kind: drachtio`."),
  secret: secret.optional().describe("What it wants applications to present; needed with `kind: drachtio`."),
});
export type EdgeConfig = z.infer<typeof edgeConfig>;
