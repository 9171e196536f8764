import { detached } from "../../common/index.ts";
import { parseNameAddr, parseUri, unescapeUser, type SipMessage } from "../../sip/message/index.ts";
import type { Peer, SipPhone } from "../device/index.ts";
import type { LegDevice } from "./leg.ts";

const MAX_LENGTH = 128;
const ANONYMOUS = "anonymous";

/**
 * Who calls, as the callee gets to see it. A phone is what it is configured to be, whatever its From says; a peer
 * speaks for its own users.
 */
export function callerDevice(device: SipPhone | Peer, invite: SipMessage): LegDevice {
  if (device.kind === "sip-phone") return phoneDevice(device);
  const from = parseNameAddr(invite.get("from") ?? "");
  const uri = from.ok ? parseUri(from.value.uri) : undefined;
  const user = uri?.ok === true ? unescapeUser(uri.value.user ?? "") : "";
  const number = isPrintable(user) ? detached(user) : ANONYMOUS;
  const displayName = from.ok ? from.value.displayName : undefined;
  const shown = displayName !== undefined && isPrintable(displayName) ? { displayName: detached(displayName) } : {};
  return { kind: "peer", name: device.name, number, ...shown };
}

export function phoneDevice({ name, directoryNumber, displayName }: SipPhone): LegDevice {
  return {
    kind: "sip-phone",
    name,
    number: octets(directoryNumber),
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

function isPrintable(text: string): boolean {
  return text !== "" && text.length <= MAX_LENGTH && !/[\x00-\x1f\x7f]/.test(text);
}
