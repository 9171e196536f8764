import { parseSessionExpires, parseTokenList, type SipMessage } from "../../../sip/message/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import type { AgreedSession, Leg, SessionPolicy } from "../leg/leg.ts";

/** What a request for a session timer comes to. */
export type SessionDecision =
  | { readonly kind: "refuse"; readonly minSeconds: number }
  | { readonly kind: "agree"; readonly session: AgreedSession | undefined; readonly headers: HeaderList };

/** RFC 4028 4: shorter intervals are not allowed at all. */
const LEAST_SECONDS = 90;

/**
 * Decides on the session timer of a received INVITE or UPDATE.
 * @param current what was agreed before: it goes on when the request says nothing
 * @see RFC 4028 9
 */
export function decideSession(
  request: SipMessage,
  policy: SessionPolicy,
  current: AgreedSession | undefined,
): SessionDecision {
  const asked = sessionExpiresOf(request);
  const minSeconds = Math.max(LEAST_SECONDS, policy.minSeconds, minSeOf(request));
  const isSupported = supportsTimer(request);
  if (asked === undefined) {
    const seconds = current?.seconds ?? (policy.expiresSeconds === 0 ? 0 : Math.max(policy.expiresSeconds, minSeconds));
    if (seconds === 0) return { kind: "agree", session: undefined, headers: [] };
    const isRemote = isSupported && current?.refresher !== "local";
    return agree(seconds, isRemote ? "remote" : "local");
  }
  const floor = Math.max(LEAST_SECONDS, policy.minSeconds);
  if (asked.seconds < floor && isSupported) return { kind: "refuse", minSeconds: floor };
  const wanted = policy.expiresSeconds === 0 ? asked.seconds : Math.min(asked.seconds, policy.expiresSeconds);
  const isRemote = isSupported && asked.refresher !== "uas";
  return agree(Math.max(wanted, minSeconds), isRemote ? "remote" : "local");
}

/** The headers of a request of ours that keeps, or asks for, a session timer. */
export function sessionRequestHeaders({ session, policy }: Pick<Leg, "session" | "policy">, minSe = 0): HeaderList {
  if (session !== undefined) {
    const refresher = session.refresher === "local" ? "uac" : "uas";
    return [["Session-Expires", `${session.seconds};refresher=${refresher}`]];
  }
  if (policy.expiresSeconds === 0 && minSe === 0) return [];
  const minSeconds = Math.max(LEAST_SECONDS, policy.minSeconds, minSe);
  const refresher = policy.isRemoteToRefresh ? ";refresher=uas" : "";
  return [
    ["Session-Expires", `${Math.max(policy.expiresSeconds, minSeconds)}${refresher}`],
    ["Min-SE", String(minSeconds)],
  ];
}

/** What a 2xx to a request of ours agrees on; an interval that is not allowed counts as the least that is. */
export function sessionOfResponse(response: SipMessage): AgreedSession | undefined {
  const agreed = sessionExpiresOf(response);
  if (agreed === undefined) return undefined;
  return {
    seconds: Math.max(LEAST_SECONDS, agreed.seconds),
    refresher: agreed.refresher === "uas" ? "remote" : "local",
  };
}

/** Min-SE of a 422, or 0. */
export function minSeOf(message: SipMessage): number {
  const value = message.get("min-se");
  const parsed = value === undefined ? undefined : parseSessionExpires(value);
  return parsed?.ok === true ? parsed.value.seconds : 0;
}

function agree(seconds: number, refresher: AgreedSession["refresher"]): SessionDecision {
  const headers: [string, string][] = [
    ["Session-Expires", `${seconds};refresher=${refresher === "remote" ? "uac" : "uas"}`],
  ];
  // RFC 4028 9: the one who refreshes must know that it has to.
  if (refresher === "remote") headers.push(["Require", "timer"]);
  return { kind: "agree", session: { seconds, refresher }, headers };
}

function sessionExpiresOf(message: SipMessage): { seconds: number; refresher?: "uac" | "uas" | undefined } | undefined {
  const value = message.get("session-expires");
  const parsed = value === undefined ? undefined : parseSessionExpires(value);
  return parsed?.ok === true ? parsed.value : undefined;
}

function supportsTimer(message: SipMessage): boolean {
  const tokens = parseTokenList([...message.getAll("supported"), ...message.getAll("require")]);
  return tokens.ok && tokens.value.some((token) => token.toLowerCase() === "timer");
}
