import type { Clock, Ids, Logger, MetricSample } from "../../common/index.ts";
import type {
  CallView,
  CtiAttach,
  CtiAttached,
  CtiSignal,
  CtiSnapshot,
  RouteView,
  UserData,
} from "../../signals/index.ts";
import type { EntryStore } from "../control/recovery/call-journal.ts";
import type { Change, ModelEffect, ModelEvent, World } from "../model/index.ts";
import { Attachment, type FeedPeer } from "./attachment.ts";
import { CallData } from "./call-data.ts";
import type { CallFacts } from "./call-parties.ts";
import { CallSignals } from "./call-signals.ts";
import type { CommandTraces } from "./command-traces.ts";
import { CtiError } from "./cti-error.ts";
import { feedMetrics } from "./feed-metrics.ts";
import { ObjectSignals } from "./object-signals.ts";
import type { ObjectViews } from "./object-views.ts";
import { Outbox, OUTBOX_LIMITS, signalText, type OutboxLimits } from "./outbox.ts";

export interface CtiFeedOptions {
  readonly node: string;
  /** Read, and never written to. */
  readonly world: World;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly facts: CallFacts;
  /** What effects of commands are told with. */
  readonly traces: CommandTraces;
  readonly views: ObjectViews;
  /** Route dialogues that go on. */
  readonly routes: () => readonly RouteView[];
  readonly store: EntryStore;
  /** Writes what was put into the store. */
  readonly flush: () => void;
  readonly limits?: OutboxLimits;
  /** As of `ObjectSignals`. */
  readonly serviceGraceMs?: number;
}

const MAX_MANAGERS = 8;
/** So long after a write what an application waits for is written by itself; sooner, with what else comes in the turn. */
const JOIN_MS = 5;
const CALL = "cti-call ";

/**
 * What CTIManagers are told: signals of calls, devices and routes, in order, each on file before it is sent, until it is
 * acknowledged. While no CTIManager observes calls they cost nothing.
 */
export class CtiFeed {
  /** Devices and lines: to be told what has changed of them perhaps. */
  readonly objects: ObjectSignals;
  readonly #options: CtiFeedOptions;
  readonly #calls: CallSignals;
  readonly #data: CallData;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #attached = new Map<Outbox, Attachment>();
  /** Outboxes that a CTIManager has attached to since the process has begun. */
  readonly #known = new Set<Outbox>();
  /** Calls whose view is on file beside the outboxes. */
  readonly #saved = new Set<string>();
  readonly #counts = { signals: 0, epochs: 0 };
  /** What was told before it is known who listens; undefined: that is known. */
  #untold: CtiSignal[] | undefined = [];
  #observesCalls = false;
  #isScheduled = false;
  #pumpedAtMs = 0;

  constructor(options: CtiFeedOptions) {
    const { world, clock, facts, store, views, serviceGraceMs } = options;
    const grace = serviceGraceMs === undefined ? {} : { serviceGraceMs };
    this.objects = new ObjectSignals({ views, store, clock, tell: (signal) => this.tell(signal), ...grace });
    this.#options = options;
    this.#data = new CallData(store);
    this.#calls = new CallSignals({ world, clock, facts, userDataOf: (callId) => this.#data.get(callId) });
  }

  /** Takes up what the process before this one has left, once the model has: what is different now is told. */
  restore(): void {
    const { store, world, limits = OUTBOX_LIMITS } = this.#options;
    this.#data.restore((callId) => world.calls.has(callId));
    for (const [entry, view] of store.entries) if (entry.startsWith(CALL)) this.#restoreView(view, entry);
    for (const manager of Outbox.managersIn(store)) {
      const outbox = new Outbox(manager, store, limits);
      this.#outboxes.set(manager, outbox);
      for (const { text, callId } of outbox.signals) {
        if (callId !== undefined) this.#calls.restore((JSON.parse(text) as { call: CallView }).call);
      }
    }
    const untold = this.#untold ?? [];
    this.#untold = undefined;
    this.#add(untold);
    if ([...this.#outboxes.values()].some((outbox) => outbox.observesCalls)) {
      this.#observesCalls = true;
      this.#add(this.#calls.reconcile());
    }
    for (const callId of [...this.#saved]) if (!world.calls.has(callId)) this.#forget(callId);
    if (this.isListening) this.objects.restore();
    else this.objects.end();
  }

  /** May be called twice. */
  close(): void {
    this.objects.close();
    this.#calls.close();
  }

  /** Takes the changes of calls of a step of the model, before anybody is told of it. */
  step(event: ModelEvent, effects: readonly ModelEffect[]): void {
    const traceparent = this.#options.traces.step(event, effects);
    const changes: Change[] = [];
    for (const effect of effects) if (effect.type === "change") changes.push(effect.change);
    if (changes.length === 0) return;
    const grown = this.#merge(changes);
    if (this.#observesCalls) {
      const signals = this.#calls.take(changes);
      const told = [...signals, ...grown.flatMap((callId) => this.#calls.takeUserData(callId) ?? [])];
      this.#add(traceparent === undefined ? told : told.map((signal) => ({ ...signal, traceparent })));
      if (changes.some(isOffer)) this.#hasten();
    } else for (const { callId } of endings(changes)) this.#forget(callId);
  }

  /** Calls that are parts of others now leave them their data. @returns those others, where that is new to them */
  #merge(changes: readonly Change[]): readonly string[] {
    const { world } = this.#options;
    const grown = new Set<string>();
    for (const { callId, mergedInto } of endings(changes)) {
      if (mergedInto === undefined || !world.calls.has(mergedInto)) continue;
      if (this.#data.merge(callId, mergedInto)) grown.add(mergedInto);
    }
    return [...grown];
  }

  /** CTIManagers that are connected. */
  get attachedCount(): number {
    return this.#attached.size;
  }

  /** A CTIManager is there, or may come back for what was kept for it. */
  get isListening(): boolean {
    for (const outbox of this.#outboxes.values()) if (!outbox.isIdle) return true;
    return false;
  }

  /** Tells of something else than a step of a call; also before `restore`, while calls of before are taken up. */
  tell(signal: CtiSignal): void {
    if (this.#untold !== undefined && !this.isListening) this.#untold.push(signal);
    else this.#add([this.#traced(signal)]);
  }

  /** A call that goes on, as it was told last; undefined: there is none, or nobody observes calls. */
  viewOf(callId: string): CallView | undefined {
    return this.#observesCalls ? this.#calls.views.get(callId) : undefined;
  }

  /** How a call was that has ended: for ten minutes, of 100,000 calls at most, as long as somebody observes calls. */
  finalViewOf(callId: string): CallView | undefined {
    return this.#calls.finalViewOf(callId);
  }

  userDataOf(callId: string): UserData | undefined {
    return this.#data.get(callId);
  }

  /** Takes the place of the user data that the call had; it stays with the call, and is gone with it. */
  setUserData(callId: string, data: UserData): void {
    if (!this.#options.world.calls.has(callId)) return;
    this.#data.set(callId, data);
    const signal = this.#observesCalls ? this.#calls.takeUserData(callId) : undefined;
    if (signal !== undefined) this.#add([this.#traced(signal)]);
  }

  #traced<Signal extends CtiSignal>(signal: Signal): Signal {
    const traceparent = this.#options.traces.isIdle ? undefined : this.#options.traces.ofSignal(signal);
    return traceparent === undefined ? signal : { ...signal, traceparent };
  }

  /**
   * A CTIManager is there; it is sent what it has not acknowledged, and all that comes. The connection that it had before
   * is closed.
   * @throws {CtiError} `too-many`
   */
  attach({ manager, epoch, position, observesCalls }: CtiAttach, peer: FeedPeer): CtiAttached {
    const outbox = this.#outboxOf(manager);
    const former = this.#attached.get(outbox);
    const isFirst = !this.#known.has(outbox);
    const isSame = outbox.observesCalls || !observesCalls;
    const isResumed =
      isSame && epoch !== undefined && position !== undefined && outbox.canResume(epoch, position, isFirst);
    this.#known.add(outbox);
    if (isResumed) {
      this.#acknowledge(outbox, position);
      outbox.observesCalls = observesCalls;
    } else {
      outbox.begin(this.#options.ids.token(8), observesCalls);
      this.#counts.epochs += 1;
      // What it had was on file there alone, perhaps.
      if (this.#observesCalls) this.#saveAll();
    }
    this.#observe();
    const from = isResumed ? position : outbox.last;
    this.#attached.set(outbox, new Attachment(outbox, peer, from));
    if (former !== undefined && former.peer !== peer) former.peer.close();
    this.#schedule();
    return { node: this.#options.node, epoch: outbox.epoch, position: from, isResumed };
  }

  /** The connection is gone; what comes is kept for the CTIManager. */
  detach(peer: FeedPeer): void {
    for (const [outbox, attachment] of this.#attached) if (attachment.peer === peer) this.#attached.delete(outbox);
  }

  /** The CTIManager has taken down all up to there. @throws {CtiError} `not-attached` */
  acknowledge(manager: string, position: number): void {
    this.#acknowledge(this.#attachedOutbox(manager), position);
  }

  /** The peer has taken what it was sent. */
  drained(): void {
    this.#schedule();
  }

  /** All that is, at the position of the last signal. @throws {CtiError} `not-attached` */
  snapshot(manager: string): CtiSnapshot {
    const outbox = this.#attachedOutbox(manager);
    const { views, routes } = this.#options;
    return {
      epoch: outbox.epoch,
      position: outbox.last,
      calls: outbox.observesCalls ? [...this.#calls.views.values()] : [],
      devices: views.devices(),
      lines: views.lines(),
      routes: routes(),
    };
  }

  /** Position of the last signal for the CTIManager of a connection; undefined: there is none. */
  positionFor(peer: FeedPeer): number | undefined {
    for (const [outbox, attachment] of this.#attached) if (attachment.peer === peer) return outbox.last;
    return undefined;
  }

  metrics(): MetricSample[] {
    return feedMetrics({
      ...this.#counts,
      managers: this.#attached.size,
      outboxes: [...this.#outboxes.values()],
      endedCalls: this.#calls.endedCount,
    });
  }

  #add(signals: readonly CtiSignal[]): void {
    if (signals.length === 0 || !this.isListening) return;
    const texts = signals.map((signal) => ({ isForAll: isForAll(signal), ...signalText(signal) }));
    for (const outbox of this.#outboxes.values()) {
      if (outbox.isIdle) continue;
      const own = outbox.observesCalls ? texts : texts.filter((text) => text.isForAll);
      if (own.length > 0 && !outbox.add(own)) this.#overflow(outbox);
    }
    for (const signal of signals) {
      if (signal.kind === "call" && signal.call.state === "invalid") this.#forget(signal.call.callId);
    }
    this.#schedule();
  }

  /** It has fallen too far behind: it takes a snapshot when it is back. */
  #overflow(outbox: Outbox): void {
    this.#options.logger.warn("a CTIManager is too slow", { manager: outbox.manager });
    const attachment = this.#attached.get(outbox);
    this.#attached.delete(outbox);
    attachment?.peer.close();
    this.#observe();
  }

  #acknowledge(outbox: Outbox, position: number): void {
    for (const callId of outbox.acknowledge(position)) this.#save(callId);
  }

  /** Versions go on from there, whatever dies. */
  #saveAll(): void {
    for (const callId of this.#calls.views.keys()) this.#save(callId);
  }

  /** What no outbox has any more has to be on file for as long as the call is there. */
  #save(callId: string): void {
    const view = this.#calls.views.get(callId);
    if (view === undefined) return;
    this.#saved.add(callId);
    this.#options.store.putEntry(CALL + callId, view);
  }

  #forget(callId: string): void {
    this.#data.forget(callId);
    if (this.#saved.delete(callId)) this.#options.store.removeEntry(CALL + callId);
  }

  #restoreView(value: unknown, entry: string): void {
    const view = value as Partial<CallView> | null;
    const callId = entry.slice(CALL.length);
    if (view?.callId !== callId || typeof view.ver !== "number") return this.#options.store.removeEntry(entry);
    this.#saved.add(callId);
    this.#calls.restore(view as CallView);
  }

  /** Begins, or ends, to take steps of calls. */
  #observe(): void {
    if (this.isListening) this.objects.begin();
    else this.objects.end();
    const observes = [...this.#outboxes.values()].some((outbox) => outbox.observesCalls);
    if (observes === this.#observesCalls) return;
    this.#observesCalls = observes;
    if (observes) this.#calls.resume();
    this.#saveAll();
    for (const callId of [...this.#saved]) if (!this.#calls.views.has(callId)) this.#forget(callId);
  }

  #outboxOf(manager: string): Outbox {
    const known = this.#outboxes.get(manager);
    if (known !== undefined) return known;
    const { store, limits = OUTBOX_LIMITS } = this.#options;
    if (this.#outboxes.size >= MAX_MANAGERS) this.#makeRoom();
    const outbox = new Outbox(manager, store, limits);
    this.#outboxes.set(manager, outbox);
    return outbox;
  }

  /** Forgets a CTIManager that nothing is kept for. @throws {CtiError} `too-many` */
  #makeRoom(): void {
    const idle = [...this.#outboxes.values()].find((outbox) => outbox.isIdle && !this.#attached.has(outbox));
    if (idle === undefined) throw new CtiError("too-many", `there are ${MAX_MANAGERS} CTIManagers already`);
    idle.remove();
    this.#outboxes.delete(idle.manager);
  }

  #attachedOutbox(manager: string): Outbox {
    const outbox = this.#outboxes.get(manager);
    if (outbox === undefined || !this.#attached.has(outbox)) {
      throw new CtiError("not-attached", `${manager} has not attached`);
    }
    return outbox;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#attached.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => this.#pump());
  }

  /** An application that is offered a call is told before the switch goes on with it. */
  #hasten(): void {
    if (this.#isScheduled && this.#options.clock.nowMs() - this.#pumpedAtMs >= JOIN_MS) this.#send();
  }

  #pump(): void {
    this.#isScheduled = false;
    this.#send();
  }

  /** What is sent is on file. */
  #send(): void {
    this.#pumpedAtMs = this.#options.clock.nowMs();
    this.#options.flush();
    for (const attachment of this.#attached.values()) this.#counts.signals += attachment.pump();
  }
}

function endings(changes: readonly Change[]): readonly Extract<Change, { type: "call" }>[] {
  return changes.filter((change) => change.type === "call").filter(({ state }) => state === "invalid");
}

function isOffer(change: Change): boolean {
  return change.type === "connection" && change.change === "offered";
}

/** It is told to CTIManagers that do not observe calls, too. */
function isForAll({ kind }: CtiSignal): boolean {
  return kind !== "call" && kind !== "media" && kind !== "digits";
}
