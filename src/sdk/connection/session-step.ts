/** The states of a session with one of several servers, without sockets and timers. */
export interface SessionState {
  readonly phase:
    /** A connection is being made. */
    | "connecting"
    /** `provider.open` is on its way. */
    | "opening"
    /** Another session than before, or one that knows less: what was subscribed to and opened is asked for again. */
    | "restoring"
    | "in-service"
    /** All servers have failed: the next round comes when the timer fires. */
    | "waiting"
    | "shutdown";
  /** Place of the server in the list. */
  readonly server: number;
  readonly servers: number;
  /** Servers in a row that have failed. */
  readonly failures: number;
  /** A session that may be resumed. */
  readonly isHeld: boolean;
  /** What was subscribed to and opened is there in the session. */
  readonly isRestored: boolean;
  /** It has been in service before. */
  readonly hasServed: boolean;
}

export type SessionEvent =
  | { readonly type: "connected" }
  /** The link could not be made, is lost, or silent. `isBroken`: what came makes no sense, so that not all is known. */
  | { readonly type: "lost"; readonly isBroken?: true }
  | { readonly type: "opened"; readonly mode: OpenMode }
  /** `forgotten`: the session cannot be resumed; `elsewhere`: another server, or this one later; `final`: no server will do. */
  | { readonly type: "refused"; readonly kind: "forgotten" | "elsewhere" | "final" }
  | { readonly type: "restored" }
  | { readonly type: "timer" }
  /** The session has been left, and is to go on with another server. */
  | { readonly type: "move"; readonly server: number }
  | { readonly type: "close" };

export type OpenMode = "new" | "resumed" | "resnapshot";

export type SessionEffect =
  | { readonly type: "connect" }
  | { readonly type: "open"; readonly resumes: boolean }
  | { readonly type: "restore" }
  /** Commands that have no answer are sent again. */
  | { readonly type: "go-on" }
  | { readonly type: "drop-link" }
  | { readonly type: "wait"; readonly delayMs: number }
  | { readonly type: "stop-waiting" }
  | { readonly type: "tell"; readonly what: "lost" | "resumed" | "resnapshot" | "opened" | "shutdown" };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/** A session that has not begun. */
export function beginSession(servers: number): SessionStep {
  const state: SessionState = {
    phase: "connecting",
    server: 0,
    servers,
    failures: 0,
    isHeld: false,
    isRestored: false,
    hasServed: false,
  };
  return { state, effects: [{ type: "connect" }] };
}

/** Advances a session. Pure: the caller performs the effects in order. */
export function stepSession(state: SessionState, event: SessionEvent): SessionStep {
  if (state.phase === "shutdown") return { state, effects: [] };
  switch (event.type) {
    case "connected":
      if (state.phase !== "connecting") return { state, effects: [] };
      return { state: { ...state, phase: "opening" }, effects: [{ type: "open", resumes: state.isHeld }] };
    case "opened":
      return state.phase === "opening" ? opened(state, event.mode) : { state, effects: [] };
    case "refused":
      return state.phase === "opening" || state.phase === "restoring"
        ? refused(state, event.kind)
        : { state, effects: [] };
    case "restored":
      if (state.phase !== "restoring") return { state, effects: [] };
      return served(state, state.hasServed ? "resnapshot" : "opened");
    case "lost":
      if (state.phase === "waiting") return { state, effects: [] };
      return lost(event.isBroken === true ? { ...state, isRestored: false } : state);
    case "timer":
      if (state.phase !== "waiting") return { state, effects: [] };
      return { state: { ...state, phase: "connecting" }, effects: [{ type: "connect" }] };
    case "move":
      return moved(state, event.server);
    case "close":
      return shutDown(state);
  }
}

function moved(state: SessionState, server: number): SessionStep {
  const told: SessionEffect[] = state.phase === "in-service" ? [{ type: "tell", what: "lost" }] : [];
  const next: SessionState = { ...state, phase: "connecting", server, failures: 0, isHeld: false };
  return { state: next, effects: [{ type: "stop-waiting" }, { type: "drop-link" }, ...told, { type: "connect" }] };
}

function opened(state: SessionState, mode: OpenMode): SessionStep {
  if (mode === "resumed" && state.isRestored) return served(state, "resumed");
  const next: SessionState = { ...state, phase: "restoring", isHeld: true, isRestored: false };
  return { state: next, effects: [{ type: "restore" }] };
}

function served(state: SessionState, what: "resumed" | "resnapshot" | "opened"): SessionStep {
  const next: SessionState = { ...state, phase: "in-service", failures: 0, isRestored: true, hasServed: true };
  return { state: next, effects: [{ type: "tell", what }, { type: "go-on" }] };
}

function refused(state: SessionState, kind: "forgotten" | "elsewhere" | "final"): SessionStep {
  if (kind === "final") return shutDown(state);
  if (kind === "elsewhere") return lost(state);
  return { state: { ...state, phase: "opening", isHeld: false }, effects: [{ type: "open", resumes: false }] };
}

/** Servers are tried one after the other; after each round there is a pause, which doubles. */
function lost(state: SessionState): SessionStep {
  const told: SessionEffect[] = state.phase === "in-service" ? [{ type: "tell", what: "lost" }] : [];
  if (state.phase === "in-service") {
    // The server that had the session is the one that can resume it.
    const next: SessionState = { ...state, phase: "waiting" };
    return { state: next, effects: [{ type: "drop-link" }, ...told, { type: "wait", delayMs: FIRST_DELAY_MS }] };
  }
  const failures = state.failures + 1;
  const next: SessionState = { ...state, failures, server: (state.server + 1) % state.servers };
  if (failures % state.servers !== 0) {
    return { state: { ...next, phase: "connecting" }, effects: [{ type: "drop-link" }, { type: "connect" }] };
  }
  const rounds = failures / state.servers;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(rounds - 1, 10), MAX_DELAY_MS);
  return { state: { ...next, phase: "waiting" }, effects: [{ type: "drop-link" }, { type: "wait", delayMs }] };
}

function shutDown(state: SessionState): SessionStep {
  const effects: SessionEffect[] = [
    { type: "stop-waiting" },
    { type: "drop-link" },
    { type: "tell", what: "shutdown" },
  ];
  return { state: { ...state, phase: "shutdown" }, effects };
}
