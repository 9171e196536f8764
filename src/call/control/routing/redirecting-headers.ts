import { withMore } from "../../../common/index.ts";
import {
  formatDiversion,
  formatHistoryInfo,
  formatUri,
  parseUri,
  type HistoryEntry,
} from "../../../sip/message/index.ts";
import { localUri, NOBODY, type PresentedParty } from "../../identity/presented-identity.ts";
import { isPrivate, type Privacy } from "../../identity/privacy.ts";
import {
  bounded,
  CAUSE_OF_REASON,
  hidesHistory,
  type Redirection,
  type RedirectionHistory,
} from "../../identity/redirection-history.ts";
import type { RedirectReason } from "../../record/call-record.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";

/** Where a call goes after its last redirection. */
export interface RedirectedTo {
  readonly number: string;
  /** Request-URI. */
  readonly uri: string;
  /** It is a contact of the number; else it is the number's own URI. */
  readonly isContact: boolean;
  /** A peer of the trust domain. */
  readonly isTrusted: boolean;
  /** How the target is shown parties of the switch. */
  readonly show: (party: PresentedParty) => PresentedParty;
  /** What the caller wants. */
  readonly callerPrivacy: Privacy;
}

/** Entries of each header. */
const MAX_ENTRIES = 12;

/** What RFC 5806 calls what a feature has done. */
export const DIVERSION_OF_REDIRECT: Readonly<Record<RedirectReason, Redirection["reason"]>> = {
  unconditional: "unconditional",
  busy: "user-busy",
  "no-answer": "no-answer",
  unregistered: "unavailable",
  deflection: "deflection",
  transfer: "unknown",
  pickup: "unknown",
  park: "unknown",
  hunt: "unknown",
  unknown: "unknown",
};

/** A redirection as a target gets to see it. */
interface Shown extends Redirection {
  readonly uri: string;
  readonly isHidden: boolean;
}

/** Diversion, the last one first, and History-Info of a call that was redirected; none, when it was not. */
export function redirectingHeaders(history: RedirectionHistory, to: RedirectedTo): HeaderList {
  const shown = history.map((one) => shownTo(one, to));
  const diversions = bounded(shown, MAX_ENTRIES) as readonly Shown[];
  const targets = bounded(shown, MAX_ENTRIES - (to.isContact ? 2 : 1)) as readonly Shown[];
  return [
    ...diversions.toReversed().map((one) => ["Diversion", diversionOf(one)] as const),
    ...historyOf(targets, to).map((entry) => ["History-Info", formatHistoryInfo(entry)] as const),
  ];
}

function shownTo(one: Redirection, { isTrusted, show, callerPrivacy }: RedirectedTo): Shown {
  const { number, displayName, host } = one;
  const named = displayName === undefined ? { number } : { number, displayName };
  // What others have said of their numbers is passed on as they said it.
  const party: PresentedParty = host === undefined ? show(named) : named;
  const isHidden = one.isPrivate || isPrivate(party.privacy ?? []) || hidesHistory(callerPrivacy);
  if (isHidden && !isTrusted) {
    const { displayName: _displayName, ...rest } = one;
    return withMore(rest, { uri: NOBODY.uri, isHidden });
  }
  return { uri: localUri(party.number, host), isHidden, ...one, ...party };
}

function diversionOf({ uri, displayName, reason, count, isHidden }: Shown): string {
  return formatDiversion({ displayName, uri, reason, counter: count, privacy: isHidden ? "full" : "off" });
}

/** One target led to the next: each index is one deeper. */
function historyOf(redirections: readonly Shown[], to: RedirectedTo): HistoryEntry[] {
  if (redirections.length === 0) return [];
  const entries: HistoryEntry[] = [];
  const add = (uri: string, kind: "mp" | "rc", more: Partial<HistoryEntry> = {}): void => {
    const before = entries.at(-1)?.index;
    const target = before === undefined ? undefined : { kind, index: before };
    const index = before === undefined ? "1" : `${before}.1`;
    entries.push({ uri, index, target, reasons: [], isPrivate: false, ...more });
  };
  let cause: number | undefined;
  for (const { uri, displayName, reason, isHidden } of redirections) {
    const from = cause;
    cause = CAUSE_OF_REASON[reason];
    const reasons = [{ protocol: "SIP", cause }];
    add(withCause(uri, from), "mp", { displayName, reasons, isPrivate: isHidden && to.isTrusted });
  }
  if (to.isContact) {
    add(withCause(localUri(to.number), cause), "mp");
    add(to.uri, "rc");
  } else add(withCause(to.uri, cause), "mp");
  return entries;
}

/** RFC 4458: why the call came to a target. */
function withCause(text: string, cause: number | undefined): string {
  const uri = cause === undefined ? undefined : parseUri(text);
  if (uri?.ok !== true) return text;
  return formatUri({ ...uri.value, params: new Map([...uri.value.params, ["cause", String(cause)]]) });
}
