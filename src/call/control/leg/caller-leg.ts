import { detached, type Ids } from "../../../common/index.ts";
import { tagOf, type SipMessage } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import { privacyOf } from "../../identity/privacy.ts";
import type { HeaderList, IncomingRequest } from "../../signaling/signaling-port.ts";
import { adoptAbilities } from "../headers/capabilities.ts";
import { MAX_HOPS } from "../invite-check.ts";
import { dialogOfRequest } from "./leg-dialog.ts";
import { dialogIdOf, type Leg, type LegDevice, type LegRegistration } from "./leg.ts";
import type { SessionDecision } from "../session/session-interval.ts";

const SUBJECT_LENGTH = 256;

/** The leg of a device that calls. */
export function callerLeg(
  request: IncomingRequest,
  device: SipPhone | Peer,
  { session }: Extract<SessionDecision, { kind: "agree" }>,
  { ids, identity, edgeMemory, registration, isUrgent }: CallerFacts,
): Leg {
  const { message, source } = request;
  const localTag = `s${ids.token(7)}`;
  const sipCallId = detached(message.get("call-id") ?? "");
  const remoteTag = detached(tagOf(message.get("from") ?? "") ?? "");
  const leg: Leg = {
    dialogId: dialogIdOf(sipCallId, remoteTag),
    sipCallId,
    localTag,
    remoteTag,
    device: identity,
    source,
    latch: device.profile.media.latch ? "any" : "candidates",
    policy: device.profile.session,
    allowsUpdate: false,
    session,
    dialog: dialogOfRequest(request, localTag, edgeMemory),
    ...(registration === undefined ? {} : { registration }),
    ...(isUrgent ? { takesAnyCodec: true } : {}),
  };
  adoptAbilities(leg, message);
  return leg;
}

export interface CallerFacts {
  readonly ids: Ids;
  /** As the other party gets to see it. */
  readonly identity: LegDevice;
  readonly edgeMemory: string | undefined;
  readonly registration: LegRegistration | undefined;
  readonly isUrgent: boolean;
}

/** What of the caller's INVITE the callee gets to see. */
export function branchHeaders(message: SipMessage, hops: number): HeaderList {
  const headers: [string, string][] = [["Max-Forwards", String(Math.min(hops, MAX_HOPS) - 1)]];
  const subject = message.get("subject");
  // RFC 3323 5.3: what tells of a user who wants to be private is left out.
  const isHidden = privacyOf(message).includes("user");
  if (!isHidden && subject !== undefined && subject !== "" && subject.length <= SUBJECT_LENGTH)
    headers.push(["Subject", subject]);
  return headers;
}
