import { withMore } from "../../../common/index.ts";
import type { RelayEndpoint } from "../../../media/index.ts";
import {
  NEW_SESSION,
  restoredSession,
  type FeatureReason,
  type Outcome,
  type Session,
  type Side,
} from "../../model/index.ts";
import type { RecordRedirect, RedirectReason } from "../../record/call-record.ts";
import type { CountedCall } from "../../toll/index.ts";
import type { CallProgress, SessionOrigin } from "../session/call-progress.ts";
import type { HoldLog } from "../session/hold-log.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { LoggedLeg } from "../leg/leg-log.ts";

/** A call as it stands in the journal: one that is established, or as much of one that rings as its record needs. */
export interface SavedCall {
  readonly version: 1;
  readonly callId: string;
  readonly call: Session;
  readonly caller: Leg;
  /** Absent for a service of the switch, and while it rings. */
  readonly callee?: Leg;
  /** Where the number led, while it rings. */
  readonly called?: LegDevice;
  readonly endpoint?: RelayEndpoint;
  readonly calledNumber: string;
  /** Wall-clock milliseconds. */
  readonly startedAtMs: number;
  readonly ringingAtMs?: number;
  /** Absent while it rings. */
  readonly answeredAtMs?: number;
  /** Whose bounds it counts for, as one call by a trunk, or as several; absent: it is none. */
  readonly payers?: readonly CountedCall[];
  /** INVITEs of ours; the callee's has no device here. */
  readonly legs?: readonly LoggedLeg[];
  readonly holds?: HoldLog["holds"];
  readonly callerSource?: string;
  readonly redirect?: RecordRedirect;
  readonly origin?: SessionOrigin;
  /** Its legs are on file as those of another session: it is over, and waits for its record. Absent: it goes on. */
  readonly moved?: MovedSession;
}

/** What became of a session whose legs went on in another one. */
export interface MovedSession {
  readonly to: string;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

/** How a session has ended whose record may not be there yet. */
export interface EndedSession {
  readonly outcome: Outcome;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

/** A call as it goes into the journal. */
export function savedCallOf(
  progress: CallProgress,
  call: Session,
  { caller, callee }: { readonly caller: Leg; readonly callee: Leg | undefined },
  endpoint: RelayEndpoint | undefined,
): SavedCall {
  const { callId, calledNumber, startedAtMs, ringingAtMs, answeredAtMs = startedAtMs, callerSource } = progress;
  const { legs, holds, redirect } = progress;
  return {
    version: 1,
    callId,
    call,
    caller,
    ...(callee === undefined ? {} : { callee }),
    ...(endpoint === undefined ? {} : { endpoint }),
    calledNumber,
    startedAtMs,
    ...(ringingAtMs === undefined ? {} : { ringingAtMs }),
    answeredAtMs,
    ...(legs === undefined ? {} : { legs: legs.legs.map((leg) => withoutDevice(leg, callee)) }),
    ...(holds === undefined || !holds.hasAny ? {} : { holds: holds.holds }),
    ...(callerSource === undefined ? {} : { callerSource }),
    ...(redirect === undefined ? {} : { redirect }),
    ...(progress.origin === undefined ? {} : { origin: progress.origin }),
  };
}

/** A call that is made of legs that are up. */
export function joinedCallOf(
  callId: string,
  call: Session,
  { caller, callee }: { readonly caller: Leg; readonly callee: Leg | undefined },
  { endpoint, nowMs, origin, holding }: JoinedFacts,
): SavedCall {
  const redirect = redirectOf(origin);
  const holds = Object.fromEntries(holding.map((side) => [side, { count: 1, totalMs: 0, sinceMs: nowMs }]));
  return {
    version: 1,
    callId,
    call,
    caller,
    ...(callee === undefined ? {} : { callee }),
    ...(endpoint === undefined ? {} : { endpoint }),
    calledNumber: callee?.device.number ?? endpoint ?? "",
    startedAtMs: nowMs,
    answeredAtMs: nowMs,
    ...(holding.length === 0 ? {} : { holds }),
    origin,
    ...(redirect === undefined ? {} : { redirect }),
  };
}

/** What a session is made of that begins with legs that are up. */
export interface JoinedFacts {
  readonly endpoint: RelayEndpoint | undefined;
  readonly nowMs: number;
  readonly origin: SessionOrigin;
  /** Who holds already. */
  readonly holding: readonly Side[];
}

const REDIRECT_REASONS: Readonly<Partial<Record<FeatureReason, RedirectReason>>> = {
  transfer: "transfer",
  "blind-transfer": "transfer",
  park: "park",
  unpark: "park",
  "park-reminder": "park",
  pickup: "pickup",
};

/** What a feature does to a call by a session of its own, as records say it; undefined: it is no feature. */
export function redirectOf({ feature }: SessionOrigin): RecordRedirect | undefined {
  if (feature === "normal") return undefined;
  const lastReason = REDIRECT_REASONS[feature];
  return withMore(lastReason === undefined ? {} : { lastReason }, { onBehalfOf: feature });
}

/** A call whose INVITEs are on their way: should its process die now, the next one records that it was lost. */
export function ringingCallOf(progress: CallProgress, caller: Leg): SavedCall {
  const { callId, calledNumber, startedAtMs, ringingAtMs, callerSource, callee, legs, redirect } = progress;
  return {
    version: 1,
    callId,
    call: NEW_SESSION,
    caller,
    calledNumber,
    startedAtMs,
    ...(callee === undefined ? {} : { called: callee }),
    ...(ringingAtMs === undefined ? {} : { ringingAtMs }),
    ...(legs === undefined ? {} : { legs: legs.legs }),
    ...(callerSource === undefined ? {} : { callerSource }),
    ...(redirect === undefined ? {} : { redirect }),
    ...(progress.origin === undefined ? {} : { origin: progress.origin }),
  };
}

/** The INVITEs of ours that led to the call; an older version has recorded none. */
export function savedLegs({ legs, callee, startedAtMs, answeredAtMs = startedAtMs }: SavedCall): LoggedLeg[] {
  if (callee === undefined) return [...(legs ?? [])];
  const { sipCallId, device } = callee;
  const connectedAtMs = answeredAtMs;
  if (legs === undefined) return [{ sipCallId, device, startedAtMs, connectedAtMs, isAnswered: true }];
  return legs.map((leg) => ({ device, ...leg }));
}

function withoutDevice(leg: LoggedLeg, callee: Leg | undefined): LoggedLeg {
  if (leg.sipCallId !== callee?.sipCallId) return leg;
  const { device: _device, ...rest } = leg;
  return rest;
}

/** What of a journal's value can be taken up again; undefined: nothing. */
export function usableCall(saved: SavedCall): { readonly saved: SavedCall; readonly call: Session } | undefined {
  if (!isSavedCall(saved)) return undefined;
  const call = restoredSession(saved.call);
  return call === undefined ? undefined : { saved, call };
}

/** Journals are our own; what an older or newer version wrote is not. */
export function isSavedCall(value: unknown): value is SavedCall {
  if (typeof value !== "object" || value === null) return false;
  const saved = value as Partial<SavedCall>;
  if (saved.version !== 1 || typeof saved.callId !== "string") return false;
  return typeof saved.call === "object" && isLeg(saved.caller) && (saved.callee === undefined || isLeg(saved.callee));
}

export function isEndedSession(value: unknown): value is EndedSession {
  const { outcome, atMs } = (value ?? {}) as Partial<EndedSession>;
  return typeof outcome?.reason === "string" && typeof outcome.cause === "number" && typeof atMs === "number";
}

function isLeg(leg: Leg | undefined): leg is Leg {
  return leg !== undefined && typeof leg.dialogId === "string" && typeof leg.remoteTag === "string";
}
