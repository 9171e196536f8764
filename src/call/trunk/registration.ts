/**
 * The registration of a trunk (RFC 3261 10.2). `waiting`: the next attempt has its time; `trying`: a REGISTER is under
 * way; `registered`: until its refresh is due; `leaving`: the last one is under way. `isBound` counts for calls: a
 * refresh that fails leaves the binding until it expires.
 */
export interface Registration {
  readonly state: "idle" | "waiting" | "trying" | "registered" | "leaving" | "ended";
  readonly isBound: boolean;
  /** What is asked for: as configured, or what a 423 has raised it to. */
  readonly expiresSeconds: number;
  /** One after the other, since the last success. */
  readonly failures: number;
  /** Why the last attempt failed; undefined after a success. */
  readonly reason: string | undefined;
  /** A 423 has been obeyed in this attempt; another is a failure. */
  readonly hasRaised: boolean;
  /** What was sent is not what is configured any more. */
  readonly isOutdated: boolean;
  /** It ends as soon as the REGISTER under way has its answer: there is one at a time (RFC 3261 10.2). */
  readonly isToLeave: boolean;
}

/** `spread` is random, 0 up to 1. */
export type RegistrationEvent =
  | { readonly type: "start"; readonly delayMs: number }
  /** A binding that was made before a restart. */
  | { readonly type: "resume"; readonly leftMs: number; readonly delayMs: number }
  | { readonly type: "due" }
  | { readonly type: "registered"; readonly grantedSeconds: number; readonly spread: number }
  | { readonly type: "too-brief"; readonly minSeconds: number; readonly spread: number }
  | {
      readonly type: "failed";
      readonly reason: string;
      /** The registrar has refused it and is not likely to think better of it soon: 401, 403, 404 and the like. */
      readonly isRefusal: boolean;
      readonly retryAfterSeconds?: number;
      readonly spread: number;
    }
  /** Nobody was asked: there is no edge. */
  | { readonly type: "not-sent" }
  | { readonly type: "expired" }
  /** The configuration has changed, or there is an edge again. */
  | { readonly type: "renew"; readonly expiresSeconds: number; readonly delayMs: number }
  | { readonly type: "leave" }
  /** The last REGISTER has had its answer, or none. */
  | { readonly type: "left" };

export type RegistrationEffect =
  /** 0 ends the binding. */
  | { readonly type: "send"; readonly expiresSeconds: number }
  /** In the place of the one before. */
  | { readonly type: "start-timer"; readonly delayMs: number }
  | { readonly type: "start-expiry"; readonly delayMs: number }
  | { readonly type: "stop-timers" };

type Step = { readonly registration: Registration; readonly effects: readonly RegistrationEffect[] };

/** A registrar that grants next to nothing is not asked more often than this. */
const MIN_REFRESH_MS = 5_000;
/** For a REGISTER that is repeated until its end (32 s), and some. */
const LEAD_MS = 40_000;
const FIRST_WAIT_MS = 5_000;
const FIRST_WAIT_AFTER_REFUSAL_MS = 60_000;
const MAX_WAIT_MS = 1_800_000;
const MAX_RETRY_AFTER_SECONDS = 86_400;
const MAX_EXPIRES_SECONDS = 86_400;
const WITHOUT_EDGE_MS = 5_000;

export function newRegistration(expiresSeconds: number): Registration {
  return {
    state: "idle",
    isBound: false,
    expiresSeconds,
    failures: 0,
    reason: undefined,
    hasRaised: false,
    isOutdated: false,
    isToLeave: false,
  };
}

/** Advances a registration. Pure: the caller performs the effects in order. */
export function stepRegistration(registration: Registration, event: RegistrationEvent): Step {
  const { state } = registration;
  switch (event.type) {
    case "start":
      return state === "idle" ? wait(registration, event.delayMs) : stay(registration);
    case "resume":
      return state === "idle" ? resume(registration, event) : stay(registration);
    case "due":
      if (state !== "waiting" && state !== "registered") return stay(registration);
      return attempt({ ...registration, hasRaised: false, isOutdated: false });
    case "registered":
      return state === "trying" ? registered(registration, event) : stay(registration);
    case "too-brief":
      return state === "trying" ? raise(registration, event) : stay(registration);
    case "failed":
      return state === "trying" ? failed(registration, event) : stay(registration);
    case "not-sent":
      return state === "trying" ? goOn(registration, WITHOUT_EDGE_MS) : stay(registration);
    case "expired":
      return stay({ ...registration, isBound: false });
    case "renew":
      return renew(registration, event);
    case "leave":
      return leave(registration);
    case "left":
      return state === "leaving" ? stay({ ...registration, state: "ended", isBound: false }) : stay(registration);
  }
}

/** How long after a success the next REGISTER goes: in good time, and not at the time of all others. */
function refreshDelayMs(grantedMs: number, spread: number): number {
  const leadMs = Math.min(grantedMs / 2, Math.max(LEAD_MS, grantedMs / 10));
  const latestMs = grantedMs - leadMs;
  return Math.max(MIN_REFRESH_MS, Math.round(latestMs - spread * Math.min(leadMs, latestMs / 5)));
}

/** After an attempt that has come to nothing. */
function goOn(registration: Registration, delayMs: number): Step {
  return registration.isToLeave ? part(registration) : wait(registration, delayMs);
}

function stay(registration: Registration): Step {
  return { registration, effects: [] };
}

function wait(registration: Registration, delayMs: number): Step {
  return { registration: { ...registration, state: "waiting" }, effects: [{ type: "start-timer", delayMs }] };
}

function attempt(registration: Registration): Step {
  return {
    registration: { ...registration, state: "trying" },
    effects: [{ type: "send", expiresSeconds: registration.expiresSeconds }],
  };
}

function resume(registration: Registration, { leftMs, delayMs }: { leftMs: number; delayMs: number }): Step {
  return {
    registration: { ...registration, state: "registered", isBound: true },
    effects: [
      { type: "start-expiry", delayMs: leftMs },
      { type: "start-timer", delayMs },
    ],
  };
}

function registered(registration: Registration, { grantedSeconds, spread }: Granted): Step {
  if (registration.isToLeave) return part({ ...registration, isBound: true });
  const grantedMs = grantedSeconds * 1_000;
  const delayMs = registration.isOutdated ? 0 : refreshDelayMs(grantedMs, spread);
  return {
    registration: { ...registration, state: "registered", isBound: true, failures: 0, reason: undefined },
    effects: [
      { type: "start-expiry", delayMs: grantedMs },
      { type: "start-timer", delayMs },
    ],
  };
}

type Granted = Extract<RegistrationEvent, { type: "registered" }>;
type TooBrief = Extract<RegistrationEvent, { type: "too-brief" }>;
type Failed = Extract<RegistrationEvent, { type: "failed" }>;
type Renew = Extract<RegistrationEvent, { type: "renew" }>;

/** RFC 3261 10.2.8. */
function raise(registration: Registration, { minSeconds, spread }: TooBrief): Step {
  if (registration.isToLeave) return part(registration);
  const isUseful = minSeconds > registration.expiresSeconds && minSeconds <= MAX_EXPIRES_SECONDS;
  if (registration.hasRaised || !isUseful) {
    return failed(registration, { type: "failed", reason: "423", isRefusal: true, spread });
  }
  return attempt({ ...registration, expiresSeconds: minSeconds, hasRaised: true });
}

function failed(registration: Registration, { reason, isRefusal, retryAfterSeconds = 0, spread }: Failed): Step {
  const next = { ...registration, failures: registration.failures + 1, reason };
  if (registration.isOutdated) return goOn(next, 0);
  const firstMs = isRefusal ? FIRST_WAIT_AFTER_REFUSAL_MS : FIRST_WAIT_MS;
  const wholeMs = Math.min(MAX_WAIT_MS, firstMs * 2 ** Math.min(registration.failures, 20));
  // RFC 5626 4.5: a random time between half and all of it, so that all trunks do not come back at once.
  const waitMs = Math.round(wholeMs * (1 - spread / 2));
  const askedMs = Math.min(retryAfterSeconds, MAX_RETRY_AFTER_SECONDS) * 1_000;
  return goOn(next, Math.max(waitMs, askedMs > 0 ? askedMs + Math.round(spread * FIRST_WAIT_MS) : 0));
}

function renew(registration: Registration, { expiresSeconds, delayMs }: Renew): Step {
  const next = { ...registration, expiresSeconds };
  switch (registration.state) {
    case "trying":
      return stay({ ...next, isOutdated: true });
    case "waiting":
    case "registered":
      return { registration: { ...next, failures: 0 }, effects: [{ type: "start-timer", delayMs }] };
    case "idle":
    case "leaving":
    case "ended":
      return stay(next);
  }
}

function leave(registration: Registration): Step {
  const { state } = registration;
  if (state === "leaving" || state === "ended") return stay(registration);
  const leaving = { ...registration, isToLeave: true };
  return state === "trying" ? { registration: leaving, effects: [{ type: "stop-timers" }] } : part(leaving);
}

function part(registration: Registration): Step {
  const { isBound } = registration;
  const effects: RegistrationEffect[] = [{ type: "stop-timers" }];
  if (isBound) effects.push({ type: "send", expiresSeconds: 0 });
  return { registration: { ...registration, state: isBound ? "leaving" : "ended" }, effects };
}
