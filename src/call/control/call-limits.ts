import type { Inventory, SipProfile } from "../device/index.ts";
import type { CallManagerSettings } from "./call-manager-options.ts";

/** Times and bounds of calls: those that are set, and the usual ones. */
export type CallLimits = Required<
  Pick<CallManagerSettings, "maxCalls" | "maxLegs" | "ringSeconds" | "serialRingSeconds" | "trunkTrySeconds">
>;

export function withDefaults(settings: CallManagerSettings): CallLimits {
  const { maxCalls, maxLegs = maxCalls * 4, ringSeconds = 180, serialRingSeconds = 20 } = settings;
  const { trunkTrySeconds = 4 } = settings;
  return { maxCalls, maxLegs, ringSeconds, serialRingSeconds, trunkTrySeconds };
}

/** The longest that anything rings. @param usual where a profile does not say */
export function longestRingSeconds(profiles: readonly SipProfile[], usual: number): number {
  return profiles.reduce((longest, profile) => Math.max(longest, profile.ringSeconds), usual);
}

/** The SIP profiles that devices have. */
export function profilesIn({ phones, peers }: Inventory): SipProfile[] {
  return [...new Set([...phones, ...peers].map(({ profile }) => profile))];
}
