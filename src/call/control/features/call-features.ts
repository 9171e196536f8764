import { errorMessageOf, type MetricSample } from "../../../common/index.ts";
import type { CallNow } from "../../../signals/index.ts";
import type { Inventory } from "../../device/index.ts";
import {
  advance,
  emptyWorld,
  LOST_WITH_PROCESS,
  takeUp,
  hasQueued,
  placeInQueue,
  type CommandResult,
  type DialedFeature,
  type Endpoint,
  type ModelEffect,
  type ModelCommand,
  type ModelEvent,
  type ModelSettings,
  type Outcome,
  type Why,
  type Side,
  type World,
} from "../../model/index.ts";
import type { IncomingRequest } from "../../signaling/signaling-port.ts";
import type { EntryStore } from "../recovery/call-journal.ts";
import type { CallSession } from "../session/call-session.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { QueuePlace } from "../routing/call-routing-options.ts";
import type { DialDecision } from "../routing/routed-call.ts";
import type { SessionObserver } from "../session/session-observer.ts";
import { callsNow } from "./calls-now.ts";
import { deviceNamed } from "./device-named.ts";
import { legFactsOf, legIdOf, placesOf, restoredSessionOf } from "./leg-facts.ts";
import { LegMoves } from "./leg-moves.ts";
import { ModelFile } from "./model-file.ts";
import { ModelTimers } from "./model-timers.ts";
import { Originator } from "./originator.ts";
import type { RouteTeller } from "./route-teller.ts";
import { showParked } from "./park-lamps.ts";
import { rerouteRefused } from "./reroute-refused.ts";
import { PendingCommands } from "./pending-commands.ts";
import { ReferProgress } from "./refer-progress.ts";
import { controllerOf, originsOf, type Begun } from "./session-origin.ts";
import { Soon } from "./soon.ts";
import { takeRefer } from "./take-refer.ts";
import { Switchboard, type SwitchboardOptions } from "./switchboard.ts";
import { whyOf } from "./why-of.ts";

export interface CallFeaturesOptions extends SwitchboardOptions {
  readonly inventory: Inventory;
  readonly settings: ModelSettings;
  /** Resolves when it is in the configuration. */
  readonly setPrivacy: (device: string, isOn: boolean) => Promise<CommandResult>;
  /** Where what sessions do not tell outlives the process. */
  readonly store: EntryStore;
  /** Who is told of route dialogues. */
  readonly routing: RouteTeller;
  /** Told of what a step does, in order, once that is on file and before it is done. */
  readonly onStep: (event: ModelEvent, effects: readonly ModelEffect[]) => void;
  /** Told once calls of the process before this one are taken up. */
  readonly onRestored: () => void;
}

const NOT_NOW: DialDecision = { kind: "refused", status: 503, reason: "feature" };
const DEFECT: CommandResult = { ok: false, failure: "internal", detail: "the switch has failed to do that" };

/** The shell of the call model: tells it what happens in sessions, and performs what it wants. */
export class CallFeatures implements SessionObserver<CallSession> {
  readonly #options: CallFeaturesOptions;
  readonly #switchboard: Switchboard;
  readonly #moves: LegMoves;
  readonly #originator: Originator;
  readonly #refers: ReferProgress;
  readonly #world: World;
  readonly #file: ModelFile;
  readonly #queue: ModelEvent[] = [];
  readonly #timers: ModelTimers;
  readonly #commands: PendingCommands;
  /** Sessions that went with the edge or the process before this one, and why: their features can do nothing before the edge is back. */
  readonly #lost = new Map<string, Why>();
  #isRunning = false;
  readonly #freed: Soon;
  #isClosed = false;
  #decision: DialDecision | undefined;
  #originOf: (sessionId: string) => Begun = () => ({ feature: "normal" });

  constructor(options: CallFeaturesOptions) {
    this.#options = options;
    this.#world = emptyWorld(options.settings);
    this.#switchboard = new Switchboard(options);
    this.#moves = new LegMoves(this.#switchboard, (event) => this.#handle(event));
    this.#originator = new Originator(options, this.#world, (event) => this.#handle(event));
    this.#commands = new PendingCommands(options.context.ids);
    this.#refers = new ReferProgress(options.table, options.store);
    const { store, table, context, dialogs } = options;
    this.#file = new ModelFile(this.#world, store, context.clock, (parkId, parked) =>
      showParked(dialogs, table, parkId, parked),
    );
    this.#freed = new Soon(options.context.clock, () => this.#handle({ type: "freed" }));
    this.#timers = new ModelTimers(options.context.clock, this.#file, (timerId) =>
      this.#handle({ type: "timer", timerId }),
    );
  }

  /** Takes up what the process before this one has left, once its sessions are taken up. */
  restore(): void {
    const { saved, timers } = this.#file.read();
    const sessions = this.#options.table.sessions.map(restoredSessionOf).filter((session) => session !== undefined);
    this.#refers.restore();
    for (const { timerId, delayMs } of timers) this.#timers.start(timerId, delayMs);
    for (const effect of takeUp(this.#world, saved, sessions)) this.#perform(effect);
    this.#file.save();
    this.#options.onRestored();
    const up = new Set(sessions.map(({ sessionId }) => sessionId));
    for (const sessionId of this.#world.sessions.keys()) {
      if (!up.has(sessionId)) this.#lost.set(sessionId, LOST_WITH_PROCESS);
    }
  }

  /** Requests can be sent inside dialogs again: features hear now what they have lost. */
  onEdgeFound(): void {
    const lost = [...this.#lost];
    this.#lost.clear();
    for (const [sessionId, why] of lost) this.#handle({ type: "ended", sessionId, why });
    for (const { sessionId, stage, endpoint } of [...this.#world.sessions.values()]) {
      // Its end may have been told to nobody.
      if (stage === "up" && endpoint?.startsWith("announcement:") === true) this.promptEnded(sessionId);
    }
    this.freed();
  }

  /** All calls; it is not to be written to. */
  get world(): World {
    return this.#world;
  }

  /** What the model has at the moment. */
  metrics(): MetricSample[] {
    return this.#file.metrics();
  }

  /** The relay may have lost what is laid over what parties hear. */
  onRelayFound(sessions: readonly CallSession[]): void {
    for (const { callId: sessionId } of sessions) this.#handle({ type: "media-found", sessionId });
  }

  /** All calls as they are now. */
  callsNow(): readonly CallNow[] {
    return callsNow(this.#world, this.#options.table);
  }

  /** The phone that somebody means by its name, line or number; of several with a line, the one that has calls. */
  deviceNamed(text: string): string | undefined {
    return deviceNamed(text, this.#options.inventory, this.#world);
  }

  /** Asks for something; resolves when it is done, or says why not. */
  command(command: ModelCommand): Promise<CommandResult> {
    return this.#commands.begin((commandId) => this.#handle({ type: "command", commandId, command }));
  }

  /** Something happens to calls that their sessions do not tell. */
  happened(event: Extract<ModelEvent, { type: "owner-lost" | "route-request" }>): void {
    this.#handle(event);
  }

  /** A device calls. */
  onOffered(session: CallSession): void {
    const leg = session.leg("caller");
    if (leg === undefined) return;
    this.#handle({
      type: "offered",
      sessionId: session.callId,
      leg: legFactsOf(leg),
      called: session.progress.calledNumber,
    });
  }

  /** A device has dialed a feature: what its INVITE is answered by, or refused with. */
  dial(sessionId: string, caller: Leg, called: string, feature: DialedFeature): DialDecision {
    this.#decision = undefined;
    // In the midst of another event there is no answer at once.
    if (this.#isRunning) return NOT_NOW;
    this.#handle({ type: "dialed", sessionId, leg: legFactsOf(caller), called, feature });
    return this.#decision ?? NOT_NOW;
  }

  onOffering({ callId: sessionId, progress }: CallSession, devices: readonly LegDevice[], isTimed: boolean): void {
    const by = isTimed ? { by: "timer" as const } : {};
    this.#handle({ type: "offering", sessionId, places: placesOf(devices), ...progress.doing, ...by });
    // Others that it was offered to may be free.
    this.freed();
  }

  onRinging(session: CallSession): void {
    this.#handle({ type: "ringing", sessionId: session.callId });
  }

  onAnswered(session: CallSession): void {
    const { callId: sessionId, call, endpoint } = session;
    const answering = call.isOriginated === true ? "caller" : "callee";
    const leg = session.leg(answering);
    const isServed = leg === undefined || (call.hasEndpoint && call.isOriginated !== true);
    this.#handle({
      type: "answered",
      sessionId,
      ...(isServed ? {} : { leg: legFactsOf(leg, call[answering]) }),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
  }

  onAcknowledged({ callId: sessionId }: CallSession): void {
    this.#handle({ type: "acknowledged", sessionId });
  }

  /** A call that was redirected rings where it did again. */
  onReturned(sessionId: string, status: number): void {
    this.#options.routing.returned(sessionId);
    this.#handle(rerouteRefused(sessionId, { status }, "party"));
  }

  onHold(session: CallSession, side: Side, isHolding: boolean): void {
    const leg = session.leg(side);
    if (leg !== undefined) this.#handle({ type: "held", legId: legIdOf(leg), isHolding });
  }

  onSettled({ callId: sessionId }: CallSession): void {
    this.#handle({ type: "settled", sessionId });
  }

  onUnsettled({ callId: sessionId }: CallSession): void {
    this.#handle({ type: "unsettled", sessionId });
  }

  onLeaving(session: CallSession, side: Side, outcome: Outcome): void {
    const leg = session.leg(side);
    if (leg === undefined) return;
    this.#refers.forget(leg.localTag);
    this.#handle({ type: "leaving", legId: legIdOf(leg), why: whyOf(outcome) });
  }

  onEnded({ callId: sessionId }: CallSession, outcome: Outcome): void {
    const isOfFeature = this.#world.sessions.get(sessionId)?.purpose !== undefined;
    if (outcome.reason === "edge-lost" && isOfFeature) this.#lost.set(sessionId, whyOf(outcome));
    else this.#handle({ type: "ended", sessionId, why: whyOf(outcome) });
    this.freed();
  }

  /** What a caller hears that is to wait in a queue; undefined: it cannot. */
  enqueue(sessionId: string, { pilot, number, leftMs }: QueuePlace): Endpoint | undefined {
    const endpoint = leftMs > 0 ? placeInQueue(this.#world, pilot) : undefined;
    if (endpoint !== undefined) this.#handle({ type: "queued", sessionId, pilot, number, leftMs });
    return endpoint;
  }

  get queuedCount(): number {
    return this.#world.queued.size;
  }

  hasQueued(pilot: string): boolean {
    return hasQueued(this.#world, pilot);
  }

  /** Something has changed that may let members take calls: soon those who wait are offered to them. */
  freed(): void {
    if (this.#world.queued.size > 0) this.#freed.ask();
  }

  /** An announcement of a session is over. */
  promptEnded(sessionId: string): void {
    this.#handle({ type: "prompt-ended", sessionId });
  }

  onRefer(session: CallSession, side: Side, request: IncomingRequest): void {
    const { table, context } = this.#options;
    const refer = takeRefer(session, side, request, { table, ids: context.ids, refers: this.#refers });
    if (refer !== undefined) this.#handle({ type: "refer", refer });
  }

  /** Stops its timers, and follows nothing any more: the next process takes up calls as they are now. */
  close(): void {
    this.#isClosed = true;
    this.#timers.close();
    this.#commands.close();
    this.#freed.cancel();
  }

  #handle(event: ModelEvent): void {
    if (this.#isClosed) return;
    this.#queue.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    this.#isRunning = false;
  }

  /** A defect is that of one event or effect: what else is to be done still is. */
  #step(event: ModelEvent): void {
    let effects: readonly ModelEffect[];
    try {
      effects = this.#advance(event);
    } catch (error) {
      this.#note(event.type, error);
      if (event.type === "command") this.#commands.resolve(event.commandId, DEFECT);
      return;
    }
    for (const effect of effects) {
      try {
        this.#perform(effect);
      } catch (error) {
        this.#note(effect.type, error);
      }
    }
  }

  #advance(event: ModelEvent): readonly ModelEffect[] {
    const asking = controllerOf(this.#world, event);
    const effects = advance(this.#world, event);
    this.#originOf = originsOf(this.#world, effects, asking);
    try {
      this.#file.save();
      this.#switchboard.file(effects, this.#originOf);
    } catch (error) {
      this.#note("file", error);
    }
    try {
      this.#options.onStep(event, effects);
    } catch (error) {
      this.#note("signals", error);
    }
    return effects;
  }

  #note(at: string, error: unknown): void {
    this.#options.context.logger.error("call model failed", { at, error: errorMessageOf(error) });
  }

  #perform(effect: ModelEffect): void {
    switch (effect.type) {
      case "change":
        return this.#switchboard.noteHold(effect.change, this.#world);
      case "accept":
        this.#decision = {
          kind: "accepted",
          endpoint: effect.endpoint,
          ...(effect.shown === undefined ? {} : { shown: effect.shown }),
        };
        return;
      case "refuse":
        return void (this.#decision = { kind: "refused", status: effect.status, reason: effect.reason });
      case "join":
      case "attach":
        return this.#moves.connect(effect, this.#originOf);
      case "attach-all":
        return this.#moves.attachAll(effect, this.#originOf);
      case "originate":
        return this.#originator.originate(effect, this.#originOf(effect.sessionId));
      case "reroute":
        return this.#moves.reroute(effect);
      case "pick-up":
        return this.#moves.pickUp(effect);
      case "play":
        return this.#switchboard.play(effect);
      case "release":
        return this.#switchboard.release(effect);
      case "route":
        return this.#options.routing.tell(effect);
      case "unroute":
        return this.#options.routing.unroute(effect);
      case "notify":
        return this.#refers.notify(effect.referId, effect.status);
      case "set-privacy":
        return void this.#setPrivacy(effect);
      case "start-timer":
        return this.#timers.start(effect.timerId, effect.delayMs);
      case "stop-timer":
        return this.#timers.stop(effect.timerId);
      case "result":
        return this.#commands.resolve(effect.commandId, effect.result);
    }
  }

  async #setPrivacy({ device, isPrivate, commandId }: Extract<ModelEffect, { type: "set-privacy" }>): Promise<void> {
    const result = await this.#options.setPrivacy(device, isPrivate).catch(() => DEFECT);
    this.#handle({ type: "privacy-changed", device });
    this.#commands.resolve(commandId, result);
  }
}
