import { parseUri, unescapeUser } from "../../sip/message/index.ts";
import type { Peer } from "../device/peer.ts";
import type { PresentedParty } from "../identity/presented-identity.ts";
import type { Privacy } from "../identity/privacy.ts";
import { transformNumber } from "./transform-number.ts";

/** The number that a trunk is sent for one that leads to it; may be empty, when nothing is left of it. */
export function outboundNumber({ outbound }: Pick<Peer, "outbound">, number: string): string {
  return transformNumber(number, outbound);
}

/** The number that goes to digit analysis for one that a trunk has called; may be empty. */
export function inboundNumber({ inbound }: Pick<Peer, "inbound">, number: string): string {
  return transformNumber(number, inbound);
}

/**
 * The caller as a trunk gets to see it. A fixed number is the administrator's word, so it is not unproven.
 * @param mayHide false for emergency calls: who is called for help has to know who calls
 */
export function callerForTrunk<Party extends PresentedParty>(
  { callerId }: Pick<Peer, "callerId">,
  caller: Party,
  mayHide = true,
): Party {
  if (callerId === undefined) return caller;
  const { fixed, number, withhold } = callerId;
  const shown =
    fixed === undefined
      ? { ...caller, number: transformNumber(caller.number, number) || caller.number }
      : { ...caller, number: userOf(fixed), isUnproven: false };
  return withhold && mayHide ? { ...shown, privacy: hidden(caller.privacy ?? []) } : shown;
}

function hidden(privacy: Privacy): Privacy {
  return [...new Set([...privacy.filter((value) => value !== "none"), "id"])];
}

/** A number, or the user part of a URI, as octets. */
function userOf(destination: string): string {
  const uri = parseUri(destination);
  return uri.ok && uri.value.user !== undefined ? unescapeUser(uri.value.user) : destination;
}
