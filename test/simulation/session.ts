import assert from "node:assert/strict";
import { triedDevices } from "../../src/call/control/call-devices.ts";
import type { BranchTarget } from "../../src/call/control/leg/branch.ts";
import type { LegDevice } from "../../src/call/control/leg/leg.ts";
import { tellChange, tellOffering } from "../../src/call/control/session/session-observer.ts";
import {
  NEW_SESSION,
  otherSide,
  step,
  type BranchRoute,
  type Diversion,
  type Endpoint,
  type Outcome,
  type Overlay,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type Side,
  type TimerName,
} from "../../src/call/model/index.ts";
import { SESSION_TRANSITIONS } from "../../src/call/model/session/session-state.ts";
import { isTransition } from "../../src/call/model/transition-table.ts";
import type { Appointment } from "./agenda.ts";
import { NOBODY, type PhoneDialog } from "./phones.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** A dialog of the switch. */
export interface SimulatedLeg {
  readonly tag: string;
  readonly device: LegDevice;
  /** Stands for the caller of a call of the switch itself: there is no dialog. */
  readonly isVirtual: boolean;
  /** As its phone has it. */
  readonly dialog: PhoneDialog;
}

/** Where a call goes: what `routing` of the real shell gives. */
export interface Goal {
  readonly route: BranchRoute | { readonly kind: "endpoint" };
  readonly targets: ReadonlyMap<string, LegDevice>;
  /** The service; absent: echo. */
  readonly endpoint?: Endpoint;
  /** Where it goes instead; undefined: nowhere. */
  divert(reason: Diversion): Goal | undefined;
}

export interface SimulatedSessionOptions {
  readonly sessionId: string;
  readonly caller: SimulatedLeg;
  readonly callee?: SimulatedLeg | undefined;
  readonly endpoint?: Endpoint | undefined;
  readonly called: string;
  /** It is made of established legs. */
  readonly joined?: Session;
}

type EffectOf<Type extends SessionEffect["type"]> = Extract<SessionEffect, { type: Type }>;

/** The shell of one session as `CallSession` is, around the real machine: the same order of events, effects and observers. */
export class SimulatedSession {
  readonly sessionId: string;
  endpoint: Endpoint | undefined;
  readonly called: string;
  /** The relay has refused something, or has lost it: what is heard is not known. */
  isMediaUnsure = false;
  answeredAtMs: number | undefined;
  /** It performs what an event brought about. */
  isRunning = false;
  readonly #host: SimulatedSwitch;
  readonly #legs: { caller: SimulatedLeg; callee: SimulatedLeg | undefined };
  readonly #taken = new Set<SimulatedLeg>();
  readonly #branches = new Map<string, SimulatedLeg>();
  /** Branches that are legs which are up, and who is told when they are not the callee. */
  readonly #picked = new Map<string, () => void>();
  readonly #timers = new Map<TimerName, Appointment>();
  readonly #queue: SessionEvent[] = [];
  /** Requests of parties that wait, by transaction. */
  readonly #waiting = new Map<string, Side>();
  /** Requests of ours that wait, by ticket. */
  readonly #pending = new Set<number>();
  #goal: Goal | undefined;
  #targets: ReadonlyMap<string, LegDevice> = new Map();
  #call: Session;
  #isFinished = false;
  #isAnnounced: boolean;
  #mediaMs = 0;
  #byes = 0;

  constructor(host: SimulatedSwitch, { sessionId, caller, callee, endpoint, called, joined }: SimulatedSessionOptions) {
    this.#host = host;
    this.sessionId = sessionId;
    this.endpoint = endpoint;
    this.called = called;
    this.#legs = { caller, callee };
    this.#call = joined ?? NEW_SESSION;
    this.#isAnnounced = joined !== undefined;
    this.answeredAtMs = joined === undefined ? undefined : host.agenda.nowMs;
    for (const leg of this.legs) host.addLeg(leg, this);
  }

  get call(): Session {
    return this.#call;
  }

  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  get legs(): readonly SimulatedLeg[] {
    const { caller, callee } = this.#legs;
    const legs = callee === undefined ? [caller] : [caller, callee];
    return legs.filter((leg) => !this.#taken.has(leg));
  }

  leg(side: Side): SimulatedLeg | undefined {
    return this.#legs[side];
  }

  sideOf(leg: SimulatedLeg): Side | undefined {
    const { caller, callee } = this.#legs;
    if (this.#taken.has(leg)) return undefined;
    return leg === caller ? "caller" : leg === callee ? "callee" : undefined;
  }

  offer(sdp: string | undefined, goal: Goal): void {
    this.#goal = goal;
    this.#targets = goal.targets;
    this.dispatch({ type: "offered", sdp, route: goal.route });
  }

  originate(goal: Goal, route: BranchRoute): void {
    this.#goal = goal;
    this.#targets = goal.targets;
    this.dispatch({ type: "originated", route });
  }

  redirect(goal: Goal, route: BranchRoute): void {
    this.#goal = goal;
    this.#targets = goal.targets;
    this.dispatch({ type: "redirected", route });
  }

  /** A leg that is up is asked to be the callee. */
  pickUp(leg: SimulatedLeg, onGone: () => void): void {
    const branchId = this.#host.nameBranch();
    this.#branches.set(branchId, leg);
    this.#picked.set(branchId, onGone);
    this.#host.addLeg(leg, this);
    this.dispatch({ type: "picked", branchId });
  }

  take(legs: readonly SimulatedLeg[], outcome: Outcome): void {
    const sides = legs.map((leg) => this.sideOf(leg)).filter((side) => side !== undefined);
    for (const leg of legs) this.#taken.add(leg);
    this.dispatch({ type: "taken", sides, outcome });
  }

  // What phones say.

  cancel(): void {
    if (this.#goal !== undefined) this.dispatch({ type: "cancelled" });
  }

  cancelChange(transaction: string): void {
    if (!this.#waiting.has(transaction)) return;
    this.dispatch({ type: "reinvite-cancelled", transaction });
    this.#waiting.delete(transaction);
  }

  receive(side: Side, event: SessionEvent, transaction?: string): void {
    if (event.type === "bye") this.#leaving(side, { by: side, reason: "normal", status: 200, cause: 16 });
    if (transaction !== undefined) this.#waiting.set(transaction, side);
    this.dispatch(event);
  }

  lose(side: Side): void {
    const outcome: Outcome = { by: side, reason: "unreachable", status: 200, cause: 41 };
    this.#leaving(side, outcome);
    this.dispatch({ type: "gone", side, outcome });
  }

  branch(tag: string, status: number, sdp: string | undefined): void {
    const [branchId] = [...this.#branches].find(([, leg]) => leg.tag === tag) ?? [];
    if (branchId === undefined) return;
    if (status < 200) return this.dispatch({ type: "branch-progress", branchId, status, sdp });
    if (status < 300) return this.dispatch({ type: "branch-answered", branchId, sdp });
    this.#forget(branchId);
    this.dispatch({ type: "branch-failed", branchId, status });
  }

  loseEdge(): void {
    this.#waiting.clear();
    this.dispatch({ type: "edge-lost" });
    for (const ticket of this.#pending) this.dispatch({ type: "request-failed", ticket, status: 503 });
    this.#pending.clear();
  }

  findEdge(renew = false): void {
    this.dispatch({ type: "edge-back", renew });
  }

  play(side: Side, source: Overlay | undefined): void {
    this.#host.relay.play(this.sessionId, side, source);
  }

  dispatch(event: SessionEvent): void {
    this.#queue.push(event);
    if (this.isRunning) return;
    this.isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const before = this.#call;
      const { call, effects } = step(before, next);
      const isLegal = call.state === before.state || isTransition(SESSION_TRANSITIONS, before.state, call.state);
      assert.ok(isLegal, `session from ${before.state} to ${call.state}`);
      this.#call = call;
      for (const effect of effects) this.#perform(effect);
      if (call.branches !== before.branches) this.#offering(before);
      this.#isAnnounced = tellChange(this.#host.observer, this, before, this.#isAnnounced);
    }
    this.isRunning = false;
  }

  #leaving(side: Side, outcome: Outcome): void {
    const leg = this.#legs[side];
    const isUp = this.#call.state === "established" && leg !== undefined && !this.#taken.has(leg);
    if (isUp) this.#host.observer.onLeaving(this, side, outcome);
  }

  #triedDevices(): readonly LegDevice[] {
    const targets = new Map([...this.#targets].map(([id, device]) => [id, { device } as BranchTarget]));
    return triedDevices(this.#call, targets);
  }

  #offering(before: Session): void {
    const devices = this.#triedDevices();
    if (devices.length > 0) tellOffering(this.#host.observer, this, before, devices);
  }

  #perform(effect: SessionEffect): void {
    const { phones } = this.#host;
    switch (effect.type) {
      case "media":
        return this.#media(effect);
      case "invite":
        return this.#invite(effect);
      case "cancel":
        return this.#cancelBranch(effect.branchId);
      case "adopt":
        return this.#adopt(effect.branchId);
      case "decline":
        return this.#decline(effect.branchId);
      case "divert":
        return this.dispatch({ type: "diverted", route: this.#divert(effect.reason) });
      case "ring":
        return this.#host.observer.onRinging(this);
      case "answer":
        this.#goal = undefined;
        this.answeredAtMs = this.#host.agenda.nowMs;
        return this.#answer(this.#legs.caller);
      case "picked-up":
        this.#goal = undefined;
        this.answeredAtMs = this.#host.agenda.nowMs;
        return;
      case "reject":
        if (!this.#legs.caller.isVirtual) phones.respondInvite(this.#dialogOf("caller"), effect.status);
        return;
      case "respond":
        return this.#respond(effect);
      case "request":
        return this.#request(effect);
      case "pass":
        return this.dispatch({ type: "request-failed", ticket: effect.ticket, status: 481 });
      case "cancel-request":
      case "ack":
      case "persist":
        return;
      case "bye":
        return this.#bye(this.#legs[effect.side]);
      case "start-timer":
        return this.#startTimer(effect);
      case "stop-timer":
        return this.#stopTimer(effect.timer);
      case "ended":
        this.#host.count(`session ended: ${effect.outcome.reason}`);
        this.#host.onSessionEnded(this);
        return this.#host.observer.onEnded(this, effect.outcome);
      case "closed":
        this.#isFinished = true;
        return this.#closeWhenIdle();
    }
  }

  #answer(caller: SimulatedLeg): void {
    this.#host.phones.respondInvite(caller.dialog, 200, () => {
      if (this.#taken.has(caller)) this.#host.onAnswerLost(caller.tag);
      else this.dispatch({ type: "answer-lost" });
    });
  }

  /** What the phone of a party has; once it is over there, nothing that comes to it does anything. */
  #dialogOf(side: Side): PhoneDialog {
    return this.#legs[side]?.dialog ?? NOBODY;
  }

  /** One operation after the other. */
  #media({ operation, ticket }: EffectOf<"media">): void {
    const { agenda, chance, weather, relay } = this.#host;
    const delayMs = weather.delayMs === 0 ? 0 : chance.below(weather.delayMs / 4);
    this.#mediaMs = Math.max(this.#mediaMs, agenda.nowMs) + delayMs;
    agenda.plan(this.#mediaMs, true, () => {
      if (this.#call.state === "disconnected") return;
      if (chance.happens(weather.relayRefuses)) {
        this.isMediaUnsure = true;
        if (ticket !== 0) this.dispatch({ type: "media-failed", ticket, status: chance.pick([503, 500, 488]) ?? 503 });
        return;
      }
      const sdp = relay.run(this.sessionId, operation);
      if (ticket !== 0) this.dispatch({ type: "media-done", ticket, sdp });
    });
  }

  #invite({ branchId, sdp }: EffectOf<"invite">): void {
    const { edge, chance, weather, phones } = this.#host;
    if (this.#picked.has(branchId)) return this.#reinvite(branchId, sdp);
    const device = this.#targets.get(branchId);
    if (device === undefined || !edge.isUp || chance.happens(weather.sendFails)) {
      this.dispatch({ type: "branch-failed", branchId, status: 503, isOurs: device === undefined });
      return;
    }
    const dialog = phones.ring(phones.nameDialog(), device.name, sdp);
    const leg: SimulatedLeg = { tag: dialog.tag, device, isVirtual: false, dialog };
    this.#branches.set(branchId, leg);
    this.#host.addLeg(leg, this);
  }

  #reinvite(branchId: string, sdp: string | undefined): void {
    const leg = this.#branches.get(branchId);
    const fail = (): void => {
      this.#bye(leg);
      this.#forget(branchId);
      this.dispatch({ type: "branch-failed", branchId, status: 503, isOurs: true });
    };
    if (leg === undefined || !this.#host.edge.isUp) return fail();
    this.#host.phones.ask(leg.tag, sdp, (status, text) => {
      if (!this.#branches.has(branchId)) return;
      if (status >= 300) fail();
      else this.dispatch({ type: "branch-answered", branchId, sdp: text });
    });
  }

  #cancelBranch(branchId: string): void {
    const leg = this.#branches.get(branchId);
    if (leg !== undefined && !this.#picked.has(branchId)) this.#host.phones.cancelRinging(leg.tag);
  }

  #adopt(branchId: string): void {
    const leg = this.#branches.get(branchId);
    if (leg === undefined) return;
    this.#branches.delete(branchId);
    this.#picked.delete(branchId);
    if (this.#call.isOriginated === true) {
      this.#host.removeLeg(this.#legs.caller, this);
      this.#legs.caller = leg;
    } else this.#legs.callee = leg;
  }

  #decline(branchId: string): void {
    const leg = this.#branches.get(branchId);
    if (leg === undefined) return;
    this.#bye(leg);
    this.#forget(branchId);
  }

  #forget(branchId: string): void {
    const leg = this.#branches.get(branchId);
    this.#branches.delete(branchId);
    if (leg !== undefined) this.#host.removeLeg(leg, this);
    this.#picked.get(branchId)?.();
    this.#picked.delete(branchId);
  }

  #divert(reason: Diversion): Goal["route"] | undefined {
    const diverted = this.#goal?.divert(reason);
    if (diverted === undefined) return undefined;
    // The real shell does so, too, where the session's machine then refuses a service.
    if (diverted.route.kind === "endpoint") this.endpoint = diverted.endpoint ?? "echo";
    this.#goal = diverted;
    this.#targets = diverted.targets;
    return diverted.route;
  }

  #respond({ transaction, status }: EffectOf<"respond">): void {
    const side = this.#waiting.get(transaction);
    this.#waiting.delete(transaction);
    this.#host.count(`request of a phone: ${status}`);
    if (side === undefined) return;
    const onLost = (): void => this.#host.onChangeAnswerLost(this.#legs[side]?.tag ?? "");
    this.#host.phones.respondChange(this.#dialogOf(side), transaction, status, onLost);
  }

  #request({ side, sdp, ticket }: EffectOf<"request">): void {
    const { edge, phones } = this.#host;
    const leg = this.#legs[side];
    if (leg === undefined || !edge.isUp) {
      this.dispatch({ type: "request-failed", ticket, status: leg === undefined ? 481 : 503 });
      return;
    }
    this.#pending.add(ticket);
    phones.ask(leg.tag, sdp, (status, text) => {
      if (!this.#pending.delete(ticket)) return;
      this.#host.count(`re-INVITE of the switch: ${status}`);
      if (status >= 300) this.dispatch({ type: "request-failed", ticket, status });
      else this.dispatch({ type: "request-answered", ticket, status, sdp: text });
    });
  }

  #bye(leg: SimulatedLeg | undefined): void {
    if (leg === undefined || leg.isVirtual) return;
    this.#byes += 1;
    this.#host.phones.bye(leg.tag, () => {
      this.#byes -= 1;
      if (this.#byes === 0) this.#closeWhenIdle();
    });
  }

  #startTimer({ timer, delayMs, spreadMs = 0 }: EffectOf<"start-timer">): void {
    this.#stopTimer(timer);
    const { agenda, chance } = this.#host;
    const atMs = agenda.nowMs + delayMs + (spreadMs === 0 ? 0 : chance.below(spreadMs));
    const planned = agenda.plan(atMs, false, () => {
      this.#timers.delete(timer);
      this.dispatch({ type: "timer", timer });
    });
    this.#timers.set(timer, planned);
  }

  #stopTimer(timer: TimerName): void {
    const planned = this.#timers.get(timer);
    this.#timers.delete(timer);
    if (planned !== undefined) this.#host.agenda.cancel(planned);
  }

  #closeWhenIdle(): void {
    if (!this.#isFinished || this.#byes > 0) return;
    this.#isFinished = false;
    for (const timer of [...this.#timers.keys()]) this.#stopTimer(timer);
    for (const leg of this.legs) this.#host.removeLeg(leg, this);
    for (const branchId of [...this.#branches.keys()]) this.#forget(branchId);
    this.#host.onSessionClosed(this);
  }
}

/** The party at the other side, for who wants to know what a leg is connected with. */
export function otherLegOf(session: SimulatedSession, side: Side): SimulatedLeg | undefined {
  const other = session.leg(otherSide(side));
  return other !== undefined && session.sideOf(other) !== undefined ? other : undefined;
}
