import { z } from "zod";
import {
  description,
  destination,
  directoryNumberText,
  displayText,
  doNotDisturb,
  DEFAULT_PARTITION,
  forwardTarget,
  locale,
  objectName,
} from "./scalars.ts";

const forward = z.strictObject({
  internal: forwardTarget.optional().describe("Where calls from inside go: digits, a SIP URI, or `voice-mail`."),
  external: forwardTarget.optional().describe("Where calls from trunks go."),
  callingSearchSpace: objectName
    .optional()
    .describe("What the target is looked up in; absent: the calling search space of the line, else of its device."),
});
export type Forward = z.infer<typeof forward>;

/** When a call is forwarded, each with a target of its own. */
export const FORWARDING_KINDS = ["all", "busy", "noAnswer", "unregistered", "onFailure"] as const;
export type ForwardingKind = (typeof FORWARDING_KINDS)[number];

/** A directory number: what is dialed, wherever its appearances are. */
export const directoryNumber = z.strictObject({
  number: directoryNumberText.describe("The number. Write it in quotes."),
  partition: objectName.default(DEFAULT_PARTITION).describe("Partition it stands in; a number may stand in several."),
  description: description.describe("For administrators."),
  displayName: displayText.optional().describe("Name shown to whom it calls; absent: the number alone."),
  locale: locale
    .optional()
    .describe("Language of its names, such as `de-CH` (BCP 47), for applications; absent: it is not said."),
  callingSearchSpace: objectName.optional().describe("What it may dial, before what its device may."),
  maxCalls: z.int().min(1).max(10_000).default(4).describe("Calls of the line at a time."),
  busyTrigger: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe("Incoming calls beyond so many are busy; absent: nine tenths of `maxCalls`, and at least one."),
  noAnswerSeconds: z.int().min(1).max(600).default(12).describe("Ringing before `forwarding.noAnswer`."),
  voiceMail: destination.optional().describe("Where `voice-mail` leads."),
  doNotDisturb: doNotDisturb.default("off").describe("As of its devices, for the calls of this number on all of them."),
  privacy: z.boolean().default(false).describe("Devices that share it may not enter each other's calls."),
  pickupGroup: objectName.optional().describe("Its pickup group."),
  allowControl: z.boolean().default(true).describe("CTI applications may control it."),
  forwarding: z
    .strictObject({
      all: forward.optional().describe("Always, before it rings (CFA)."),
      busy: forward.optional().describe("When it is busy (CFB)."),
      noAnswer: forward.optional().describe("When nobody answers in time (CFNA)."),
      unregistered: forward.optional().describe("When none of its devices is registered (CFU)."),
      onFailure: forward
        .optional()
        .describe("When the application that had its call has failed (CFOF); absent: as `noAnswer`."),
    })
    .prefault({})
    .describe("Where its calls go instead."),
});
export type DirectoryNumber = z.infer<typeof directoryNumber>;
