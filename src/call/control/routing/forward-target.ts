import { withMore } from "../../../common/index.ts";
import type { Forward, ForwardingKind } from "../../../database/index.ts";
import type { LineForwarding } from "../../device/index.ts";
import { parseDialed, type Dialed } from "../../digit-analysis/index.ts";
import type { BranchRoute, Diversion } from "../../model/index.ts";

/** Where a call goes that is forwarded. */
export interface ForwardTarget {
  readonly dialed: Dialed;
  /** What it is looked up in; absent: what the line and its device may dial. */
  readonly callingSearchSpace?: string;
}

/** Why a line's call goes elsewhere. */
export type LineDiversion = Exclude<Diversion, "no-coverage" | "deflected">;

/** Which forwarding a call needs that its branches have not taken. */
export const KIND_OF_DIVERSION: Readonly<Record<LineDiversion, ForwardingKind>> = {
  busy: "busy",
  "no-answer": "noAnswer",
  unregistered: "unregistered",
  "on-failure": "onFailure",
};

const DIVERSIONS = ["busy", "no-answer", "unregistered", "on-failure"] as const;

/** Where a line's calls go when there is no target for that: who cannot be had answers no more than who does not. */
export const INSTEAD_OF: Readonly<Partial<Record<ForwardingKind, ForwardingKind>>> = { onFailure: "noAnswer" };

/** Where a line's calls go for a reason; undefined: they do not. @param isExternal the call comes from a trunk */
export function forwardTarget(
  line: LineForwarding,
  kind: ForwardingKind,
  isExternal: boolean,
): ForwardTarget | undefined {
  const forward = line.forwarding[kind];
  const dialed = forward === undefined ? undefined : dialedBy(forward, line, isExternal);
  if (forward === undefined || dialed === undefined) return undefined;
  const { callingSearchSpace } = forward;
  return { dialed, ...(callingSearchSpace === undefined ? {} : { callingSearchSpace }) };
}

/** The same as it is configured, in digits or as a URI: where a call goes that is established. */
export function forwardText(line: LineForwarding, kind: ForwardingKind, isExternal: boolean): string | undefined {
  const forward = line.forwarding[kind];
  return forward === undefined ? undefined : wantedBy(forward, line, isExternal);
}

/** A line's branches, with when the call goes elsewhere instead of being refused, and no ringing beyond CFNA. */
export function withDiversions(route: BranchRoute, line: LineForwarding, isExternal: boolean): BranchRoute {
  const diverts = DIVERSIONS.filter((one) => {
    const kind = KIND_OF_DIVERSION[one];
    return [kind, INSTEAD_OF[kind]].some((each) => each && forwardTarget(line, each, isExternal) !== undefined);
  });
  if (!diverts.includes("no-answer")) return withDiverts(route, diverts);
  let leftMs = line.noAnswerSeconds * 1_000;
  const groups = route.groups.flatMap((group) => {
    const ringMs = Math.min(group.ringMs, leftMs);
    leftMs -= ringMs;
    return ringMs > 0 ? [{ ...group, ringMs }] : [];
  });
  return withDiverts({ ...route, groups }, diverts);
}

/** A route that goes elsewhere for more reasons; a phone may always say where to (RFC 3261 8.1.3.4). */
export function withDiverts(route: BranchRoute, diverts: readonly Diversion[]): BranchRoute {
  return withMore(route, { diverts: [...new Set([...(route.diverts ?? []), ...diverts, "deflected" as const])] });
}

function dialedBy(forward: Forward, line: LineForwarding, isExternal: boolean): Dialed | undefined {
  const target = wantedBy(forward, line, isExternal);
  return target === undefined ? undefined : dialedBySetting(target);
}

function wantedBy(forward: Forward, { voiceMail }: LineForwarding, isExternal: boolean): string | undefined {
  const wanted = isExternal ? forward.external : forward.internal;
  return wanted === "voice-mail" ? voiceMail : wanted;
}

/** What an application dials, in digits or as a URI: a URI that cannot be dialed leads nowhere. */
export function dialedByCommand(to: string): Dialed {
  return dialedBySetting(to) ?? { user: to };
}

/** What a destination of the configuration dials; undefined: nothing that can be. */
export function dialedBySetting(target: string): Dialed | undefined {
  if (!/^(?:sips?|tel):/i.test(target)) return { user: target };
  const parsed = parseDialed(target);
  return parsed.ok ? parsed.value : undefined;
}
