import { escapeUser, formatHost, formatNameAddr, type NameAddr } from "../../sip/message/index.ts";
import type { HeaderList } from "../signaling/signaling-port.ts";
import type { Identity } from "./asserted-identity.ts";
import { isPrivate, type Privacy } from "./privacy.ts";

/** A party, and what it wants the other to know of it. */
export interface PresentedParty extends Identity {
  /** Absent: nothing is asked. */
  readonly privacy?: Privacy;
  /** Nobody has proven who it is, or answers for it: a From of a peer. */
  readonly isUnproven?: boolean;
}

/** The number of one who has none. */
export const ANONYMOUS = "anonymous";

/** RFC 3323 4.1.1.3. */
export const NOBODY: NameAddr = { displayName: "Anonymous", uri: "sip:anonymous@anonymous.invalid", params: new Map() };

/** The edge puts its own address in place of `localhost`. */
export function localUri(number: string, host = "localhost"): string {
  return `sip:${escapeUser(number)}@${formatHost(host)}`;
}

/** From of a request for a party; nobody's, when it wants to be private: trusted peers know better by `asserted`. */
export function presentedFrom(party: PresentedParty, tag: string): string {
  const { number, displayName, privacy = [] } = party;
  const shown = isPrivate(privacy) ? NOBODY : { displayName, uri: localUri(number), params: new Map() };
  return `${formatNameAddr(shown)};tag=${tag}`;
}

/**
 * P-Asserted-Identity and Privacy for a trusted peer (RFC 3325 5): it is told who it is in any case, unless that is
 * nothing but a claim, and what it may do with that.
 * @param host of the URI; absent: the edge's
 */
export function asserted(party: PresentedParty, host?: string): HeaderList {
  const { number, displayName, privacy = [], isUnproven = false } = party;
  const headers: [string, string][] = [];
  if (number !== ANONYMOUS && !isUnproven) {
    const identity = { displayName, uri: localUri(number, host), params: new Map() };
    headers.push(["P-Asserted-Identity", formatNameAddr(identity)]);
  }
  if (privacy.length > 0) headers.push(["Privacy", privacy.join(";")]);
  return headers;
}
