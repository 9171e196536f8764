import { isLoopback } from "../../call/device/ip-address.ts";
import type { SipEdgeOptions } from "../../sip/index.ts";
import type { Neighbors } from "../configuration/neighbors.ts";
import type { NodeSettings } from "../node/node-file.ts";

/** Turns what the configuration says about sources into what the edge works with. */
export function guardSettings(
  { security }: Pick<NodeSettings, "security">,
  neighbors: Pick<Neighbors, "isKnown" | "isKnownCertificate">,
): NonNullable<SipEdgeOptions["guard"]> {
  const { malformedPerSecond, malformedBurst, requestsPerSecond, requestBurst } = security;
  return {
    settings: {
      malformed: { perSecond: malformedPerSecond, burst: malformedBurst },
      newRequests: requestsPerSecond === 0 ? undefined : { perSecond: requestsPerSecond, burst: requestBurst },
      bans: {
        firstSeconds: security.banSeconds,
        maxSeconds: Math.max(security.banSeconds, security.maxBanSeconds),
      },
    },
    isKnownCertificate: (names) => neighbors.isKnownCertificate(names),
    isKnown: (address) => address.startsWith("127.") || isLoopback(address) || neighbors.isKnown(address),
  };
}
