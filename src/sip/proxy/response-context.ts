/** How a proxy searches (RFC 3261 16.5 to 16.7): its targets and what came of them. */
export interface ResponseContext {
  readonly isInvite: boolean;
  readonly isSimultaneous: boolean;
  readonly followsRedirects: boolean;
  readonly branches: readonly ProxyBranch[];
  /** No branch is begun any more: the request was cancelled, or somebody refused for all (6xx). */
  readonly isClosed: boolean;
  /** A final response has gone upstream. */
  readonly isAnswered: boolean;
}

/** One target. */
export interface ProxyBranch {
  readonly uri: string;
  /**
   * `cancelling`: cancelled, its final response is waited for; `abandoned`: given up, of what still comes only a 2xx
   * counts.
   */
  readonly state: "waiting" | "calling" | "proceeding" | "cancelling" | "abandoned" | "final";
  /** Of its final response, or 408 for one that was given up; 0 before. */
  readonly status: number;
  /** Its Contacts became targets: it has no part in the best response. */
  readonly isRedirected: boolean;
  /** How many redirections led to it: those are followed before the next target is tried. */
  readonly depth: number;
}

export type ProxyTimer = "provisional" | "final" | "c";

export type ProxyEvent =
  | { readonly type: "start" }
  | {
      readonly type: "response";
      readonly branch: number;
      readonly status: number;
      readonly contacts: readonly string[];
    }
  /** There is no response, and will be none: time-out 408, cannot be reached 503, ourselves 482. */
  | { readonly type: "failed"; readonly branch: number; readonly status: number }
  | { readonly type: "timer"; readonly branch: number; readonly timer: ProxyTimer }
  /** The caller has cancelled. */
  | { readonly type: "cancel" };

export type ProxyEffect =
  | { readonly type: "send"; readonly branch: number; readonly uri: string }
  | { readonly type: "cancel"; readonly branch: number }
  | { readonly type: "start-timer"; readonly branch: number; readonly timer: ProxyTimer }
  | { readonly type: "stop-timer"; readonly branch: number; readonly timer: ProxyTimer }
  /** The response that is being handled goes upstream. */
  | { readonly type: "forward"; readonly branch: number }
  /** The final response of that branch goes upstream; without a branch one of ours with this status. */
  | { readonly type: "forward-best"; readonly branch: number | undefined; readonly status: number };

type Context = ResponseContext;
type Step = { readonly context: Context; readonly effects: readonly ProxyEffect[] };

/** Targets of one request, redirections included. */
export const MAX_BRANCHES = 32;
const TIMERS: readonly ProxyTimer[] = ["provisional", "final", "c"];
/** RFC 3261 16.7 step 6: 4xx responses that tell how the request could succeed. */
const PREFERRED = new Set([401, 407, 415, 420, 484]);

/** @param uris targets in order, at most `MAX_BRANCHES` */
export function newResponseContext(
  uris: readonly string[],
  options: Pick<Context, "isInvite" | "isSimultaneous" | "followsRedirects">,
): Context {
  return {
    ...options,
    branches: uris.slice(0, MAX_BRANCHES).map((uri) => waiting(uri)),
    isClosed: false,
    isAnswered: false,
  };
}

/** Advances one search. Pure: the caller performs the effects in order. */
export function stepProxy(context: Context, event: ProxyEvent): Step {
  switch (event.type) {
    case "start":
      return advance(context, []);
    case "response":
      return event.status < 200
        ? onProvisional(context, event.branch, event.status)
        : event.status < 300
          ? onSuccess(context, event.branch, event.status)
          : onFailure(context, event.branch, event.status, event.contacts);
    case "failed":
      return onFailure(context, event.branch, event.status, []);
    case "timer":
      return onTimer(context, event.branch, event.timer);
    case "cancel":
      return onCancel(context);
  }
}

function onProvisional(context: Context, branch: number, status: number): Step {
  const { state } = context.branches[branch] ?? waiting("");
  if (context.isAnswered || !isPending(state)) return { context, effects: [] };
  const effects: ProxyEffect[] = [{ type: "stop-timer", branch, timer: "provisional" }];
  // RFC 3261 16.7 step 2: each provisional response but 100 gives it another three minutes.
  if (context.isInvite && status > 100) effects.push({ type: "start-timer", branch, timer: "c" });
  if (status > 100) effects.push({ type: "forward", branch });
  return { context: state === "calling" ? changed(context, branch, { state: "proceeding" }) : context, effects };
}

/** RFC 3261 16.7 steps 5 and 10: each 2xx to INVITE goes upstream at once, and ends the search. */
function onSuccess(context: Context, branch: number, status: number): Step {
  const state = context.branches[branch]?.state;
  if (state === undefined || state === "waiting") return { context, effects: [] };
  if (context.isAnswered && !context.isInvite) return { context, effects: [] };
  const answered = changed(context, branch, { state: "final", status });
  const effects: ProxyEffect[] = [...stopTimers(branch), { type: "forward", branch }];
  return giveUpOthers({ ...answered, isAnswered: true, isClosed: true }, "abandoned", effects);
}

function onFailure(context: Context, branch: number, status: number, contacts: readonly string[]): Step {
  const { state, depth } = context.branches[branch] ?? waiting("");
  if (!isPending(state) && state !== "cancelling") return { context, effects: [] };
  const targets = status < 400 && context.followsRedirects && !context.isClosed ? newTargets(context, contacts) : [];
  let next = changed(context, branch, { state: "final", status, isRedirected: targets.length > 0 });
  const added = targets.map((uri) => waiting(uri, depth + 1));
  next = { ...next, branches: [...next.branches, ...added] };
  const effects = stopTimers(branch);
  if (status < 600 || next.isAnswered) return advance(next, effects);
  const refused = giveUpOthers({ ...next, isClosed: true }, "cancelling", effects);
  return advance(refused.context, refused.effects);
}

function onTimer(context: Context, branch: number, timer: ProxyTimer): Step {
  const { state } = context.branches[branch] ?? waiting("");
  if (context.isAnswered || !isPending(state)) return { context, effects: [] };
  if (timer === "provisional" && state !== "calling") return { context, effects: [] };
  const effects: ProxyEffect[] = [...stopTimers(branch), { type: "cancel", branch }];
  // RFC 3261 16.8: after timer C the final response to the CANCELled INVITE is waited for.
  if (timer === "c" && state === "proceeding") {
    return { context: changed(context, branch, { state: "cancelling" }), effects };
  }
  return advance(changed(context, branch, { state: "abandoned", status: 408 }), effects);
}

/** RFC 3261 16.10: no further target is tried; what comes of the CANCELs is the answer. */
function onCancel(context: Context): Step {
  if (context.isAnswered) return { context, effects: [] };
  const { context: next, effects } = giveUpOthers({ ...context, isClosed: true }, "cancelling", []);
  return advance(next, effects);
}

/** Cancels every branch that is pending. */
function giveUpOthers(
  context: Context,
  state: "abandoned" | "cancelling",
  before: readonly ProxyEffect[],
): { readonly context: Context; readonly effects: readonly ProxyEffect[] } {
  const effects = [...before];
  let next = context;
  context.branches.forEach((each, branch) => {
    if (!isPending(each.state)) return;
    effects.push(...stopTimers(branch), { type: "cancel", branch });
    next = changed(next, branch, state === "abandoned" ? { state, status: 408 } : { state });
  });
  return { context: next, effects };
}

/** Begins what can begin; when nothing can and nothing is pending, the best response goes upstream. */
function advance(context: Context, before: readonly ProxyEffect[]): Step {
  if (context.isAnswered) return { context, effects: before };
  const effects = [...before];
  let next = context;
  for (const branch of waitingBranches(context)) {
    if (!next.isSimultaneous && isSearching(next)) break;
    next = changed(next, branch, { state: "calling" });
    effects.push(
      { type: "send", branch, uri: next.branches[branch]?.uri ?? "" },
      { type: "start-timer", branch, timer: "provisional" },
      { type: "start-timer", branch, timer: "final" },
    );
    if (next.isInvite) effects.push({ type: "start-timer", branch, timer: "c" });
  }
  if (isSearching(next)) return { context: next, effects };
  effects.push(bestOf(next));
  return { context: { ...next, isAnswered: true }, effects };
}

/** RFC 3261 16.7 step 6. */
function bestOf(context: Context): ProxyEffect {
  let best: number | undefined;
  context.branches.forEach((candidate, branch) => {
    if (candidate.isRedirected || candidate.status === 0) return;
    const known = best === undefined ? undefined : context.branches[best];
    if (known === undefined || rank(candidate.status) < rank(known.status)) best = branch;
  });
  const status = best === undefined ? 487 : (context.branches[best]?.status ?? 0);
  const isOwn = best === undefined || context.branches[best]?.state === "abandoned";
  return { type: "forward-best", branch: isOwn ? undefined : best, status };
}

function rank(status: number): number {
  if (status >= 600) return 0;
  // What a target said tells more than that one said nothing.
  if (status === 408) return 402;
  const hundreds = Math.floor(status / 100) * 100;
  return hundreds === 400 && !PREFERRED.has(status) ? hundreds + 1 : hundreds;
}

function newTargets({ branches }: Context, contacts: readonly string[]): string[] {
  const known = new Set(branches.map(({ uri }) => uri));
  const fresh = [...new Set(contacts)].filter((uri) => !known.has(uri));
  return fresh.slice(0, Math.max(0, MAX_BRANCHES - branches.length));
}

/** The branches that may begin, in the order to try them. */
function waitingBranches({ branches, isClosed }: Context): number[] {
  if (isClosed) return [];
  const waitingOnes = branches.flatMap(({ state, depth }, branch) => (state === "waiting" ? [{ branch, depth }] : []));
  return waitingOnes.sort((one, other) => other.depth - one.depth).map(({ branch }) => branch);
}

function isPending(state: ProxyBranch["state"]): boolean {
  return state === "calling" || state === "proceeding";
}

function isSearching({ branches }: Context): boolean {
  return branches.some(({ state }) => isPending(state) || state === "cancelling");
}

function stopTimers(branch: number): ProxyEffect[] {
  return TIMERS.map((timer) => ({ type: "stop-timer", branch, timer }));
}

function changed(context: Context, branch: number, change: Partial<ProxyBranch>): Context {
  return {
    ...context,
    branches: context.branches.map((each, index) => (index === branch ? { ...each, ...change } : each)),
  };
}

function waiting(uri: string, depth = 0): ProxyBranch {
  return { uri, state: "waiting", status: 0, isRedirected: false, depth };
}
