import { z } from "zod";

/** The log of each service, JSON lines in `<data-dir>/log/<service>.log`. */
export const logConfig = z.strictObject({
  level: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .describe("Lines below this level are not written. `debug` costs capacity: several lines for each SIP message."),
  maxFileMegabytes: z
    .int()
    .min(1)
    .max(1_024)
    .default(20)
    .describe("A service begins a new log file when its file exceeds this many megabytes."),
  maxFiles: z.int().min(1).max(100).default(5).describe("Log files kept of each service; older ones are deleted."),
});
export type LogConfig = z.infer<typeof logConfig>;
