import { z } from "zod";
import { description, objectName } from "./scalars.ts";

export const node = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "expected 1 to 32 small letters, digits or dashes")
    .describe("Its name."),
  description: description.describe("For administrators."),
});
export type Node = z.infer<typeof node>;

export const callManagerGroup = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  nodes: z
    .array(z.string().max(32))
    .min(1)
    .max(16)
    .describe(
      "Nodes in order. Its devices register with these only: other nodes refuse them (403), and leave its trunks alone.",
    ),
});
export type CallManagerGroup = z.infer<typeof callManagerGroup>;

/** Codecs that SDP names so; whatever a region says, telephone events go with them. */
export const CODECS = ["PCMU", "PCMA", "G722", "opus", "G729"] as const;

export const region = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  codecs: z
    .array(z.enum(CODECS))
    .max(CODECS.length)
    .default([])
    .describe(
      "Codecs of calls within the region, the preferred one first; none: as the devices like. Devices are offered these only, from the next offer on; telephone events always pass.",
    ),
  to: z
    .array(
      z.strictObject({
        region: objectName.describe("The other region."),
        codecs: z.array(z.enum(CODECS)).min(1).max(CODECS.length).describe("The preferred one first."),
      }),
    )
    .max(100)
    .default([])
    .describe(
      "Codecs of calls with other regions; that of the caller's region counts first. Absent: those that both have.",
    ),
});
export type Region = z.infer<typeof region>;

const zones: ReadonlySet<string> = new Set(["UTC", ...Intl.supportedValuesOf("timeZone")]);

export const dateTimeGroup = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  timeZone: z
    .string()
    .refine((zone) => zones.has(zone), "expected a time zone such as Europe/Berlin")
    .default("UTC")
    .describe("Time zone of its devices."),
});
export type DateTimeGroup = z.infer<typeof dateTimeGroup>;

export const devicePool = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  callManagerGroup: objectName.default("default").describe("Where its devices are at home."),
  region: objectName.default("default").describe("Its region, for codecs."),
  dateTimeGroup: objectName.default("default").describe("Its time zone, for time schedules that have none."),
  callingSearchSpace: objectName.default("internal").describe("What its devices may dial when they do not say."),
  musicSource: objectName.optional().describe("What callers on hold hear."),
});
export type DevicePool = z.infer<typeof devicePool>;

export const musicSource = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  file: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}*$/u, "must not contain control characters")
    .optional()
    .describe(
      "A WAV file of one channel at 8,000 Hz: 16-bit PCM, A-law or mu-law, at most 16 MiB; a relative path begins at the data directory of the node. Absent, or a file that cannot be played: the music that comes with Tandem.",
    ),
});
export type MusicSource = z.infer<typeof musicSource>;
