import { z } from "zod";
import { transformation } from "./devices.ts";
import {
  DEFAULT_PARTITION,
  description,
  destination,
  lineName,
  objectName,
  patternText,
  prefixDigits,
  transformationMask,
} from "./scalars.ts";

export const partition = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  timeSchedule: objectName.optional().describe("Its numbers are there at these times only; absent: always."),
});
export type Partition = z.infer<typeof partition>;

export const callingSearchSpace = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  partitions: z
    .array(objectName)
    .max(200)
    .default([])
    .describe("What can be dialed; the order decides between equal matches."),
});
export type CallingSearchSpace = z.infer<typeof callingSearchSpace>;

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, "expected a time of day such as 08:30");
const date = z.iso.date("expected a date such as 2026-12-24");

const timePeriod = z.strictObject({
  days: z
    .array(z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))
    .max(7)
    .default([])
    .describe("Days of the week; none: every day."),
  from: time.default("00:00").describe("From this time of day on."),
  to: time.default("24:00").describe("Until this time of day; before `from`: of the next day."),
  firstDate: date.optional().describe("Not before this day."),
  lastDate: date.optional().describe("Not after this day."),
});
export type TimePeriod = z.infer<typeof timePeriod>;

export const timeSchedule = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  dateTimeGroup: objectName
    .optional()
    .describe("Whose time zone counts; absent: that of the device pool of who calls."),
  periods: z.array(timePeriod).max(64).default([]).describe("Any of them."),
});
export type TimeSchedule = z.infer<typeof timeSchedule>;

const calling = z.strictObject({
  mask: transformationMask.optional().describe("`X` keeps a digit of the caller's number, counted from the right."),
  prefix: prefixDigits.default("").describe("Digits put before it."),
});

const pattern = {
  pattern: patternText.describe(
    "`X` any digit, `[2-9]` one of these, `[^1]` none of these, `!` one or more digits, `+` and `?` repeat what stands before them, `.` where the access code ends. A `+` in front is one. Write it in quotes.",
  ),
  partition: objectName.default(DEFAULT_PARTITION).describe("Partition it stands in."),
  description: description.describe("For administrators."),
  urgent: z.boolean().default(false).describe("It wins at once, though a longer number could follow."),
  discard: z
    .enum(["none", "pre-dot", "trailing-hash", "pre-dot-trailing-hash"])
    .default("none")
    .describe("What is left out of the dialed number: what stands before the dot, a `#` at the end, or both."),
  calledMask: transformationMask.optional().describe("Applied to the dialed number after `discard`."),
  prefix: prefixDigits.default("").describe("Put before the dialed number after `calledMask`."),
  calling: calling.optional().describe("How the caller's number is changed."),
  blocked: z.boolean().default(false).describe("Calls are refused."),
};

export const translationPattern = z.strictObject({
  ...pattern,
  callingSearchSpace: objectName.optional().describe("What the new number is looked up in; absent: the caller's."),
});
export type TranslationPattern = z.infer<typeof translationPattern>;

export const routePattern = z.strictObject({
  ...pattern,
  trunk: objectName.optional().describe("Leads to this trunk; either this or `routeList`."),
  routeList: objectName.optional().describe("Leads to this route list."),
  class: z
    .enum(["local", "national", "international", "premium"])
    .default("national")
    .describe("What its calls cost; guards against fraud go by it."),
});
export type RoutePattern = z.infer<typeof routePattern>;

export const routeGroup = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  distribution: z.enum(["top-down", "circular"]).default("top-down").describe("Where a call begins to look."),
  trunks: z.array(objectName).max(100).default([]).describe("In the order in which they are tried."),
});
export type RouteGroup = z.infer<typeof routeGroup>;

const routeListMember = z.strictObject({
  routeGroup: objectName.describe("The group."),
  called: transformation.optional().describe("How the number is changed for this group."),
  calling: calling.optional().describe("How the caller's number is changed for this group."),
});

export const routeList = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  groups: z.array(routeListMember).max(32).default([]).describe("In the order in which they are tried."),
});
export type RouteList = z.infer<typeof routeList>;

const distribution = z.enum(["top-down", "circular", "longest-idle", "broadcast"]);

export const lineGroup = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  members: z.array(lineName).max(200).default([]).describe("Numbers, in order."),
  distribution: distribution.default("top-down").describe("Who is rung first."),
  ringSeconds: z.int().min(1).max(600).default(10).describe("Ringing of a member before the next one."),
  loggedOut: z
    .array(lineName)
    .max(200)
    .default([])
    .describe("Members that are not rung: their phones have logged them out. What is no member does not count."),
});
export type LineGroup = z.infer<typeof lineGroup>;

const huntQueue = z.strictObject({
  maxCallers: z.int().min(1).max(1_000).default(32).describe("Callers that wait at a time; more go to `noCoverage`."),
  maxWaitSeconds: z.int().min(1).max(3_600).default(900).describe("Waiting before `noCoverage`."),
  announcement: objectName
    .optional()
    .describe("A music source that is played to callers once, before they hear music; absent: music from the start."),
});

export const huntPilot = z.strictObject({
  ...pattern,
  lineGroups: z.array(objectName).max(32).default([]).describe("In the order in which they are hunted."),
  maxSeconds: z.int().min(1).max(3_600).default(1_800).describe("Hunting in all, waiting included."),
  noCoverage: destination.optional().describe("Where calls go that nobody took; absent: they are refused."),
  queue: huntQueue
    .optional()
    .describe("Calls that nobody takes wait for a member that is free; absent: they go to `noCoverage` at once."),
});
export type HuntPilot = z.infer<typeof huntPilot>;

export const parkRange = z.strictObject({
  pattern: patternText.describe("Numbers that calls are parked on, such as `70X`; at most 1,000."),
  partition: objectName.default(DEFAULT_PARTITION).describe("Partition it stands in."),
  description: description.describe("For administrators."),
  reminderSeconds: z.int().min(5).max(3_600).default(60).describe("Before who parked is called back."),
  periodicSeconds: z
    .int()
    .min(5)
    .max(3_600)
    .default(30)
    .describe("Between further calls back, while nobody answers them."),
  giveUpSeconds: z
    .int()
    .min(10)
    .max(86_400)
    .default(300)
    .describe("Parking in all: then the call goes to `forwardTo`."),
  forwardTo: destination
    .optional()
    .describe("Where a call goes that nobody has taken in time; absent: back to who parked it, as any call."),
});
export type ParkRange = z.infer<typeof parkRange>;

export const pickupGroup = z.strictObject({
  name: objectName.describe("Its name."),
  description: description.describe("For administrators."),
  number: lineName.optional().describe("Dialed to pick up a call of the group from outside of it."),
});
export type PickupGroup = z.infer<typeof pickupGroup>;
