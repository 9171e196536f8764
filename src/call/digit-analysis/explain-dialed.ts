import { SwitchError } from "../../common/index.ts";
import type { DialPlanExplanation } from "../../signals/index.ts";
import type { EmergencyPlan } from "./emergency.ts";
import type { DialPlan, DialQuery } from "./plan/dial-plan.ts";

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
  if (emergency?.numbers.has(digits) === true) return emergencyExplanation(from, digits, query, emergency);
  return plan.explain(digits, query, from);
}

function emergencyExplanation(
  from: string,
  digits: string,
  { nowMs, callingNumber }: DialQuery,
  { device }: EmergencyPlan,
): DialPlanExplanation {
  const text = `It is an emergency number, which goes to ${device.name} whatever the patterns are.`;
  const shown = callingNumber === undefined ? {} : { callingNumber };
  return {
    digits,
    from,
    ...shown,
    at: new Date(nowMs).toISOString(),
    steps: [],
    result: { kind: "emergency", text, number: digits, ...shown, more: false, devices: [device.name] },
  };
}
