import type { Fault } from "./fault.ts";

/** Whether something is dialed behind a code. */
export type FeatureArgument = "none" | "optional" | "required";

interface FeatureCode {
  /** The service parameter that holds the code. */
  readonly parameter: string;
  readonly default: string;
  readonly argument: FeatureArgument;
  /** What dialing it does. */
  readonly effect: string;
}

/** What phones do by dialing a code: codes may be changed, or switched off, as service parameters. */
export const FEATURE_CODES = {
  transfer: code(
    "Transfer",
    "*40",
    "optional",
    "sends the call that the phone has on hold to the number that follows, or joins its two calls, and leaves them",
  ),
  conference: code("Conference", "*41", "none", "joins all calls of the phone in a conference"),
  park: code("Park", "*42", "none", "parks the call that the phone has on hold on a free number"),
  barge: code(
    "Barge",
    "*43",
    "optional",
    "enters a call of the extension that follows, or of the phone's own shared line",
  ),
  "forward-all-on": code(
    "ForwardAllOn",
    "*72",
    "required",
    "forwards all calls of the line to the number that follows",
  ),
  "forward-all-off": code("ForwardAllOff", "*73", "none", "forwards them no more"),
  "speed-dial": code("SpeedDial", "*75", "required", "dials the speed dial of the device whose place, from 1, follows"),
  "do-not-disturb-on": code("DoNotDisturbOn", "*78", "none", "lets the phone ring no more"),
  "do-not-disturb-off": code("DoNotDisturbOff", "*79", "none", "lets it ring again"),
  "group-pickup": code("GroupPickup", "*80", "none", "takes a call that rings in the pickup group of the line"),
  "other-group-pickup": code(
    "OtherGroupPickup",
    "*81",
    "required",
    "takes a call that rings in the pickup group whose number follows",
  ),
  "directed-pickup": code("DirectedPickup", "*82", "required", "takes a call that rings at the extension that follows"),
  "privacy-on": code("PrivacyOn", "*83", "none", "keeps others that share the line out of the phone's calls"),
  "privacy-off": code("PrivacyOff", "*84", "none", "lets them in again"),
  "hunt-log-in": code("HuntLogIn", "*85", "none", "has line groups ring the line again"),
  "hunt-log-out": code("HuntLogOut", "*86", "none", "has them ring it no more"),
} as const satisfies Readonly<Record<string, FeatureCode>>;

/** What a feature code does. */
export type FeatureName = keyof typeof FEATURE_CODES;

export const FEATURE_NAMES = Object.keys(FEATURE_CODES) as readonly FeatureName[];

const featureOf: ReadonlyMap<string, FeatureName> = new Map(
  FEATURE_NAMES.map((feature) => [FEATURE_CODES[feature].parameter, feature]),
);

/** The feature whose code a service parameter is; undefined: it is none. */
export function featureOfParameter(name: string): FeatureName | undefined {
  return featureOf.get(name);
}

/**
 * What is wrong with the code of a feature beside those of the others: two are the same, or what is dialed behind one makes it
 * another one.
 * @param codes the codes as they are; empty: the feature is off
 */
export function featureCodeFaults(feature: FeatureName, codes: ReadonlyMap<FeatureName, string>): Fault[] {
  const own = codes.get(feature) ?? "";
  if (own === "") return [];
  for (const other of FEATURE_NAMES) {
    const code = codes.get(other) ?? "";
    if (other === feature || code === "") continue;
    const { parameter } = FEATURE_CODES[other];
    if (code === own) return [fault(`${parameter} is ${code}, too`)];
    if (takesMore(feature) && code.startsWith(own)) {
      return [fault(`begins ${parameter}, ${code}: what is dialed behind it could be that`)];
    }
    if (takesMore(other) && own.startsWith(code)) {
      return [fault(`begins with ${parameter}, ${code}, behind which more is dialed`)];
    }
  }
  return [];
}

function takesMore(feature: FeatureName): boolean {
  return FEATURE_CODES[feature].argument !== "none";
}

function fault(message: string): Fault {
  return { path: ["value"], message };
}

function code(name: string, byDefault: string, argument: FeatureArgument, effect: string): FeatureCode {
  return { parameter: `FeatureCode${name}`, default: byDefault, argument, effect };
}
