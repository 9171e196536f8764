/** Judges source addresses: rates and bans. */
export { type Ban, type BanReason, type BanTimes } from "./ban-list.ts";
export { LeakyBuckets, type Rate } from "./leaky-buckets.ts";
export { SourceGuard, type GuardSettings, type SourceGuardOptions } from "./source-guard.ts";
