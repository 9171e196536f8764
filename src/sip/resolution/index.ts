/** Finds where requests go (RFC 3263): next hops of URIs, and their targets by NAPTR, SRV and address records. */
export { nextHopOf, protocolOf, type NextHop } from "./next-hop.ts";
export { NOTHING_MORE, TargetResolver, type MoreTargets, type ResolutionOptions } from "./target-resolver.ts";
