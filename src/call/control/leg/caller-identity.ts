import { parseNameAddr, parseUri, unescapeUser, type SipMessage } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import { assertedIdentity, claimedIdentity, type Identity } from "../../identity/asserted-identity.ts";
import { ANONYMOUS } from "../../identity/presented-identity.ts";
import { privacyOf } from "../../identity/privacy.ts";
import type { LegDevice } from "./leg.ts";

/**
 * Who sends a request, as the other party gets to see it. A phone is what it is configured to be, whatever it claims;
 * a peer speaks for its own users, a trusted one by what it asserts.
 * @param mayHide its wish for privacy counts
 */
export function callerDevice(device: SipPhone | Peer, request: SipMessage, mayHide = true): LegDevice {
  const privacy = mayHide ? privacyOf(request) : [];
  const wished = privacy.length === 0 ? {} : { privacy };
  if (device.kind === "sip-phone") return { ...phoneDevice(device), ...wished };
  return { kind: "peer", name: device.name, ...peerIdentity(device, request), ...wished };
}

function peerIdentity({ trusted }: Peer, request: SipMessage): Identity & Pick<LegDevice, "isUnproven"> {
  const claimed = claimedIdentity(request);
  const asserted = trusted === true ? assertedIdentity(request) : undefined;
  if (asserted === undefined) return { isUnproven: true, ...(claimed ?? { number: ANONYMOUS }) };
  // A name that the assertion leaves out is that of From, when both are about the same number.
  return asserted.displayName === undefined && claimed?.number === asserted.number ? claimed : asserted;
}

/** The party that answers, as the caller gets to see it: what a trusted peer asserts, else who was called. */
export function connectedDevice(called: LegDevice, isTrusted: boolean, response: SipMessage): LegDevice {
  const privacy = privacyOf(response);
  const asserted = isTrusted ? assertedIdentity(response) : undefined;
  return { ...called, ...asserted, ...(privacy.length === 0 ? {} : { privacy }) };
}

export function phoneDevice({ name, directoryNumber, line, displayName }: SipPhone): LegDevice {
  return {
    kind: "sip-phone",
    name,
    number: octets(directoryNumber),
    line: octets(line),
    ...(displayName === undefined ? {} : { displayName: octets(displayName) }),
  };
}

/** User and host of From (of To for REGISTER), or empty: a claim, no more. */
export function claimOf(message: SipMessage, header: "from" | "to"): { readonly user: string; readonly host: string } {
  const parsed = parseNameAddr(message.get(header) ?? "");
  const uri = parsed.ok ? parseUri(parsed.value.uri) : undefined;
  if (uri?.ok !== true) return { user: "", host: "" };
  return { user: unescapeUser(uri.value.user ?? ""), host: uri.value.host.toLowerCase() };
}

/** UTF-8 octets, one character each. */
export function octets(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
