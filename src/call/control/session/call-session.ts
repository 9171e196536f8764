import type { RelayEndpoint } from "../../../media/index.ts";
import type { SipMessage } from "../../../sip/message/index.ts";
import {
  NEW_SESSION,
  otherSide,
  step,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type Outcome,
  type Side,
} from "../../model/index.ts";
import type { IncomingRequest } from "../../signaling/signaling-port.ts";
import type { BranchSet } from "../leg/branch-set.ts";
import { moveTo, moveToService, occupiedBy, shownCaller, triedDevices } from "../call-devices.ts";
import { CallGoal } from "./call-goal.ts";
import { CallMedia } from "./call-media.ts";
import type { CallProgress } from "./call-progress.ts";
import { CallTimers } from "./call-timers.ts";
import type { DialogRequests } from "../leg/dialog-requests.ts";
import { HoldLog } from "./hold-log.ts";
import type { Leg } from "../leg/leg.ts";
import type { NewSession, OfferedInvite, OriginatedCall } from "./offered-invite.ts";
import { byeOutcome, cancelReason, COMPLETED_ELSEWHERE, reasonOf, toldReason } from "../headers/reason-header.ts";
import { LegLog } from "../leg/leg-log.ts";
import type { MediaOperations } from "./media-operations.ts";
import { savedLegs, type SavedCall } from "../recovery/saved-call.ts";
import type { SessionContext } from "./session-context.ts";
import { SessionDialogs } from "./session-dialogs.ts";
import { finishSession, persistSession } from "./session-file.ts";
import { tellChange, tellOffering } from "./session-observer.ts";
import { makeParts, type SessionHost } from "./session-parts.ts";
import type { SessionMoves } from "./session-moves.ts";
import { SessionParties } from "./session-parties.ts";
import { startProgress } from "./start-progress.ts";
import type { RefusalWarning } from "../headers/warning-header.ts";

/** What every call needs. */
export type CallContext = SessionContext<CallSession>;

type EffectOf<Type extends SessionEffect["type"]> = Extract<SessionEffect, { type: Type }>;

/** An established session that begins with what is known of it. */
export interface ResumedSession {
  readonly saved: SavedCall;
  readonly call: Session;
  /** From the file: the process that had it is gone. */
  readonly isRestored: boolean;
}

/** The shell of one session: feeds its model with events and performs the effects in order. */
export class CallSession {
  readonly callId: string;
  readonly progress: CallProgress;
  readonly media: CallMedia;
  readonly dialogs: SessionDialogs;
  /** What is sent inside the dialogs of its parties. */
  readonly requests: DialogRequests;
  readonly moves: SessionMoves;
  readonly #context: CallContext;
  readonly #mediaOperations: MediaOperations;
  readonly #timers: CallTimers;
  readonly #branches: BranchSet;
  readonly #warning: RefusalWarning;
  readonly #legs: SessionParties;
  readonly #calleeCallIds: string[];
  readonly #log: LegLog;
  readonly #holds: HoldLog;
  #call: Session;
  readonly #goal = new CallGoal();
  readonly #queue: SessionEvent[] = [];
  #isRunning = false;
  #isFinished = false;
  /** Observers know that its parties are established. */
  #isAnnounced: boolean;
  #isAnswerSent: boolean;

  constructor(context: CallContext, created: NewSession, resumed?: ResumedSession) {
    const { callId, caller, endpoint } = created;
    const { clock, relay, logger } = context;
    const { saved } = resumed ?? {};
    this.#context = context;
    this.callId = callId;
    this.#call = resumed?.call ?? NEW_SESSION;
    this.#isAnswerSent = this.#isAnnounced = saved !== undefined;
    this.#legs = new SessionParties(caller, saved?.callee);
    const legs = saved === undefined ? [] : savedLegs(saved);
    this.#calleeCallIds = legs.map(({ sipCallId }) => sipCallId);
    this.#log = new LegLog(clock, legs);
    this.#holds = new HoldLog(clock, saved?.holds);
    this.progress = startProgress(created, saved, {
      nowMs: clock.wallMs(),
      calleeCallIds: this.#calleeCallIds,
      legs: this.#log,
      holds: this.#holds,
      isRestored: resumed?.isRestored === true,
    });
    this.media = new CallMedia({ callId, relay, endpoint, logger });
    if (resumed?.isRestored === true) this.media.resume();
    this.#timers = new CallTimers(clock, context.ids, (timer) => this.dispatch({ type: "timer", timer }));
    this.dialogs = new SessionDialogs({ context, session: this, persist: () => this.#persist() });
    const parts = makeParts(this.#host());
    this.#warning = parts.warning;
    this.requests = parts.requests;
    this.moves = parts.moves;
    this.#branches = parts.branches;
    this.#mediaOperations = parts.mediaOperations;
    for (const leg of this.legs) context.owner.addLeg(leg, this);
    if (resumed?.isRestored === true) this.dialogs.doubt("unsure");
  }

  #host(): SessionHost<CallSession> {
    const { owner, observer } = this.#context;
    return {
      context: this.#context,
      sessionId: this.callId,
      media: this.media,
      log: this.#log,
      legs: this.#legs,
      goal: this.#goal,
      call: () => this.#call,
      dispatch: (event) => this.dispatch(event),
      onIdle: () => this.#closeWhenIdle(),
      describe: (leg) => this.dialogs.describe(leg),
      rename: (leg, dialogId) => this.dialogs.rename(leg, dialogId),
      onRefer: (side, request) => observer.onRefer(this, side, request),
      onLeg: (leg) => {
        owner.addLeg(leg, this);
        this.#calleeCallIds.push(leg.sipCallId);
      },
      onConnected: (device) => this.#goal.noteConnected(device),
      onService: (endpoint) => this.#moveToService(endpoint),
    };
  }

  /** The service that is the other party. */
  get endpoint(): RelayEndpoint | undefined {
    return this.media.endpoint;
  }

  /** The call as its model has it. */
  get call(): Session {
    return this.#call;
  }

  get legs(): readonly Leg[] {
    return this.#legs.legs;
  }

  /** Names of the devices that it counts for. */
  get occupies(): readonly string[] {
    return occupiedBy(this.progress);
  }

  /** The relay may have a session for it. */
  get hasMedia(): boolean {
    return this.media.isOpen;
  }

  leg(side: Side): Leg | undefined {
    return this.#legs[side];
  }

  /** The party that hears what the relay's side of that tag sends. */
  otherLeg(tag: string): Leg | undefined {
    return tag === "caller" ? this.#legs.callee : tag === "callee" ? this.#legs.caller : undefined;
  }

  /** Which party a leg is; undefined for that of a branch that is not the callee. */
  sideOf(leg: Leg): Side | undefined {
    return this.#legs.sideOf(leg);
  }

  /** Begins the call. */
  offer(offered: OfferedInvite): void {
    this.#goal.beginFor(offered, this.#legs.caller, this.#warning);
    this.dispatch({ type: "offered", sdp: offered.sdp, route: offered.route });
  }

  /** Begins a call that the switch makes by itself. */
  originate(originated: OriginatedCall): void {
    this.#goal.begin(originated);
    this.dispatch({ type: "originated", route: originated.route });
  }

  /** Hands legs over to another session; what is left of this one ends. */
  take(legs: readonly Leg[], outcome: Outcome): void {
    this.dispatch(this.#legs.take(legs, outcome));
  }

  /** True when the transaction is one of this call's INVITEs, which was then taken back. */
  cancel(transactionId: string, message: SipMessage): boolean {
    if (this.#goal.isOf(transactionId)) {
      this.dispatch({ type: "cancelled", told: toldReason(message) });
      return true;
    }
    if (!this.requests.has(transactionId)) return false;
    this.dispatch({ type: "reinvite-cancelled", transaction: transactionId });
    this.requests.forget(transactionId);
    return true;
  }

  /** A request inside the dialog of one of the parties, from whom it should be. One that was held while that moved is to come again. */
  receive(side: Side, request: IncomingRequest): void {
    const leg = this.#legs.present(side);
    if (leg === undefined) return this.#legs[side] === undefined ? undefined : request.respond(491, {});
    const isShort = this.#call.state === "established" && this.#call.suspended && this.#context.port.takesDialogs;
    if (isShort && this.requests.hold(request, () => this.receive(side, request))) return;
    if (request.message.method === "BYE") this.#leaving(side, byeOutcome(side, request.message));
    this.requests.receive(side, leg, this.#legs[otherSide(side)], request);
  }

  /** The dialog of a party is gone. */
  lose(side: Side, outcome: Outcome): void {
    this.#leaving(side, outcome);
    this.dispatch({ type: "gone", side, outcome });
  }

  /** Who else is in the session may be taken before it ends. */
  #leaving(side: Side, outcome: Outcome): void {
    const isUp = this.#call.state === "established" && this.#legs.present(side) !== undefined;
    if (isUp) this.#context.observer.onLeaving(this, side, outcome);
  }

  /** A device of this call has registered: it may have connected anew. */
  follow(deviceName: string): void {
    if (this.#call.state !== "established") return;
    for (const leg of this.legs) if (leg.device.name === deviceName) this.requests.follow(leg);
  }

  /** Nothing can be sent any more. */
  loseEdge(): void {
    this.requests.forgetAll();
    this.dialogs.doubt("unsure");
    this.dispatch({ type: "edge-lost" });
  }

  /** The caller is known to have got its 200, so that its dialog is one. */
  get isAnswerSent(): boolean {
    return this.#isAnswerSent;
  }

  /** There is an edge. @param renew it is sent an INVITE to each party, with what was agreed, to know dialogs again by */
  findEdge(renew = false): void {
    this.dispatch({ type: "edge-back", renew });
    this.requests.release();
  }

  /** Stops its timers. */
  stop(): void {
    this.#timers.close();
  }

  dispatch(event: SessionEvent): void {
    this.#queue.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const before = this.#call;
      const { call, effects } = step(before, next);
      this.#holds.note(before, call);
      this.#call = call;
      const lastInvite = effects.findLast(({ type }) => type === "invite");
      for (const effect of effects) {
        this.#perform(effect);
        if (effect !== lastInvite) continue;
        this.#persist();
        this.#context.port.hasten();
      }
      if (call.branches !== before.branches) this.#offering(before);
      this.#isAnnounced = tellChange(this.#context.observer, this, before, this.#isAnnounced);
      // Those who follow calls have on file that it is answered before the caller hears of it.
      if (effects.some(({ type }) => type === "answer")) this.#context.port.hasten();
    }
    this.#isRunning = false;
    this.#context.owner.onChanged(this);
  }

  #offering(before: Session): void {
    const devices = triedDevices(this.#call, this.#goal.targets?.targets);
    if (!moveTo(this.progress, devices)) return;
    this.progress.shownCaller = shownCaller(this.#call, this.#goal.targets?.targets, this.progress.caller);
    this.#context.owner.onMoved(this);
    tellOffering(this.#context.observer, this, before, devices);
  }

  #divert(reason: EffectOf<"divert">["reason"]): void {
    const diverted = this.#goal.divert(reason);
    if (diverted?.endpoint !== undefined) this.#moveToService(diverted.endpoint);
    this.dispatch({ type: "diverted", route: diverted?.route });
  }

  #moveToService(endpoint: RelayEndpoint): void {
    this.media.endpoint = moveToService(this.progress, endpoint);
    this.#context.owner.onMoved(this);
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case "media":
        return this.#mediaOperations.run(effect.operation, effect.ticket);
      case "invite":
        return this.#branches.invite(effect, this.#goal.targets, this.#legs.caller.device);
      case "offer":
        return this.#branches.offer(effect, this.#legs.caller.device);
      case "cancel":
        return this.#branches.cancel(effect.branchId, cancelReason(effect));
      case "adopt":
        return this.#adopt(effect.branchId);
      case "decline":
        return this.#branches.decline(effect.branchId, (leg) => this.requests.bye(leg, COMPLETED_ELSEWHERE));
      case "divert":
        return this.#divert(effect.reason);
      case "ring":
        return this.#ring(effect);
      case "answer":
        return this.#answer(effect.sdp);
      case "reject":
        return this.#goal.responses?.reject(effect);
      case "respond":
        return this.requests.respond(effect);
      case "request":
        return this.requests.send(effect, this.#legs[effect.side], this.#legs[otherSide(effect.side)]);
      case "pass":
        return this.requests.pass(effect, this.#legs[effect.side]);
      case "cancel-request":
        return this.requests.cancel(effect.ticket);
      case "ack":
        return this.requests.acknowledge(effect.side, effect.sdp);
      case "bye":
        return this.requests.bye(this.#legs[effect.side], reasonOf(effect.outcome));
      case "start-timer":
        return this.#timers.start(effect.timer, effect.delayMs, effect.spreadMs);
      case "stop-timer":
        return this.#timers.stop(effect.timer);
      case "persist":
        return this.#persist();
      case "picked-up":
        this.#goal.reach();
        return this.#context.owner.onAnswered(this);
      case "ended":
        return this.#ended(effect.outcome);
      case "closed":
        this.#isFinished = true;
        return this.#closeWhenIdle();
    }
  }

  #adopt(branchId: string): void {
    const taken = this.#branches.take(branchId);
    if (taken === undefined) return;
    if (this.#call.isOriginated === true) {
      // It takes the place of the caller, whom there is none of.
      this.#context.owner.removeLeg(this.#legs.caller);
      this.#legs.caller = taken.leg;
    } else this.#legs.callee = taken.leg;
    if (moveTo(this.progress, [taken.leg.device])) this.#context.owner.onMoved(this);
    this.requests.expectAck("callee", taken.response);
  }

  #ring(effect: EffectOf<"ring">): void {
    this.progress.ringingAtMs ??= this.#context.clock.wallMs();
    if (this.#goal.ring(effect)) this.#context.observer.onRinging(this);
  }

  #answer(sdp: string): void {
    const { caller, callee } = this.#legs;
    this.#goal.responses?.answer(sdp, callee, (error) => {
      this.#isAnswerSent ||= error === undefined;
      if (error === undefined || error.code === "edge-lost") return;
      this.#context.logger.info("answer came too late", { callId: this.callId, error: error.message });
      if (this.#legs.isTaken(caller)) this.#context.owner.onAnswerLost(caller);
      else this.dispatch({ type: "answer-lost" });
    });
    this.#goal.reach();
    this.#context.owner.onAnswered(this);
  }

  #persist(): void {
    persistSession(this.#context, this, this.#legs);
  }

  #ended(outcome: Outcome): void {
    const { owner, observer, clock } = this.#context;
    // What waited for the edge gets its answer from a call that has ended.
    this.requests.release();
    const ended = { callId: this.callId, media: this.media, progress: this.progress, call: this.#call };
    owner.onEnded(this, outcome, finishSession(this.#context, ended, outcome, clock.wallMs()));
    observer.onEnded(this, outcome);
  }

  #closeWhenIdle(): void {
    if (!this.#isFinished || !this.requests.isIdle) return;
    this.#isFinished = false;
    this.#timers.close();
    for (const leg of this.legs) this.#context.owner.removeLeg(leg);
    this.#branches.clear();
    this.#context.owner.onClosed(this);
  }
}
