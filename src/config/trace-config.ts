import { z } from "zod";

/** The SIP messages that are kept for traces. */
export const traceConfig = z.strictObject({
  keepMegabytes: z
    .int()
    .min(0)
    .max(1_024)
    .default(16)
    .describe(
      "Memory of the edge for the last SIP messages, from which `tandem trace` and ladders are made: 16 hold about 2,000 calls. 0 keeps nothing and turns both off. What proves a password, and media keys, are never shown.",
    ),
});
