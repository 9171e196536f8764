import { detached, withMore } from "../../common/index.ts";
import {
  parseDiversion,
  parseHistoryInfo,
  parseUri,
  unescapeUser,
  type HistoryEntry,
  type SipMessage,
} from "../../sip/message/index.ts";
import { privacyOf, type Privacy } from "./privacy.ts";

/** Why a call went elsewhere, in the words of RFC 5806. */
export type DiversionReason =
  | "unconditional"
  | "user-busy"
  | "no-answer"
  | "unavailable"
  | "deflection"
  | "time-of-day"
  | "do-not-disturb"
  | "follow-me"
  | "out-of-service"
  | "away"
  | "unknown";

/** One time that a call was sent elsewhere: by whom, and why. Text is octets, one character each. */
export interface Redirection {
  readonly number: string;
  readonly displayName?: string;
  /** Of its URI; absent: ours. */
  readonly host?: string;
  readonly reason: DiversionReason;
  /** How often in a row, 1 to 99. */
  readonly count: number;
  /** Nobody outside the trust domain is told who it was. */
  readonly isPrivate: boolean;
}

/** What has happened to a call on its way here, the first one first; at most 12. */
export type RedirectionHistory = readonly Redirection[];

/** Redirections that are kept: the first one, which says who was called, and the last ones. */
export const MAX_REDIRECTIONS = 12;
const MAX_TEXT = 128;

/** The SIP status that stands for each reason in History-Info (RFC 4458, RFC 7544). */
export const CAUSE_OF_REASON: Readonly<Record<DiversionReason, number>> = {
  unconditional: 302,
  "user-busy": 486,
  "no-answer": 408,
  unavailable: 503,
  deflection: 480,
  "time-of-day": 404,
  "do-not-disturb": 404,
  "follow-me": 404,
  "out-of-service": 404,
  away: 404,
  unknown: 404,
};
const REASONS = Object.keys(CAUSE_OF_REASON) as readonly DiversionReason[];
const REASON_OF_CAUSE: ReadonlyMap<number, DiversionReason> = new Map([
  [302, "unconditional"],
  [486, "user-busy"],
  [408, "no-answer"],
  [503, "unavailable"],
  [480, "deflection"],
  [487, "deflection"],
]);

/** A history with one more redirection. */
export function redirectedBy(history: RedirectionHistory, redirection: Redirection): RedirectionHistory {
  return bounded([...history, redirection]);
}

/** How often a call has been redirected in all. */
export function redirectionsIn(history: RedirectionHistory): number {
  return history.reduce((sum, { count }) => sum + count, 0);
}

/** The first, and the last ones. @param most 1 and above */
export function bounded(history: RedirectionHistory, most = MAX_REDIRECTIONS): RedirectionHistory {
  const [first] = history;
  if (first === undefined || history.length <= most) return history;
  return [first, ...history.slice(history.length - most + 1)];
}

/**
 * What an INVITE says of its history, in Diversion or History-Info; of both, the one that says more. What cannot be read
 * says nothing. To be asked of trusted peers only.
 * @see RFC 5806, RFC 7044, RFC 7544 (the two together)
 */
export function receivedHistory(message: SipMessage): RedirectionHistory {
  const [diverted, told] = [fromDiversion(message), fromHistoryInfo(message)];
  const history = told.length > diverted.length ? told : diverted;
  const isHidden = hidesHistory(privacyOf(message));
  return bounded(history.map((one) => (isHidden ? { ...one, isPrivate: true } : one)));
}

/** RFC 7044 10.1: the caller wants nobody to know how the call came. */
export function hidesHistory(privacy: Privacy): boolean {
  return ["history", "header", "session"].some((value) => privacy.includes(value)) && !privacy.includes("none");
}

function fromDiversion(message: SipMessage): RedirectionHistory {
  const list = parseDiversion(message.getAll("diversion"));
  if (!list.ok) return [];
  return list.value.reverse().flatMap(({ displayName, uri, reason, counter, privacy }) => {
    const party = partyOf(uri, privacy === "name" ? undefined : displayName);
    if (party === undefined) return [];
    return [
      withMore(party, {
        reason: knownReason(reason),
        count: counter,
        isPrivate: privacy === "full" || privacy === "uri",
      }),
    ];
  });
}

function fromHistoryInfo(message: SipMessage): RedirectionHistory {
  const list = parseHistoryInfo(message.getAll("history-info"));
  if (!list.ok) return [];
  const entries = list.value;
  return entries.flatMap((entry, at) => {
    const next = entries.slice(at + 1).find(({ target }) => target?.kind === "mp" && target.index === entry.index);
    const party = next === undefined ? undefined : partyOf(entry.uri, entry.displayName);
    if (next === undefined || party === undefined) return [];
    const cause = causeIn(next.uri) ?? reasonOf(entry) ?? reasonBelow(entry, entries.slice(at + 1));
    return [
      withMore(party, { reason: REASON_OF_CAUSE.get(cause ?? 0) ?? "unknown", count: 1, isPrivate: entry.isPrivate }),
    ];
  });
}

/** RFC 4458: why the call was sent to a target. */
function causeIn(text: string): number | undefined {
  const uri = parseUri(text);
  const cause = uri.ok ? uri.value.params.get("cause") : undefined;
  return cause !== undefined && /^\d{3}$/.test(cause) ? Number(cause) : undefined;
}

function reasonOf({ reasons }: HistoryEntry): number | undefined {
  return reasons.find(({ protocol }) => protocol.toUpperCase() === "SIP")?.cause;
}

/** What the contacts of an address have said: theirs is why it was diverted. */
function reasonBelow({ index }: HistoryEntry, later: readonly HistoryEntry[]): number | undefined {
  const below = later.filter((one) => one.index.startsWith(`${index}.`));
  return below.map(reasonOf).findLast((cause) => cause !== undefined);
}

function partyOf(
  text: string,
  displayName: string | undefined,
): Pick<Redirection, "number" | "displayName" | "host"> | undefined {
  const uri = parseUri(text);
  if (!uri.ok || uri.value.opaque !== undefined) return undefined;
  const { user = "", host } = uri.value;
  const number = unescapeUser(user).split(";", 1)[0] ?? "";
  if (!isPrintable(number)) return undefined;
  return {
    number: detached(number),
    ...(host === "" ? {} : { host: detached(host.toLowerCase()) }),
    ...(displayName !== undefined && isPrintable(displayName) ? { displayName: detached(displayName) } : {}),
  };
}

function knownReason(text: string): DiversionReason {
  return REASONS.find((one) => one === text) ?? "unknown";
}

function isPrintable(text: string): boolean {
  return text !== "" && text.length <= MAX_TEXT && !/[\x00-\x1f\x7f]/.test(text);
}
