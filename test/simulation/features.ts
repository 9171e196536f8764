import assert from "node:assert/strict";
import { addressOf, placesOf } from "../../src/call/control/features/leg-facts.ts";
import type { LegDevice } from "../../src/call/control/leg/leg.ts";
import type { SessionObserver } from "../../src/call/control/session/session-observer.ts";
import {
  advance,
  causeOfStatus,
  emptyWorld,
  hasQueued,
  placeInQueue,
  type ModelCommand,
  type CommandResult,
  type DialedFeature,
  type Endpoint,
  type LegFacts,
  type ModelEffect,
  type ModelEvent,
  type Outcome,
  type Side,
  type Why,
  type World,
} from "../../src/call/model/index.ts";
import type { Appointment } from "./agenda.ts";
import { CallWatcher } from "../support/call-watcher.ts";
import { FeatureStates } from "./feature-states.ts";
import { isFree } from "./routing.ts";
import type { SimulatedLeg, SimulatedSession } from "./session.ts";
import { settingsFor } from "./settings.ts";
import { Switchboard } from "./switchboard.ts";
import type { SimulatedSwitch } from "./switch.ts";

export type Decision = Extract<ModelEffect, { type: "accept" | "refuse" }>;

/** A REFER, and what its sender has been told. */
interface Subscription {
  readonly tag: string;
  finals: number;
  isLegGone: boolean;
}

/** The shell of the call model as `CallFeatures` is: tells the real model what happens in sessions, and performs what it wants. */
export class SimulatedFeatures implements Omit<SessionObserver<SimulatedSession>, "onRefer"> {
  readonly world: World;
  readonly watcher = new CallWatcher();
  readonly #states = new FeatureStates();
  readonly timers = new Map<string, Appointment>();
  /** Events that the model was told. */
  events = 0;
  readonly #host: SimulatedSwitch;
  readonly #switchboard: Switchboard;
  readonly #queue: ModelEvent[] = [];
  readonly #commands = new Map<string, ModelCommand["type"]>();
  readonly #refers = new Map<string, Subscription>();
  #named = 0;
  #isRunning = false;
  #isFreed = false;
  #decision: Decision | undefined;

  constructor(host: SimulatedSwitch) {
    this.#host = host;
    this.world = emptyWorld(settingsFor((device) => isFree(host, device)));
    this.#switchboard = new Switchboard(host);
  }

  command(command: ModelCommand): void {
    this.#named += 1;
    const commandId = `command${this.#named}`;
    this.#commands.set(commandId, command.type);
    this.#handle({ type: "command", commandId, command });
  }

  /** Commands that wait for their result. */
  get openCommands(): readonly string[] {
    return [...this.#commands].map(([id, type]) => `${id} ${type}`);
  }

  /** REFERs whose sender waits, though its dialog is there. */
  get openRefers(): readonly string[] {
    return [...this.#refers].filter(([, one]) => !one.isLegGone && one.finals === 0).map(([id]) => id);
  }

  dial(sessionId: string, caller: SimulatedLeg, called: string, feature: DialedFeature): Decision | undefined {
    this.#decision = undefined;
    this.#handle({ type: "dialed", sessionId, leg: factsOf(caller), called, feature });
    return this.#decision;
  }

  onOffered(session: SimulatedSession): void {
    const leg = session.leg("caller");
    if (leg === undefined) return;
    this.#handle({ type: "offered", sessionId: session.sessionId, leg: factsOf(leg), called: session.called });
  }

  onOffering(session: SimulatedSession, devices: readonly LegDevice[]): void {
    this.#handle({ type: "offering", sessionId: session.sessionId, places: placesOf(devices) });
  }

  onRinging({ sessionId }: SimulatedSession): void {
    this.#handle({ type: "ringing", sessionId });
  }

  onAnswered(session: SimulatedSession): void {
    const { sessionId, call, endpoint } = session;
    const leg = session.leg(call.isOriginated === true ? "caller" : "callee");
    const isServed = leg === undefined || (call.hasEndpoint && call.isOriginated !== true);
    this.#handle({
      type: "answered",
      sessionId,
      ...(isServed ? {} : { leg: factsOf(leg) }),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
  }

  onAcknowledged({ sessionId }: SimulatedSession): void {
    this.#handle({ type: "acknowledged", sessionId });
  }

  onHold(session: SimulatedSession, side: Side, isHolding: boolean): void {
    const leg = session.leg(side);
    if (leg !== undefined) this.#handle({ type: "held", legId: leg.tag, isHolding });
  }

  onSettled({ sessionId }: SimulatedSession): void {
    this.#handle({ type: "settled", sessionId });
  }

  onUnsettled({ sessionId }: SimulatedSession): void {
    this.#handle({ type: "unsettled", sessionId });
  }

  onLeaving(session: SimulatedSession, side: Side, outcome: Outcome): void {
    const leg = session.leg(side);
    if (leg === undefined) return;
    this.#forgetRefers(leg.tag);
    this.#handle({ type: "leaving", legId: leg.tag, why: whyOf(outcome) });
  }

  onEnded(session: SimulatedSession, outcome: Outcome): void {
    for (const leg of session.legs) this.#forgetRefers(leg.tag);
    this.#handle({ type: "ended", sessionId: session.sessionId, why: whyOf(outcome) });
  }

  /** The real shell answers 491 before that. */
  refer(tag: string, to: string, replaces: string | undefined): void {
    this.#named += 1;
    const referId = `refer${this.#named}`;
    this.#refers.set(referId, { tag, finals: 0, isLegGone: false });
    this.#handle({
      type: "refer",
      refer: { referId, legId: tag, to, ...(replaces === undefined ? {} : { replaces }) },
    });
  }

  /** What a caller hears that is to wait in a queue; undefined: it cannot. */
  enqueue(sessionId: string, pilot: string, leftMs: number): Endpoint | undefined {
    const endpoint = placeInQueue(this.world, pilot);
    if (endpoint !== undefined) this.#handle({ type: "queued", sessionId, pilot, number: "202", leftMs });
    return endpoint;
  }

  hasQueued(pilot: string): boolean {
    return hasQueued(this.world, pilot);
  }

  /** Soon those who wait are offered to who may be free. */
  freed(): void {
    if (this.world.queued.size === 0 || this.#isFreed) return;
    const { agenda } = this.#host;
    this.#isFreed = true;
    agenda.plan(agenda.nowMs + SOON_MS, false, () => {
      this.#isFreed = false;
      this.#handle({ type: "freed" });
    });
  }

  promptEnded(sessionId: string): void {
    this.#handle({ type: "prompt-ended", sessionId });
  }

  #handle(event: ModelEvent): void {
    this.#queue.push(event);
    const { chance, weather } = this.#host;
    if (REPEATABLE.has(event.type) && chance.happens(weather.toldTwice)) this.#queue.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.events += 1;
      this.#host.trace?.(`    ${JSON.stringify(next)}`);
      const effects = advance(this.world, next);
      for (const effect of effects) if (effect.type === "change") this.watcher.see(effect.change);
      this.watcher.settle();
      this.#states.watch(this.world);
      for (const effect of effects) this.#perform(effect);
    }
    this.#isRunning = false;
  }

  #perform(effect: ModelEffect): void {
    if (effect.type !== "change") this.#host.count(`effect ${effect.type}`);
    if (effect.type !== "change") this.#host.trace?.(`      -> ${JSON.stringify(effect)}`);
    switch (effect.type) {
      case "change":
        return;
      case "accept":
      case "refuse":
        assert.equal(this.#decision, undefined, "what was dialed is decided twice");
        this.#decision = effect;
        return;
      case "join":
        return this.#endUnless(this.#switchboard.join(effect), effect.sessionId);
      case "attach":
        return this.#endUnless(this.#switchboard.attach(effect), effect.sessionId);
      case "attach-all":
        return this.#attachAll(effect);
      case "originate":
        return this.#originate(effect);
      case "reroute":
        return this.#reroute(effect);
      case "pick-up":
        return this.#pickUp(effect);
      case "play":
        return this.#switchboard.play(effect);
      case "release":
        return this.#switchboard.release(effect);
      case "notify":
        return this.#notify(effect.referId, effect.status);
      // No route point is simulated.
      case "route":
      case "unroute":
        return;
      case "set-privacy":
        this.#handle({ type: "privacy-changed", device: effect.device });
        return this.#result(effect.commandId, { ok: true });
      case "start-timer":
        return this.#startTimer(effect.timerId, effect.delayMs);
      case "stop-timer":
        return this.#stopTimer(effect.timerId);
      case "result":
        return this.#result(effect.commandId, effect.result);
    }
  }

  #endUnless(isMade: boolean, sessionId: string): void {
    if (!isMade) this.#handle({ type: "ended", sessionId, why: { cause: 41, feature: "normal", by: "system" } });
  }

  #attachAll(effect: Extract<ModelEffect, { type: "attach-all" }>): void {
    const missing = this.#switchboard.attachAll(effect);
    if (missing !== undefined) return missing.forEach((sessionId) => this.#endUnless(false, sessionId));
    this.#handle({ type: "unattached", sessionIds: effect.attached.map(({ sessionId }) => sessionId) });
  }

  #originate(effect: Extract<ModelEffect, { type: "originate" }>): void {
    const { sessionId } = effect;
    const status = this.#switchboard.originate(effect);
    if (status === undefined) return;
    if (typeof status === "object") return this.#handle({ type: "feature-reached", sessionId, feature: status });
    if (status === "service") return this.#handle({ type: "answered", sessionId, endpoint: "echo" });
    if (typeof status === "object") return this.#handle({ type: "feature-reached", sessionId, feature: status });
    const why: Why = { cause: causeOfStatus(status), sip: { status }, feature: effect.feature, by: "system" };
    this.#handle({ type: "ended", sessionId, why });
  }

  #reroute({ sessionId, redirection }: Extract<ModelEffect, { type: "reroute" }>): void {
    const status = this.#switchboard.reroute(sessionId, redirection, (late) => this.#rerouteRefused(sessionId, late));
    if (status !== undefined) this.#rerouteRefused(sessionId, status);
  }

  #rerouteRefused(sessionId: string, status: number): void {
    const why: Why = { cause: causeOfStatus(status), sip: { status }, feature: "redirect", by: "system" };
    this.#handle({ type: "reroute-refused", sessionId, why });
  }

  #pickUp({ sessionId, legId }: Extract<ModelEffect, { type: "pick-up" }>): void {
    const onGone = (): void => this.#handle({ type: "pick-up-failed", sessionId, legId });
    if (!this.#switchboard.pickUp(sessionId, legId, onGone)) onGone();
  }

  #notify(referId: string, status: number): void {
    const subscription = this.#refers.get(referId);
    assert.ok(subscription !== undefined, `NOTIFY ${status} of no REFER`);
    assert.equal(subscription.finals, 0, `NOTIFY ${status} after the final one of ${referId}`);
    if (status < 200) return;
    subscription.finals += 1;
    this.#host.count(`REFER: ${status}`);
  }

  #forgetRefers(tag: string): void {
    for (const subscription of this.#refers.values()) if (subscription.tag === tag) subscription.isLegGone = true;
  }

  #startTimer(timerId: string, delayMs: number): void {
    this.#stopTimer(timerId);
    const { agenda } = this.#host;
    const planned = agenda.plan(agenda.nowMs + delayMs, false, () => {
      this.timers.delete(timerId);
      this.#handle({ type: "timer", timerId });
    });
    this.timers.set(timerId, planned);
  }

  #stopTimer(timerId: string): void {
    const planned = this.timers.get(timerId);
    this.timers.delete(timerId);
    if (planned !== undefined) this.#host.agenda.cancel(planned);
  }

  #result(commandId: string, result: CommandResult): void {
    const type = this.#commands.get(commandId);
    assert.ok(type !== undefined, `${commandId} has a second result`);
    this.#commands.delete(commandId);
    this.#host.count(
      `command ${type}: ${result.ok ? (result.isUnchanged === true ? "unchanged" : "ok") : result.failure}`,
    );
  }
}

const SOON_MS = 100;
const REPEATABLE: ReadonlySet<ModelEvent["type"]> = new Set([
  "ringing",
  "leaving",
  "ended",
  "held",
  "settled",
  "unsettled",
]);

export function factsOf({ tag, device }: SimulatedLeg): LegFacts {
  const kind = device.kind === "peer" ? "trunk" : "phone";
  return { legId: tag, kind, device: device.name, address: addressOf(device) };
}

function whyOf({ by, status, cause }: Outcome): Why {
  const told = status >= 300 ? { sip: { status } } : {};
  return { cause, ...told, feature: "normal", by: by === "switch" ? "system" : "party" };
}
