import type { Logger } from "../../common/index.ts";
import type { BodyOf, ConfigurationMirror } from "../../database/index.ts";
import { indexInventory, type Inventory } from "./inventory.ts";
import type { Peer } from "./peer.ts";
import type { SipPhone } from "./sip-phone.ts";
import type { SipProfile } from "./sip-profile.ts";

/** What of the node a stored inventory depends on. */
export interface StoredInventoryContext {
  readonly realm: string;
  readonly profiles: ReadonlyMap<string, SipProfile>;
  readonly logger: Logger;
}

type Endpoint = BodyOf<"phone" | "cti-port" | "route-point">;

/** Profiles that stand in for one that is not there (any more). */
const FALLBACK = { phone: "standard-phone", trunk: "trunk" } as const;

/** The devices of the configuration as call control looks them up. A phone whose profile is missing gets the standard one. */
export function storedInventory(mirror: ConfigurationMirror, context: StoredInventoryContext): Inventory {
  const endpoints: Endpoint[] = [
    ...mirror.of("phone").values(),
    ...mirror.of("cti-port").values(),
    ...mirror.of("route-point").values(),
  ];
  return indexInventory(
    context.realm,
    endpoints.flatMap((endpoint) => linesOf(endpoint, mirror, context)),
    [...mirror.of("trunk").values()].flatMap((trunk) => peerOf(trunk, context)),
    (line) => mirror.get("directory-number", line),
  );
}

function linesOf(endpoint: Endpoint, mirror: ConfigurationMirror, context: StoredInventoryContext): SipPhone[] {
  const { name, credentials, lines, maxCalls, tollGuard } = endpoint;
  const profile = profileOf(endpoint.profile, "phone", name, context);
  if (profile === undefined) return [];
  return lines.flatMap(({ directoryNumber: line, displayName: own }): SipPhone[] => {
    const body = mirror.get("directory-number", line);
    if (body === undefined) return [];
    const displayName = own ?? body.displayName;
    return [
      {
        kind: "sip-phone",
        name,
        directoryNumber: body.number,
        line,
        aor: `${line}/${name}`,
        ...(displayName === undefined ? {} : { displayName }),
        // Nobody can be this user without hashes.
        user: credentials?.user ?? `device ${name}`,
        ha1: (credentials?.ha1 ?? {}) as SipPhone["ha1"],
        profile,
        maxCalls,
        tollGuard,
      },
    ];
  });
}

function peerOf(trunk: BodyOf<"trunk">, context: StoredInventoryContext): Peer[] {
  const profile = profileOf(trunk.profile, "trunk", trunk.name, context);
  if (profile === undefined) return [];
  const { name, addresses, certificateNames, uri, prefixes, maxCalls, transit, trusted } = trunk;
  const { registration, sealedPassword, pingSeconds, callerId, inbound, outbound, tollGuard } = trunk;
  const known = { name, addresses, certificateNames, uri, prefixes, maxCalls, transit, trusted };
  const kept = { registration, sealedPassword, pingSeconds, callerId, inbound, outbound, tollGuard };
  return [{ kind: "peer", ...known, ...kept, profile }];
}

function profileOf(
  wanted: string,
  kind: SipProfile["kind"],
  device: string,
  { profiles, logger }: StoredInventoryContext,
): SipProfile | undefined {
  const profile = profiles.get(wanted);
  if (profile?.kind === kind) return profile;
  const fallback = profiles.get(FALLBACK[kind]);
  const usable = fallback?.kind === kind ? fallback : [...profiles.values()].find((one) => one.kind === kind);
  logger.warn("a device has a SIP profile that is not there", { device, profile: wanted, instead: usable?.name });
  return usable;
}
