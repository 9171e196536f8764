import { SwitchError } from "../../common/index.ts";
import { FEATURE_CODES } from "../../database/index.ts";
import type { DialPlanExplanation } from "../../signals/index.ts";
import { dialedFeature, type DialedFeature } from "./dialed-feature.ts";
import type { EmergencyPlan } from "./emergency.ts";
import type { DialPlan, DialQuery, FoundCaller } from "./plan/dial-plan.ts";

/** What an explanation needs to know. */
export interface ExplainContext {
  readonly plan: DialPlan;
  /** Time of day for time schedules, ms since 1970 UTC. */
  readonly nowMs: number;
  readonly services: NonNullable<DialQuery["services"]>;
  /** Where emergency calls go; undefined: nowhere. */
  readonly emergency: EmergencyPlan | undefined;
}

const MAX_LENGTH = 128;

/**
 * Tells where digits would lead a device, or a line on the first device that has it, and why. Turns of circular route groups
 * are not taken: they are shown from their first trunk.
 * @param from name of a device, `1001@internal`, or a number
 * @throws {SwitchError} `unknown-caller`, `bad-digits`
 */
export function explainDialed(
  from: string,
  digits: string,
  { plan, nowMs, services, emergency }: ExplainContext,
): DialPlanExplanation {
  if (digits === "" || digits.length > MAX_LENGTH || /\p{Cc}/u.test(digits)) {
    throw new SwitchError("bad-digits", `expected 1 to ${MAX_LENGTH} characters to dial`);
  }
  const caller = plan.findCaller(from);
  if (caller === undefined) throw new SwitchError("unknown-caller", `no device and no line is ${from}`);
  const query: DialQuery = {
    partitions: plan.callerSpace(caller),
    nowMs,
    zone: plan.callerZone(caller),
    services,
    ...(caller.number === undefined ? {} : { callingNumber: caller.number }),
  };
  const dialing: Dialing = { from, digits, query, emergency, plan };
  return ofFeature(caller, dialing) ?? ofNumber(dialing);
}

interface Dialing extends Pick<ExplainContext, "plan" | "emergency"> {
  readonly from: string;
  readonly digits: string;
  readonly query: DialQuery;
}

function ofNumber({ from, digits, query, emergency, plan }: Dialing): DialPlanExplanation {
  const device = emergency?.numbers.has(digits) === true ? emergency.device.name : undefined;
  if (device === undefined) return plan.explain(digits, query, from);
  const text = `It is an emergency number, which goes to ${device} whatever the patterns are.`;
  return withoutLookup({ from, digits, query }, { kind: "emergency", text, devices: [device] });
}

/** Undefined when no code of a feature was dialed. */
function ofFeature({ device, isTrunk }: FoundCaller, dialing: Dialing): DialPlanExplanation | undefined {
  const { digits, plan, emergency } = dialing;
  if (emergency?.numbers.has(digits) === true) return undefined;
  const match = plan.findFeature(digits);
  if (match === undefined) return undefined;
  const { feature, argument } = match;
  const facts = { feature, ...(argument === "" ? {} : { argument }) };
  const nowhere = (text: string): DialPlanExplanation =>
    withoutLookup(dialing, { kind: "nowhere", text, reason: "unknown-number", more: match.isIncomplete, ...facts });
  const code = `It is the code of ${feature}`;
  if (device === undefined || isTrunk === true) return nowhere(`${code}, which phones of the switch alone may dial.`);
  const dialed = dialedFeature(digits, device, plan);
  if (dialed?.kind === "speed-dial") return ofSpeedDial(dialed, dialing);
  if (dialed?.kind === "feature") {
    const text = `${code}: it ${FEATURE_CODES[feature].effect}.`;
    return withoutLookup(dialing, { kind: "feature", text, ...facts });
  }
  if (match.isIncomplete) return nowhere(`${code}, behind which more has to follow.`);
  return nowhere(
    feature === "speed-dial"
      ? `${code}, and the device has none there that can be dialed.`
      : `${code}, and ${argument} is no number.`,
  );
}

function ofSpeedDial(
  { place, dialed: { user, host } }: Extract<DialedFeature, { kind: "speed-dial" }>,
  dialing: Dialing,
): DialPlanExplanation {
  const speedDial = { place, dials: host === undefined ? user : `${user}@${host}` };
  const { plan } = dialing;
  const again = plan.findFeature(user);
  if (host !== undefined || again !== undefined) {
    const text = `Speed dial ${place} dials ${speedDial.dials}.`;
    return {
      ...withoutLookup(dialing, { kind: "feature", text, feature: "speed-dial", argument: String(place) }),
      speedDial,
    };
  }
  return { ...ofNumber({ ...dialing, digits: user }), digits: dialing.digits, speedDial };
}

type Facts = Omit<DialPlanExplanation["result"], "number" | "callingNumber" | "more"> & { readonly more?: boolean };

/** What is known without a look-up. */
function withoutLookup(
  { from, digits, query }: Pick<Dialing, "from" | "digits" | "query">,
  facts: Facts,
): DialPlanExplanation {
  const { callingNumber, nowMs } = query;
  const shown = callingNumber === undefined ? {} : { callingNumber };
  const result = { more: false, ...facts, number: digits, ...shown };
  return { digits, from, ...shown, at: new Date(nowMs).toISOString(), steps: [], result };
}
