import { parseCSeq, parseDigits, type SipMessage } from "../../sip/message/index.ts";
import type { Peer, SipPhone } from "../device/index.ts";
import { isImpossible, privacyOf } from "../identity/privacy.ts";
import { accepts } from "./headers/accept.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { sessionBody } from "./session/session-body.ts";
import { decideSession, type SessionDecision } from "./session/session-interval.ts";

/** An INVITE that may become a call. */
export interface CheckedInvite {
  readonly sdp: string | undefined;
  readonly session: Extract<SessionDecision, { kind: "agree" }>;
  readonly hops: number;
}

/** Max-Forwards of a request that says nothing of it. */
export const MAX_HOPS = 70;
const SDP = "application/sdp";

/** RFC 3261 8.2.2 to 8.2.3, as far as it does not depend on where the call goes. */
export function checkInvite(message: SipMessage, device: SipPhone | Peer, mayHide: boolean): CheckedInvite | Rejection {
  const hops = parseDigits(message.get("max-forwards") ?? String(MAX_HOPS), 255);
  if (!hops.ok) return rejection(400, "max-forwards");
  if (hops.value === 0) return rejection(483, "too-many-hops");
  if (!parseCSeq(message.get("cseq") ?? "").ok) return rejection(400, "cseq");
  if (!accepts(message, SDP)) return rejection(406, "accept");
  if (mayHide && isImpossible(privacyOf(message))) return rejection(500, "privacy");
  const body = sessionBody(message);
  if (body.kind === "unsupported") {
    return rejection(415, "body", [
      ["Accept", SDP],
      ["Accept-Encoding", "identity"],
    ]);
  }
  const session = decideSession(message, device.profile.session, undefined);
  if (session.kind === "refuse") return rejection(422, "session-interval", [["Min-SE", String(session.minSeconds)]]);
  return { sdp: body.kind === "sdp" ? body.sdp : undefined, session, hops: hops.value };
}
