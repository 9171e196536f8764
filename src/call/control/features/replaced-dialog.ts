import { parseReplaces, type Replaces, type SipMessage } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import type { CallTable, LegEntry } from "../call-table.ts";
import type { Leg } from "../leg/leg.ts";
import { rejection, type Rejection } from "../rejection.ts";
import type { FeatureCall } from "../routing/routed-call.ts";
import { legIdOf } from "./leg-facts.ts";

const NO_DIALOG = rejection(481, "no-dialog");

/** What an INVITE asks for that is to take the place of a dialog, or why it may not; undefined: it is an ordinary one. */
export type ReplacementRequest = FeatureCall | ({ readonly kind: "rejected" } & Rejection);

/**
 * Reads Replaces of an INVITE. A phone may take the place of itself, and of another one that has the same line.
 * @see RFC 3891 3
 */
export function replacementAsked(
  message: SipMessage,
  device: SipPhone | Peer,
  table: Pick<CallTable, "findByTag">,
): ReplacementRequest | undefined {
  // RFC 3911: nobody is let into a dialog by that.
  if (message.has("join")) return rejected(NO_DIALOG);
  const [value, ...others] = message.getAll("replaces");
  if (value === undefined) return undefined;
  const replaces = parseReplaces(value);
  if (!replaces.ok || others.length > 0) return rejected(rejection(400, "replaces"));
  const entry = dialogNamed(table, replaces.value);
  if (entry?.session.sideOf(entry.leg) === undefined) return rejected(NO_DIALOG);
  if (!mayReplace(device, entry.leg)) return rejected(rejection(403, "replaces"));
  if (entry.session.call.state !== "established") return rejected(NO_DIALOG);
  if (replaces.value.earlyOnly) return rejected(rejection(486, "not-early"));
  return { kind: "feature", feature: { kind: "replaces", legId: legIdOf(entry.leg) } };
}

/** The leg whose dialog that is; phones have been seen to confuse the tags. */
export function dialogNamed(
  table: Pick<CallTable, "findByTag">,
  { sipCallId, toTag, fromTag }: Replaces,
): LegEntry | undefined {
  for (const [localTag, remoteTag] of [
    [toTag, fromTag],
    [fromTag, toTag],
  ] as const) {
    const entry = table.findByTag(localTag);
    if (entry?.leg.sipCallId === sipCallId && entry.leg.remoteTag === remoteTag) return entry;
  }
  return undefined;
}

function mayReplace(device: SipPhone | Peer, { device: replaced }: Leg): boolean {
  if (device.kind === "peer" || replaced.kind === "peer") return false;
  return device.name === replaced.name || device.line === replaced.line;
}

function rejected(reason: Rejection): ReplacementRequest {
  return { kind: "rejected", ...reason };
}
