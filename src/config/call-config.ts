import { z } from "zod";
import { dialString } from "./scalars.ts";

const emergency = z.strictObject({
  numbers: z
    .array(dialString)
    .min(1)
    .max(32)
    .describe(
      "Dialed numbers that are emergency calls, such as `112`, whatever the host of the URI. A peer gets the number that was dialed, and the first of these for `urn:service:sos`.",
    ),
  route: z
    .string()
    .min(1)
    .max(64)
    .describe(
      "Where they go: the name of a peer, else the number of a phone. It needs no prefixes for it, and its `maxCalls` does not count.",
    ),
});

/** Call control. */
export const callConfig = z.strictObject({
  maxCalls: z
    .int()
    .min(1)
    .max(100_000)
    .default(5_000)
    .describe("Calls at a time; more get 503 with Retry-After. Calls that are up are not harmed."),
  serialRingSeconds: z
    .int()
    .min(5)
    .max(180)
    .default(20)
    .describe("Contacts of a phone with a lower q value are rung after those with a higher one, this long each."),
  trunkTrySeconds: z
    .int()
    .min(1)
    .max(32)
    .default(4)
    .describe(
      "A trunk of a route list that has said nothing for so long, not even 100, is given up, and the next one is tried.",
    ),
  endpoints: z
    .record(dialString, z.enum(["echo", "demo"]))
    .default({})
    .describe("Numbers answered by Tandem itself: `echo` returns what it hears, `demo` plays a tone and then music."),
  emergency: emergency
    .optional()
    .describe(
      "Emergency calls: to these numbers and to `urn:service:sos` and its sub-services (RFC 5031). They go before other calls under overload and are not refused for a `maxCalls`. Absent: `urn:service:sos` gets 404, and there are no such numbers.",
    ),
});
export type CallConfig = z.infer<typeof callConfig>;
