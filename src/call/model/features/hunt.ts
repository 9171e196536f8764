import { addConnection, disconnect, endWhenEmpty, setConnection } from "../call-changes.ts";
import type { Endpoint } from "../model-effect.ts";
import type { ModelEvent } from "../model-event.ts";
import type { HuntStep } from "../model-settings.ts";
import { attach } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { legOf, nameSession, putSession, type Draft, type ModelSession, type World } from "../world.ts";
import { timerOf, type FeatureMachine } from "./feature-machine.ts";
import type { QueuedCall } from "./hunt-state.ts";
import { connect as connectWith, oppositeAt, type Opposite } from "./transfers.ts";

const QUEUED: Why = { cause: 16, feature: "queueing", by: "system" };
const DEQUEUED: Why = { cause: 16, feature: "de-queueing", by: "system" };
/** Nobody has answered in time. */
const UNSERVED: Why = { cause: 19, feature: "queueing", by: "timer" };
/** Nobody has, and the pilot says where the call goes then. */
const UNCOVERED = { reasonBy: "timer", reasonDetail: "no-coverage" } as const;

/** Callers in all queues together. */
const MAX_QUEUED = 10_000;
/** After all members have been tried for a caller, before they are again. */
const PAUSE_MS = 5_000;

/** What a caller hears that the queue of a pilot takes; undefined: it has no room, or the pilot no queue. */
export function placeInQueue({ settings, queued }: World, pilot: string): Endpoint | undefined {
  const queue = settings.huntQueue(pilot);
  if (queue === undefined || queued.size >= MAX_QUEUED) return undefined;
  if (countOf(queued, pilot) >= queue.maxCallers) return undefined;
  return queue.announcement === undefined ? "music" : `announcement:music:${queue.announcement}`;
}

/** Callers wait there. */
export function hasQueued({ queued }: World, pilot: string): boolean {
  for (const one of queued.values()) if (one.pilot === pilot) return true;
  return false;
}

/** A caller is answered to wait. */
export function enqueue(draft: Draft, event: Extract<ModelEvent, { type: "queued" }>): void {
  const { pilot, number, leftMs } = event;
  const { legs, sessions, settings } = draft.world;
  const legId = event.legId ?? sessions.get(event.sessionId)?.caller;
  const leg = legId === undefined ? undefined : legs.get(legId);
  const session = leg && sessions.get(leg.sessionId);
  const queue = settings.huntQueue(pilot);
  const isUp = event.legId !== undefined;
  const isWaiting = isUp ? session?.endpoint !== undefined : session?.stage === "setup";
  if (leg === undefined || session === undefined || queue === undefined || !isWaiting) return;
  const { callId, sessionId: queueId } = session;
  for (const one of session.ringing) disconnect(draft, callId, one.connectionId, QUEUED);
  const connectionId = addConnection(draft, callId, { number, line: pilot }, QUEUED);
  setConnection(draft, callId, connectionId, "queued", QUEUED);
  putSession(draft, { ...session, ringing: [], purpose: { feature: "hunt", id: queueId } });
  const one: QueuedCall = {
    queueId,
    state: "arriving",
    callId,
    legId: leg.legId,
    device: leg.device,
    pilot,
    number,
    connectionId,
    maxWaitMs: Math.max(1, Math.min(queue.maxWaitSeconds * 1_000, leftMs)),
    ringing: [],
    tried: [],
    isPausing: false,
    isLate: false,
  };
  if (isUp) begin(draft, one);
  else put(draft, one);
}

/** Members may be free that were not: who waits longest is offered to them first. */
export function serveQueues(draft: Draft): void {
  const { queued } = draft.world;
  const rung = new Set([...queued.values()].flatMap(({ ringing }) => ringing));
  const steps = new Map<string, readonly HuntStep[]>();
  for (const one of [...queued.values()]) {
    if (one.state !== "waiting") continue;
    if (!isThere(draft, one)) {
      leave(draft, one, QUEUED);
      continue;
    }
    const known = steps.get(one.pilot) ?? draft.world.settings.huntSteps(one.pilot);
    const free = known.map((step) => without(step, rung)).filter(({ lines }) => lines.length > 0);
    steps.set(one.pilot, free);
    const next = free.flatMap(({ lines, ...step }) => {
      const untried = lines.filter((line) => !one.tried.includes(line));
      return untried.length === 0 ? [] : [{ ...step, lines: untried }];
    })[0];
    if (next === undefined) {
      if (free.length > 0 && !one.isPausing) pause(draft, one);
      continue;
    }
    for (const line of next.lines) rung.add(line);
    offer(draft, one, next);
  }
}

/** What a caller in a queue does with what happens. */
export const HUNT: FeatureMachine = {
  onAnswered: (draft, id, session, legId) => {
    const one = draft.world.queued.get(id);
    if (one?.state === "arriving" && legId === undefined) begin(draft, one);
    else if (one?.target === session.sessionId)
      connect(draft, one, oppositeAt(draft, session.sessionId, legId, session.endpoint));
  },
  onEnded: (draft, id, session, why) => {
    const one = draft.world.queued.get(id);
    if (one === undefined) return;
    if (one.target === session.sessionId) notAnswered(draft, one, why);
    else if (!draft.world.legs.has(one.legId)) leave(draft, one, why);
  },
  onLeaving: (draft, { legId }, why) => {
    for (const one of draft.world.queued.values()) {
      if (one.legId === legId) return leave(draft, one, why);
    }
  },
  onTimer: (draft, id, name) => {
    const one = draft.world.queued.get(id);
    if (one === undefined) return;
    if (name === "wait") expire(draft, one);
    else if (name === "pause") {
      put(draft, { ...one, tried: [], isPausing: false });
      serveQueues(draft);
    }
  },
  onPromptEnded: (draft, id, { sessionId }) => {
    const one = draft.world.queued.get(id);
    const leg = one === undefined ? undefined : draft.world.legs.get(one.legId);
    if (one !== undefined && leg?.sessionId === sessionId) playMusic(draft, one);
  },
};

function begin(draft: Draft, one: QueuedCall): void {
  put(draft, { ...one, state: "waiting" });
  draft.effects.push({ type: "start-timer", timerId: timerOf("hunt", one.queueId, "wait"), delayMs: one.maxWaitMs });
  serveQueues(draft);
}

function playMusic(draft: Draft, { queueId, callId, legId }: QueuedCall): void {
  const sessionId = attach(draft, callId, legId, "music", { why: QUEUED });
  const session = draft.world.sessions.get(sessionId);
  if (session !== undefined) putSession(draft, { ...session, purpose: { feature: "hunt", id: queueId } });
}

function offer(draft: Draft, one: QueuedCall, step: HuntStep): void {
  const { pilot, number } = one;
  const target = ring(draft, one, { to: number, hunt: { pilot, step }, feature: "de-queueing" });
  put(draft, { ...one, state: "offering", target, ringing: step.lines });
}

function ring(
  draft: Draft,
  { queueId, callId, legId, device }: QueuedCall,
  what: Pick<Extract<Draft["effects"][number], { type: "originate" }>, "to" | "hunt" | "feature">,
  more: Pick<ModelSession, "reasonBy" | "reasonDetail"> = {},
): string {
  const sessionId = nameSession(draft, callId);
  const purpose = { feature: "hunt", id: queueId } as const;
  putSession(draft, { sessionId, callId, stage: "setup", ringing: [], purpose, reason: what.feature, ...more });
  draft.effects.push({
    type: "originate",
    sessionId,
    callId,
    from: { legId },
    by: device,
    endpoint: "silence",
    ...what,
  });
  return sessionId;
}

/** Another feature may have taken the caller elsewhere. */
function isThere({ world: { legs, sessions } }: Draft, { queueId, legId }: QueuedCall): boolean {
  const purpose = sessions.get(legs.get(legId)?.sessionId ?? "")?.purpose;
  return purpose?.feature === "hunt" && purpose.id === queueId;
}

/** Somebody has answered, or a service is where calls without coverage go: the caller has its turn. */
function connect(draft: Draft, one: QueuedCall, to: Opposite | undefined): void {
  const { callId, legId, connectionId } = one;
  if (!isThere(draft, one)) return leave(draft, one, QUEUED);
  const leg = legOf(draft, legId);
  forget(draft, one);
  disconnect(draft, callId, connectionId, DEQUEUED);
  if (to !== undefined) connectWith(draft, callId, leg, to, DEQUEUED);
}

/** Those that were rung have not answered: the caller keeps its place, and the next one is rung. */
function notAnswered(draft: Draft, one: QueuedCall, why: Why): void {
  const { target: _over, ringing, ...rest } = one;
  if (one.state === "leaving") return giveUp(draft, one, why);
  const tried = [...new Set([...one.tried, ...ringing])];
  const waiting: QueuedCall = { ...rest, state: "waiting", ringing: [], tried };
  put(draft, waiting);
  if (one.isLate) expire(draft, waiting);
  else serveQueues(draft);
}

function pause(draft: Draft, one: QueuedCall): void {
  put(draft, { ...one, isPausing: true });
  draft.effects.push({ type: "start-timer", timerId: timerOf("hunt", one.queueId, "pause"), delayMs: PAUSE_MS });
}

/** It has waited as long as it may; whoever rings for it may answer still. */
function expire(draft: Draft, one: QueuedCall): void {
  if (one.state === "offering") return put(draft, { ...one, isLate: true });
  const to = draft.world.settings.huntQueue(one.pilot)?.noCoverage;
  const leg = draft.world.legs.get(one.legId);
  if (to === undefined || leg === undefined) return giveUp(draft, one, UNSERVED);
  const target = ring(draft, one, { to, feature: "forward-no-answer" }, UNCOVERED);
  put(draft, { ...one, state: "leaving", target });
  draft.effects.push({ type: "play", sessionId: leg.sessionId, legId: leg.legId, source: "ringback" });
}

/** The caller is told why, and released. */
function giveUp(draft: Draft, one: QueuedCall, why: Why): void {
  forget(draft, one);
  disconnect(draft, one.callId, one.connectionId, why);
  const leg = draft.world.legs.get(one.legId);
  if (leg !== undefined) draft.effects.push({ type: "release", sessionId: leg.sessionId, why });
}

/** The caller is out of the queue, and whoever is rung for it need not answer. */
function leave(draft: Draft, one: QueuedCall, why: Why): void {
  forget(draft, one);
  disconnect(draft, one.callId, one.connectionId, why);
  endWhenEmpty(draft, one.callId, why);
  if (one.target !== undefined) draft.effects.push({ type: "release", sessionId: one.target, why });
}

function forget({ world, effects }: Draft, { queueId }: QueuedCall): void {
  world.queued.delete(queueId);
  for (const name of ["wait", "pause"]) effects.push({ type: "stop-timer", timerId: timerOf("hunt", queueId, name) });
}

function put({ world: { queued } }: Draft, one: QueuedCall): void {
  queued.set(one.queueId, one);
}

function without(step: HuntStep, rung: ReadonlySet<string>): HuntStep {
  return { ...step, lines: step.lines.filter((line) => !rung.has(line)) };
}

function countOf(queued: World["queued"], pilot: string): number {
  let count = 0;
  for (const one of queued.values()) if (one.pilot === pilot) count += 1;
  return count;
}
