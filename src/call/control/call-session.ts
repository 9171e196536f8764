import type { RelayEndpoint } from "../../media/index.ts";
import type { SipMessage } from "../../sip/message/index.ts";
import {
  NEW_SESSION,
  otherSide,
  step,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type Diversion,
  type Outcome,
  type Side,
} from "../model/index.ts";
import type { EdgeDialog, IncomingRequest } from "../signaling/signaling-port.ts";
import { BranchSet } from "./branch-set.ts";
import { occupiedBy, triedDevices } from "./call-devices.ts";
import { CallMedia } from "./call-media.ts";
import type { CallProgress } from "./call-progress.ts";
import { CallTimers } from "./call-timers.ts";
import { CallerResponses } from "./caller-responses.ts";
import { DialogRequests } from "./dialog-requests.ts";
import { HoldLog } from "./hold-log.ts";
import type { Leg, LegDevice } from "./leg.ts";
import { edgeDialogOf, noteKnown, skipSequenceNumbers } from "./leg-dialog.ts";
import type { NewSession, OfferedInvite } from "./offered-invite.ts";
import { cancelReason, COMPLETED_ELSEWHERE, reasonOf, toldReason } from "./reason-header.ts";
import { LegLog } from "./leg-log.ts";
import { MediaOperations } from "./media-operations.ts";
import { ringingCallOf, savedCallOf, savedLegs, type SavedCall } from "./saved-call.ts";
import type { SessionContext } from "./session-context.ts";
import { startProgress } from "./start-progress.ts";
import { RefusalWarning } from "./warning-header.ts";

/** What every call needs. */
export type CallContext = SessionContext<CallSession>;

type EffectOf<Type extends SessionEffect["type"]> = Extract<SessionEffect, { type: Type }>;

/** The shell of one call: feeds its model with events and performs the effects in order. */
export class CallSession {
  readonly callId: string;
  readonly endpoint: RelayEndpoint | undefined;
  readonly progress: CallProgress;
  readonly #context: CallContext;
  readonly #media: CallMedia;
  readonly #mediaOperations: MediaOperations;
  readonly #timers: CallTimers;
  readonly #requests: DialogRequests;
  readonly #branches: BranchSet;
  readonly #warning = new RefusalWarning();
  readonly #legs: { caller: Leg; callee: Leg | undefined };
  readonly #calleeCallIds: string[];
  readonly #log: LegLog;
  readonly #holds: HoldLog;
  #call: Session;
  #offered: OfferedInvite | undefined;
  readonly #queue: SessionEvent[] = [];
  #isRunning = false;
  #isFinished = false;
  #responses: CallerResponses | undefined;
  #isAnswerSent: boolean;

  constructor(
    context: CallContext,
    created: NewSession,
    saved?: { readonly saved: SavedCall; readonly call: Session },
  ) {
    const { callId, caller, endpoint } = created;
    const { clock, relay, logger } = context;
    const codecsBetween = caller.takesAnyCodec === true ? () => undefined : context.codecsBetween;
    this.#context = context;
    this.callId = callId;
    this.endpoint = endpoint;
    this.#call = saved?.call ?? NEW_SESSION;
    this.#isAnswerSent = saved !== undefined;
    this.#legs = { caller, callee: saved?.saved.callee };
    const legs = saved === undefined ? [] : savedLegs(saved.saved);
    this.#calleeCallIds = legs.map(({ sipCallId }) => sipCallId);
    this.#log = new LegLog(clock, legs);
    this.#holds = new HoldLog(clock, saved?.saved.holds);
    this.progress = startProgress(created, saved?.saved, {
      nowMs: clock.wallMs(),
      calleeCallIds: this.#calleeCallIds,
      legs: this.#log,
      holds: this.#holds,
    });
    this.#media = new CallMedia({ callId, relay, endpoint, logger });
    if (saved !== undefined) this.#media.resume();
    this.#timers = new CallTimers(clock, context.ids, (timer) => this.dispatch({ type: "timer", timer }));
    this.#requests = new DialogRequests({
      port: context.port,
      ids: context.ids,
      warning: this.#warning,
      dispatch: (event) => this.dispatch(event),
      wayTo: (leg) => context.wayTo(leg),
      onIdle: () => this.#closeWhenIdle(),
      describe: (leg) => this.describe(leg),
      rename: (leg, dialogId) => this.#rename(leg, dialogId),
    });
    this.#branches = new BranchSet({
      port: context.port,
      ids: context.ids,
      dispatch: (event) => this.dispatch(event),
      log: this.#log,
      onLeg: (leg) => {
        context.owner.addLeg(leg, this);
        this.#calleeCallIds.push(leg.sipCallId);
      },
      onLegGone: (leg) => context.owner.removeLeg(leg),
      onConnected: (device) => {
        if (this.#responses !== undefined) this.#responses.connected = device;
      },
      onWarnings: (codes) => this.#warning.note(codes),
      codecsBetween,
    });
    this.#mediaOperations = new MediaOperations({
      media: this.#media,
      warning: this.#warning,
      dispatch: (event) => this.dispatch(event),
      legs: this.#legs,
      branchLeg: (branchId) => this.#branches.get(branchId)?.leg,
      codecsBetween,
    });
    for (const leg of this.legs) context.owner.addLeg(leg, this);
    if (saved !== undefined) this.#doubt("unsure");
  }

  /** The call as its model has it. */
  get call(): Session {
    return this.#call;
  }

  get legs(): readonly Leg[] {
    const { caller, callee } = this.#legs;
    return callee === undefined ? [caller] : [caller, callee];
  }

  /** Names of the devices that it counts for. */
  get occupies(): readonly string[] {
    return occupiedBy(this.progress);
  }

  /** The relay may have a session for it. */
  get hasMedia(): boolean {
    return this.#media.isOpen;
  }

  leg(side: Side): Leg | undefined {
    return this.#legs[side];
  }

  /** Which party a leg is; undefined for that of a branch that is not the callee. */
  sideOf(leg: Leg): Side | undefined {
    const { caller, callee } = this.#legs;
    return leg === caller ? "caller" : leg === callee ? "callee" : undefined;
  }

  /** Begins the call. */
  offer(offered: OfferedInvite): void {
    this.#offered = offered;
    this.#responses = new CallerResponses(offered, this.#legs.caller, this.#warning);
    this.dispatch({ type: "offered", sdp: offered.sdp, route: offered.route });
  }

  /** True when the transaction is one of this call's INVITEs, which was then taken back. */
  cancel(transactionId: string, message: SipMessage): boolean {
    if (this.#offered?.request.transactionId === transactionId) {
      this.dispatch({ type: "cancelled", told: toldReason(message) });
      return true;
    }
    if (!this.#requests.has(transactionId)) return false;
    this.dispatch({ type: "reinvite-cancelled", transaction: transactionId });
    this.#requests.forget(transactionId);
    return true;
  }

  /** A request inside the dialog of one of the parties, from whom it should be. */
  receive(side: Side, request: IncomingRequest): void {
    const leg = this.#legs[side];
    if (leg === undefined) return;
    const { state, suspended } = this.#call;
    const isShort = state === "established" && suspended && this.#context.port.takesDialogs;
    if (isShort && this.#requests.hold(request, () => this.receive(side, request))) return;
    this.#requests.receive(side, leg, this.#legs[otherSide(side)], request);
  }

  /** A device of this call has registered: it may have connected anew. */
  follow(deviceName: string): void {
    if (this.#call.state !== "established") return;
    for (const leg of this.legs) if (leg.device.name === deviceName) this.#requests.follow(leg);
  }

  /** Nothing can be sent any more. */
  loseEdge(): void {
    this.#requests.forgetAll();
    this.#doubt("unsure");
    this.dispatch({ type: "edge-lost" });
  }

  /** The caller is known to have got its 200, so that its dialog is one. */
  get isAnswerSent(): boolean {
    return this.#isAnswerSent;
  }

  /** What an edge is told of a leg's dialog that does not know it; undefined when too little is known. */
  describe(leg: Leg): EdgeDialog | undefined {
    const side = this.sideOf(leg);
    skipSequenceNumbers(leg);
    this.#persist();
    return edgeDialogOf(leg, side === undefined ? undefined : this.#call[side].localSdp);
  }

  /** The edge that is connected has the dialogs of these legs. */
  noteKnown(legs: readonly Leg[]): void {
    const { edgeMemory } = this.#context.port;
    if (legs.filter((leg) => noteKnown(leg, edgeMemory)).length > 0) this.#persist();
  }

  /** The server has lost the dialogs, or has them for a process that is gone; `renew` is to follow. */
  loseDialogs(): void {
    this.#doubt("lost");
    for (const leg of this.legs) skipSequenceNumbers(leg);
    this.#persist();
  }

  /** There is an edge. @param renew it is sent an INVITE to each party, with what was agreed, to know dialogs again by */
  findEdge(renew = false): void {
    this.dispatch({ type: "edge-back", renew });
    this.#requests.release();
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
      for (const effect of effects) this.#perform(effect);
      if (effects.some(({ type }) => type === "invite")) this.#persist();
      if (call.branches !== before.branches) this.#occupy(triedDevices(call, this.#offered?.targets));
    }
    this.#isRunning = false;
    this.#context.owner.onChanged(this);
  }

  /** The devices that the call is at now; none: where it was. */
  #occupy(devices: readonly LegDevice[]): void {
    const [first] = devices;
    if (first === undefined) return;
    if (!devices.some(({ name }) => name === this.progress.callee?.name)) this.progress.callee = first;
    this.progress.callees = devices;
    this.#context.owner.onMoved(this);
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case "media":
        return this.#mediaOperations.run(effect.operation, effect.ticket);
      case "invite":
        return this.#branches.invite(effect, this.#offered, this.#legs.caller.device);
      case "cancel":
        return this.#branches.cancel(effect.branchId, cancelReason(effect));
      case "adopt":
        return this.#adopt(effect.branchId);
      case "decline":
        return this.#decline(effect.branchId);
      case "divert":
        return this.#divert(effect.reason);
      case "ring":
        return this.#ring(effect);
      case "answer":
        return this.#answer(effect.sdp);
      case "reject":
        return this.#responses?.reject(effect);
      case "respond":
        return this.#requests.respond(effect);
      case "request":
        return this.#requests.send(effect, this.#legs[effect.side], this.#legs[otherSide(effect.side)]);
      case "pass":
        return this.#requests.pass(effect, this.#legs[effect.side]);
      case "cancel-request":
        return this.#requests.cancel(effect.ticket);
      case "ack":
        return this.#requests.acknowledge(effect.side, effect.sdp);
      case "bye":
        return this.#requests.bye(this.#legs[effect.side], reasonOf(effect.outcome));
      case "start-timer":
        return this.#timers.start(effect.timer, effect.delayMs, effect.spreadMs);
      case "stop-timer":
        return this.#timers.stop(effect.timer);
      case "persist":
        return this.#persist();
      case "ended":
        return this.#ended(effect.outcome);
      case "closed":
        this.#isFinished = true;
        return this.#closeWhenIdle();
    }
  }

  #divert(reason: Diversion): void {
    const offered = this.#offered;
    const routed = offered?.divert?.(reason);
    if (offered && routed) this.#offered = { ...offered, targets: routed.targets };
    this.dispatch({ type: "diverted", route: routed?.route });
  }

  #adopt(branchId: string): void {
    const taken = this.#branches.take(branchId);
    if (taken === undefined) return;
    this.#legs.callee = taken.leg;
    this.#occupy([taken.leg.device]);
    this.#requests.expectAck("callee", taken.response);
  }

  #decline(branchId: string): void {
    const branch = this.#branches.get(branchId);
    if (branch === undefined) return;
    branch.response?.acknowledge();
    this.#requests.bye(branch.leg, COMPLETED_ELSEWHERE);
    this.#log.giveUp(branchId);
    this.#branches.forget(branchId);
  }

  #ring(effect: EffectOf<"ring">): void {
    this.progress.ringingAtMs ??= this.#context.clock.wallMs();
    this.#responses?.ring(effect);
  }

  #answer(sdp: string): void {
    this.#responses?.answer(sdp, this.#legs.callee, (error) => {
      this.#isAnswerSent ||= error === undefined;
      if (error === undefined || error.code === "edge-lost") return;
      this.#context.logger.info("answer came too late", { callId: this.callId, error: error.message });
      this.dispatch({ type: "answer-lost" });
    });
    this.#offered = undefined;
    this.#responses = undefined;
    this.#context.owner.onAnswered(this);
  }

  #doubt(standing: "unsure" | "lost"): void {
    for (const { dialog } of this.legs) if (dialog !== undefined) dialog.standing = standing;
  }

  #rename(leg: Leg, dialogId: string): void {
    const { owner } = this.#context;
    owner.removeLeg(leg);
    leg.dialogId = dialogId;
    owner.addLeg(leg, this);
  }

  #persist(): void {
    const { store, clock } = this.#context;
    const { state } = this.#call;
    if (state === "disconnected") return;
    if (state !== "established") return store.put(ringingCallOf(this.progress, this.#legs.caller));
    this.progress.answeredAtMs ??= clock.wallMs();
    store.put(savedCallOf(this.progress, this.#call, this.#legs, this.endpoint));
  }

  #ended(outcome: Outcome): void {
    const { owner, clock } = this.#context;
    const endedAtMs = clock.wallMs();
    // What waited for the edge gets its answer from a call that has ended.
    this.#requests.release();
    owner.onEnded(this, outcome, this.#finish(outcome, endedAtMs));
  }

  async #finish(outcome: Outcome, endedAtMs: number): Promise<void> {
    const { store, logger } = this.#context;
    const call = this.#call;
    const summary = await this.#media.release();
    await this.#context.writeRecord({ progress: this.progress, call, outcome, nowMs: endedAtMs, summary });
    // The record is there before the call is forgotten: a call that ends while the process dies is recorded still.
    store.remove(this.callId);
    logger.info("call ended", { callId: this.callId, reason: outcome.reason, status: outcome.status, by: outcome.by });
  }

  #closeWhenIdle(): void {
    if (!this.#isFinished || !this.#requests.isIdle) return;
    this.#isFinished = false;
    this.#timers.close();
    for (const leg of this.legs) this.#context.owner.removeLeg(leg);
    this.#branches.clear();
    this.#context.owner.onClosed(this);
  }
}
