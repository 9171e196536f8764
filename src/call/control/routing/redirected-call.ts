import { withMore } from "../../../common/index.ts";
import type { ForwardingKind } from "../../../database/index.ts";
import type { SipPhone } from "../../device/index.ts";
import type { Destination } from "../../digit-analysis/index.ts";
import { redirectedBy, type RedirectionHistory } from "../../identity/redirection-history.ts";
import type { Diverted, FeatureReason } from "../../model/index.ts";
import type { RecordNumber, RecordRedirect, RedirectReason } from "../../record/call-record.ts";
import type { SipHeader } from "../../../signals/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import type { BranchTarget } from "../leg/branch.ts";
import { octets } from "../leg/caller-identity.ts";
import { DIVERSION_OF_REDIRECT } from "./redirecting-headers.ts";
import type { Redirecting } from "./redirecting.ts";
import { rejection } from "../rejection.ts";
import type { FeatureCall, RejectedCall, RoutedCall, SettingCall } from "./routed-call.ts";

/** `phone`: the first one that has the line; undefined: no device has it. */
export interface OfferedLine {
  readonly name: string;
  readonly phone: SipPhone | undefined;
}

/** What has been done to the call: for its record, by this switch; for who gets it, by all. */
export interface Redirected {
  readonly record: RecordRedirect | undefined;
  readonly history: RedirectionHistory;
  /** Header fields that who sent it elsewhere last has named for where it goes, through all forwardings; absent: none. */
  readonly headers?: HeaderList;
}

export const NOT_REDIRECTED: Redirected = { record: undefined, history: [] };
/** Q.850: exchange routing error. */
const ROUTING_ERROR = 25;
export const REASON_OF: Readonly<Record<ForwardingKind, RedirectReason>> = {
  all: "unconditional",
  busy: "busy",
  noAnswer: "no-answer",
  unregistered: "unregistered",
  onFailure: "unknown",
};
const REASON_OF_FEATURE: Readonly<Record<Diverted["feature"], RedirectReason>> = {
  redirect: "deflection",
  transfer: "transfer",
  "forward-on-failure": REASON_OF.onFailure,
};
export const FEATURE_OF: Readonly<Record<ForwardingKind, FeatureReason>> = {
  all: "forward-all",
  busy: "forward-busy",
  noAnswer: "forward-no-answer",
  unregistered: "forward-unregistered",
  onFailure: "forward-on-failure",
};

export function afterRedirect(before: Redirected, line: OfferedLine, reason: RedirectReason): Redirected {
  const { record, history } = before;
  const by = numberIn(line.name);
  const { originalCalled = by, originalReason = reason } = record ?? {};
  const name = line.phone?.displayName;
  return {
    ...before,
    record: { originalCalled, originalReason, lastRedirecting: by, lastReason: reason },
    history: redirectedBy(history, {
      number: octets(by.number),
      ...(name === undefined ? {} : { displayName: octets(name) }),
      reason: DIVERSION_OF_REDIRECT[reason],
      count: 1,
      isPrivate: false,
    }),
  };
}

/** Its INVITEs have these header fields from now on; none, where who sends it elsewhere has named none. */
export function withHeaders(
  { record, history }: Redirected,
  headers: readonly SipHeader[] | undefined = [],
): Redirected {
  if (headers.length === 0) return { record, history };
  return { record, history, headers: headers.map(({ name, value }) => [name, octets(value)] as const) };
}

/** Targets are told what has been done to the call. */
export function toldTargets<Some extends { readonly kind: string }>(
  routed: Some | RoutedCall,
  { history, headers }: Redirected,
): Some | RoutedCall {
  if (!isRouted(routed) || (history.length === 0 && headers === undefined)) return routed;
  const told = withMore(history.length === 0 ? {} : { redirections: history }, { ...(headers && { headers }) });
  return { ...routed, targets: mapTargets(routed.targets, told) };
}

function isRouted(routed: { readonly kind: string }): routed is RoutedCall {
  return routed.kind === "routed";
}

/** A call that has been established is sent to another number. @param line whose it was */
export function sentElsewhere(line: OfferedLine, { feature, originalCalled }: Diverted, to: string): Redirected {
  const sent = afterRedirect(NOT_REDIRECTED, line, REASON_OF_FEATURE[feature]);
  return withOriginal(sent, { dialed: { user: to }, ...(originalCalled === undefined ? {} : { originalCalled }) });
}

export function withOriginal(
  redirected: Redirected,
  { originalCalled, dialed }: Pick<Redirecting, "originalCalled" | "dialed">,
): Redirected {
  const { record } = redirected;
  if (record === undefined || originalCalled === undefined) return redirected;
  const number = originalCalled === "reset" ? dialed.user : originalCalled.number;
  return { ...redirected, record: withMore(record, { originalCalled: { number } }) };
}

export function mapTargets(targets: RoutedCall["targets"], more: Partial<BranchTarget>): Map<string, BranchTarget> {
  return new Map([...targets].map(([branchId, target]) => [branchId, Object.assign({}, target, more)]));
}

/** Number of the group that was dialed behind its code; undefined: something else was dialed. */
export function otherGroup(routed: RoutedCall | RejectedCall | FeatureCall | SettingCall): string | undefined {
  if (routed.kind !== "feature" || routed.feature.kind !== "code") return undefined;
  return routed.feature.code === "other-group-pickup" ? routed.feature.argument : undefined;
}

/** A number of a pilot, as what has redirected the call. @param pilot such as `5000@internal` */
export function pilotLine(pilot: string, number: string): OfferedLine {
  return { name: `${number}${pilot.slice(pilot.lastIndexOf("@"))}`, phone: undefined };
}

/** @param line such as `1001@internal` */
export function numberIn(line: string): RecordNumber {
  const at = line.lastIndexOf("@");
  return at < 0 ? { number: line } : { number: line.slice(0, at), partition: line.slice(at + 1) };
}

export function lineOf(destination: Destination): OfferedLine | undefined {
  if (destination.kind === "phone") return { name: destination.phone.line, phone: destination.phone };
  return destination.kind === "line" ? { name: destination.line, phone: destination.phones[0] } : undefined;
}

export function rejected(status: number, reason: string): RejectedCall {
  return { kind: "rejected", ...rejection(status, reason, [], ROUTING_ERROR) };
}
