import { withMore } from "../../../common/index.ts";
import type { RouteCommand, RouteMoment, RouteView } from "../../../signals/index.ts";
import type { ModelEvent } from "../model-event.ts";
import type { Why } from "../why.ts";
import type { Draft, Ringing, World } from "../world.ts";
import { refuse, succeed } from "./asker.ts";
import { timerOf, type FeatureMachine } from "./feature-machine.ts";
import { forgetLatest, redirect } from "./redirect.ts";
import type { Routing } from "./route-state.ts";

type EventOf<Type extends ModelEvent["type"]> = Extract<ModelEvent, { type: Type }>;
type CommandOf<Type extends RouteCommand["type"]> = Extract<RouteCommand, { type: Type }>;

/** Lists that may fail before the dialogue is over, so that an application that knows no better does not go on for ever. */
const MAX_LISTS = 10;

/** Redirects that a dialogue asks for have commands of this kind. */
const PREFIX = "route ";

/** A call is offered to a route point whose application routes: it is asked where the call goes. */
export function requestRoute(draft: Draft, event: EventOf<"route-request">): void {
  const { routes, sessions, calls } = draft.world;
  const { sessionId, device, selectMs, callerAddress } = event;
  const session = sessions.get(sessionId);
  const rung = ringingAt(draft, sessionId, device);
  const call = session === undefined ? undefined : calls.get(session.callId);
  if (session === undefined || call === undefined || rung === undefined) return;
  usedBy(draft, device, routes.get(sessionId));
  const before = routes.get(sessionId);
  // It has come back while its list is walked.
  if (isLive(before)) return;
  const count = (before?.count ?? 0) + 1;
  const { number, line = number } = rung.place.address;
  ask(
    draft,
    {
      routeId: `${sessionId}-r${count}`,
      sessionId,
      callId: session.callId,
      device,
      line,
      callingNumber: call.calling.number,
      calledNumber: call.called,
      ...(callerAddress === undefined ? {} : { callerAddress }),
      selectMs,
      state: "routing",
      count,
      ver: 0,
      destinations: [],
      attempt: -1,
      lists: 0,
    },
    "request",
  );
}

/** Another route point of the list has taken the call, where it is routed on. */
function usedBy(draft: Draft, device: string, routing: Routing | undefined): void {
  if (routing?.state !== "trying" || routing.device === device) return;
  forgetLatest(draft.world, routing.sessionId);
  use(draft, routing);
}

/** The application says where the call goes. Done when one of the list has taken it. */
export function selectRoute(draft: Draft, command: CommandOf<"route-select">, commandId: string): void {
  const routing = asked(draft, command, commandId);
  if (routing === undefined) return;
  draft.effects.push({ type: "stop-timer", timerId: timerOf("route", routing.sessionId, "select") });
  const { destinations } = command;
  tryNext(draft, withMore(routing, { destinations, attempt: -1, commandId }));
}

/** The dialogue is over, and the call stays at the route point. */
export function endRoute(draft: Draft, command: CommandOf<"route-end">, commandId: string): void {
  const routing = asked(draft, command, commandId);
  if (routing === undefined) return;
  end(draft, routing, "application");
  unroute(draft, routing, "ended");
  succeed(draft, { commandId }, routing.callId);
}

/** What happens to calls that are being routed, and what came of the redirects that their dialogues have asked for. */
export function watchRoutes(draft: Draft, event: ModelEvent): void {
  if (draft.world.routes.size === 0) return;
  const routing = "sessionId" in event ? draft.world.routes.get(event.sessionId) : undefined;
  if (routing !== undefined) follow(draft, routing, event);
  settle(draft, event.type === "reroute-refused" ? event.why : undefined);
}

/** Calls that are being set up do not outlive their process. */
export function endLostRoutes(draft: Draft): void {
  for (const routing of [...draft.world.routes.values()]) {
    if (draft.world.sessions.has(routing.sessionId)) continue;
    draft.effects.push({ type: "stop-timer", timerId: timerOf("route", routing.sessionId, "select") });
    if (isLive(routing)) end(draft, routing, "abandoned");
    draft.world.routes.delete(routing.sessionId);
  }
}

/** `id` is the session that is offered. */
export const ROUTE: FeatureMachine = {
  onTimer: (draft, id) => {
    const routing = draft.world.routes.get(id);
    if (routing?.state !== "routing") return;
    end(draft, routing, "timer-expired");
    unroute(draft, routing, "expired");
  },
};

function follow(draft: Draft, routing: Routing, event: ModelEvent): void {
  const { sessionId, state, device } = routing;
  if (event.type === "ended") return abandon(draft, routing);
  // Of one that is being tried its redirect tells.
  if (state !== "routing" && state !== "returning") return;
  if (event.type === "offering" && ringingAt(draft, sessionId, device) !== undefined) {
    if (state === "returning") tryNext(draft, routing);
  } else if (event.type === "offering") {
    const isOfFailure = event.feature === "forward-on-failure" || event.detail === "not-open";
    goneElsewhere(draft, routing, isOfFailure ? "owner-lost" : "application");
  } else if (event.type === "ringing" || event.type === "answered") goneElsewhere(draft, routing, "application");
}

function goneElsewhere(draft: Draft, routing: Routing, ended: NonNullable<Routing["ended"]>): void {
  const { commandId } = routing;
  leave(draft, routing, ended);
  if (commandId === undefined) return;
  refuse(
    draft,
    { commandId },
    "route-exhausted",
    "none of the destinations has taken the call, and it has gone elsewhere",
  );
}

function abandon(draft: Draft, routing: Routing): void {
  const { commandId, sessionId } = routing;
  if (isLive(routing)) {
    leave(draft, routing, "abandoned");
    if (commandId !== undefined) refuse(draft, { commandId }, "party-gone", "the caller has hung up");
  }
  draft.world.routes.delete(sessionId);
}

/** The results of redirects are no business of anybody else's. */
function settle(draft: Draft, why: Why | undefined): void {
  const { effects } = draft;
  for (let index = 0; index < effects.length; index += 1) {
    const effect = effects[index];
    if (effect?.type !== "result" || !effect.commandId.startsWith(PREFIX)) continue;
    effects.splice(index, 1);
    index -= 1;
    const routing = draft.world.routes.get(effect.commandId.slice(PREFIX.length));
    if (routing?.state !== "trying") continue;
    if (effect.result.ok) use(draft, routing);
    else fail(draft, routing, why);
  }
}

function use(draft: Draft, routing: Routing): void {
  const used = tell(draft, { ...routing, state: "used" }, "used");
  end(draft, used, "used");
  if (routing.commandId !== undefined) succeed(draft, { commandId: routing.commandId }, routing.callId);
}

function fail(draft: Draft, routing: Routing, why: Why | undefined): void {
  const isHere = ringingAt(draft, routing.sessionId, routing.device) !== undefined;
  const failed = tell(draft, { ...routing, state: "returning" }, "failed", why === undefined ? {} : { why });
  if (isHere) tryNext(draft, failed);
}

function tryNext(draft: Draft, routing: Routing): void {
  const attempt = routing.attempt + 1;
  const destination = routing.destinations[attempt];
  if (destination === undefined) return exhausted(draft, routing);
  const trying = tell(draft, { ...routing, state: "trying", attempt }, "attempt");
  const { callId, device, sessionId } = trying;
  redirect(
    draft,
    { type: "redirect", ...destination, device, callId, failureMode: "normal" },
    `${PREFIX}${sessionId}`,
    { isRoute: true },
  );
}

/** All of the list have failed: the application is asked again. */
function exhausted(draft: Draft, routing: Routing): void {
  const { commandId, ...rest } = routing;
  const lists = routing.lists + 1;
  if (commandId !== undefined)
    refuse(draft, { commandId }, "route-exhausted", "none of the destinations has taken the call");
  if (lists < MAX_LISTS) {
    return ask(draft, { ...rest, lists, state: "routing", destinations: [], attempt: -1 }, "re-route");
  }
  end(draft, { ...rest, lists }, "exhausted");
  unroute(draft, routing, "expired");
}

function ask(draft: Draft, routing: Routing, moment: RouteMoment): void {
  const { sessionId, selectMs } = routing;
  tell(draft, routing, moment, { selectMs });
  draft.effects.push({ type: "start-timer", timerId: timerOf("route", sessionId, "select"), delayMs: selectMs });
}

function unroute(draft: Draft, { sessionId, device }: Routing, reason: "expired" | "ended"): void {
  draft.effects.push({ type: "unroute", sessionId, device, reason });
}

/** The call has gone its way without a route. */
function leave(draft: Draft, routing: Routing, ended: NonNullable<Routing["ended"]>): void {
  draft.effects.push({ type: "stop-timer", timerId: timerOf("route", routing.sessionId, "select") });
  end(draft, routing, ended);
}

function end(draft: Draft, routing: Routing, ended: NonNullable<Routing["ended"]>): void {
  tell(draft, withMore(routing, { state: "ended", ended }), "end");
}

interface Told {
  readonly why?: Why;
  readonly selectMs?: number;
}

function tell(draft: Draft, before: Routing, moment: RouteMoment, { why, selectMs }: Told = {}): Routing {
  const routing: Routing = { ...before, ver: before.ver + 1 };
  draft.world.routes.set(routing.sessionId, routing);
  const route: RouteView = withMore(viewOf(routing), { ...(why === undefined ? {} : { why }) });
  draft.effects.push({ type: "route", moment, route, ...(selectMs === undefined ? {} : { selectMs }) });
  return routing;
}

/** All dialogues that go on. */
export function routesOf({ routes }: World): RouteView[] {
  return [...routes.values()].filter(isLive).map(viewOf);
}

function viewOf(routing: Routing): RouteView {
  const { routeId, ver, callId, device, line, callingNumber, calledNumber, callerAddress, ended } = routing;
  const destination = routing.destinations[routing.attempt];
  return withMore(
    { routeId, ver, callId, device, line, callingNumber, calledNumber },
    {
      state: routing.state === "returning" ? "trying" : routing.state,
      ...(callerAddress === undefined ? {} : { callerAddress }),
      ...(destination === undefined ? {} : { destination }),
      ...(ended === undefined ? {} : { ended }),
    },
  );
}

/** The dialogue that the application is to answer; undefined: it has been told why there is none. */
function asked(
  draft: Draft,
  { routeId, device }: { readonly routeId: string; readonly device: string },
  commandId: string,
): Routing | undefined {
  const routing = draft.world.routes.get(routeId.replace(/-r\d+$/, ""));
  if (routing?.routeId !== routeId || routing.device !== device) {
    refuse(draft, { commandId }, "route-unknown", `there is no route dialogue ${routeId} at ${device}`);
    return undefined;
  }
  if (routing.state === "routing") return routing;
  if (routing.ended === "timer-expired") refuse(draft, { commandId }, "route-expired", "the time to select is over");
  else refuse(draft, { commandId }, "route-state", `the route dialogue is in the state ${routing.state}`);
  return undefined;
}

function isLive(routing: Routing | undefined): boolean {
  return routing !== undefined && routing.state !== "ended";
}

function ringingAt(draft: Draft, sessionId: string, device: string): Ringing | undefined {
  const session = draft.world.sessions.get(sessionId);
  if (session?.stage !== "setup") return undefined;
  return session.ringing.find(({ place }) => place.devices.includes(device));
}
