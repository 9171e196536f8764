import { z } from "zod";
import { FEATURE_CODES, FEATURE_NAMES } from "./feature-codes.ts";

/** A value that operators may change, and what it does. */
export interface ServiceParameter {
  readonly name: string;
  readonly service: "callmanager" | "ctimanager" | "edge" | "media" | "admin";
  readonly description: string;
  readonly schema: z.ZodType<number | string | boolean>;
  readonly default: number | string | boolean;
  readonly unit?: "seconds" | "calls" | "days" | "megabytes" | "hops";
  /** When a change takes effect. */
  readonly effect: "at-once" | "new-calls" | "restart";
}

const featureCode = z.string().regex(/^[0-9*#]{0,8}$/, "expected up to 8 digits, * or #; empty: it is off");

const BEHIND = { none: "", optional: " More may follow.", required: " More has to follow." } as const;

/** One for each feature of phones that is dialed. */
const featureCodes = FEATURE_NAMES.map((feature): ServiceParameter => {
  const { parameter, default: byDefault, argument, effect } = FEATURE_CODES[feature];
  return {
    name: parameter,
    service: "callmanager",
    description: `Dialed by a phone of the switch it ${effect}.${BEHIND[argument]} Empty: it is off.`,
    schema: featureCode,
    default: byDefault,
    effect: "new-calls",
  };
});

/** All service parameters there are; names as in the vendor's administration where there is such a one. */
export const SERVICE_PARAMETERS: readonly ServiceParameter[] = [
  {
    name: "CTIApplicationHeartbeatTime",
    service: "ctimanager",
    description:
      "Default and upper bound of the heartbeat interval of sessions that are opened or resumed; an application silent for two of them has failed.",
    schema: z.int().min(1).max(120),
    default: 10,
    unit: "seconds",
    effect: "at-once",
  },
  {
    name: "CTINewCallAcceptTimer",
    service: "callmanager",
    description: "How long applications may leave a new call alone where the device does not say.",
    schema: z.int().min(1).max(60),
    default: 4,
    unit: "seconds",
    effect: "at-once",
  },
  {
    name: "ForwardMaximumHopCount",
    service: "callmanager",
    description: "Forwardings of one call, and translations of each number on its way; more end it.",
    schema: z.int().min(1).max(60),
    default: 12,
    unit: "hops",
    effect: "new-calls",
  },
  {
    name: "InternationalPrefixes",
    service: "callmanager",
    description: "Numbers sent to trunks that begin with one of these, separated by spaces, are international.",
    schema: z
      .string()
      .regex(/^(?:\+?[0-9*#]{0,8})(?: \+?[0-9*#]{1,8}){0,15}$/, "expected prefixes, separated by spaces"),
    default: "00 011",
    effect: "new-calls",
  },
  {
    name: "CountryCode",
    service: "callmanager",
    description: "Numbers that begin with `+` and another code are international; empty: all that begin with `+`.",
    schema: z.string().regex(/^\d{0,3}$/, "expected up to 3 digits"),
    default: "",
    effect: "new-calls",
  },
  {
    name: "CDREnabled",
    service: "callmanager",
    description: "Call detail records are written.",
    schema: z.boolean(),
    default: true,
    effect: "at-once",
  },
  {
    name: "CDRLogCallsWithZeroDuration",
    service: "callmanager",
    description: "Calls that were never answered have records, too.",
    schema: z.boolean(),
    default: true,
    effect: "at-once",
  },
  {
    name: "CDRMaximumFileMegabytes",
    service: "callmanager",
    description: "A file of records that has grown beyond this is put aside.",
    schema: z.int().min(1).max(10_000),
    default: 100,
    unit: "megabytes",
    effect: "at-once",
  },
  {
    name: "CDRRetentionDays",
    service: "callmanager",
    description: "Records older than this are removed.",
    schema: z.int().min(1).max(3_650),
    default: 90,
    unit: "days",
    effect: "at-once",
  },
  {
    name: "CallDiagnosticsEnabled",
    service: "callmanager",
    description: "Media-quality records are written.",
    schema: z.boolean(),
    default: true,
    effect: "at-once",
  },
  {
    name: "AdHocConferenceEndsWithController",
    service: "callmanager",
    description: "A conference ends when who made it leaves; else the others go on.",
    schema: z.boolean(),
    default: false,
    effect: "at-once",
  },
  ...featureCodes,
];

const known = new Map(SERVICE_PARAMETERS.map((parameter) => [parameter.name, parameter]));

/** By name, exact. */
export function findServiceParameter(name: string): ServiceParameter | undefined {
  return known.get(name);
}

/** A parameter whose value is another than the default. */
export const serviceParameterValue = z
  .strictObject({
    name: z
      .string()
      .refine((name) => known.has(name), "unknown service parameter")
      .describe("Its name."),
    value: z
      .union([z.number(), z.string().max(256), z.boolean()], "expected a number, text, or true or false")
      .describe("Its value; range and default: docs/service-parameters.md."),
  })
  .superRefine(({ name, value }, context) => {
    const result = known.get(name)?.schema.safeParse(value);
    if (result === undefined || result.success) return;
    context.addIssue({
      code: "custom",
      path: ["value"],
      message: result.error.issues[0]?.message ?? "is out of range",
    });
  });
export type ServiceParameterValue = z.infer<typeof serviceParameterValue>;
