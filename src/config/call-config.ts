import { z } from "zod";
import { dialString } from "./scalars.ts";

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
  endpoints: z
    .record(dialString, z.enum(["echo", "demo"]))
    .default({})
    .describe("Numbers answered by Tandem itself: `echo` returns what it hears, `demo` plays a tone and then music."),
});
export type CallConfig = z.infer<typeof callConfig>;
