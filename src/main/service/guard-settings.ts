import { AddressTable } from "../../call/device/address-table.ts";
import { isLoopback } from "../../call/device/ip-address.ts";
import type { SipEdgeOptions } from "../../sip/index.ts";
import type { NodeSettings } from "../node/node-file.ts";

/** Turns what the configuration says about sources into what the edge works with. */
export function guardSettings({
  security,
  peers,
}: Pick<NodeSettings, "security" | "peers">): NonNullable<SipEdgeOptions["guard"]> {
  const { malformedPerSecond, malformedBurst, requestsPerSecond, requestBurst } = security;
  const known = new AddressTable<true>();
  const certificates = new Set(peers.flatMap(({ certificateNames }) => certificateNames ?? []));
  // What two of them share is known as well.
  for (const block of [...security.neverBan, ...peers.flatMap(({ addresses }) => addresses)]) known.add(block, true);
  return {
    settings: {
      malformed: { perSecond: malformedPerSecond, burst: malformedBurst },
      newRequests: requestsPerSecond === 0 ? undefined : { perSecond: requestsPerSecond, burst: requestBurst },
      bans: {
        firstSeconds: security.banSeconds,
        maxSeconds: Math.max(security.banSeconds, security.maxBanSeconds),
      },
    },
    isKnownCertificate: (names) => names.some((name) => certificates.has(name)),
    isKnown: (address) => address.startsWith("127.") || isLoopback(address) || known.find(address) === true,
  };
}
