import { z } from "zod";

/** The node as a set of processes. */
export const nodeConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "expected 1 to 32 small letters, digits or dashes")
    .default("node-1")
    .describe("Name of this node in logs, in `tandem status` and on the status page."),
  dataDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder of the node's state, records, logs and sockets; made with mode 0700 when missing. A relative path starts at the folder of the configuration file. " +
        "At most 74 bytes in full, since Unix socket paths are short. Absent: `$HOME/.tandem`. `--data-dir` wins over it.",
    ),
  orphanGraceSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .describe(
      "When the supervisor dies, services go on without it for this long; the next `tandem start` adopts them. After it they end their calls and exit.",
    ),
});
export type NodeConfig = z.infer<typeof nodeConfig>;
