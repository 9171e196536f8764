/** What a call by a trunk may be refused for. */
export const TOLL_GUARDS = ["international", "premium", "calls-per-hour", "concurrent-calls"] as const;
export type TollGuardName = (typeof TOLL_GUARDS)[number];
