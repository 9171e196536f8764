import { withMore, type Clock } from "../../common/index.ts";
import type { CallChange, CallView, ConnectionView, CtiSignal, PartyView, UserData, Why } from "../../signals/index.ts";
import {
  LOST_WITH_PROCESS,
  type Address,
  type Call,
  type Change,
  type Connection,
  type World,
} from "../model/index.ts";
import { areSameParties, partiesIn, partiesOf, type CallFacts } from "./call-parties.ts";
import { changesByCall, collapseChanges } from "./collapse-changes.ts";
import { EndedCalls } from "./ended-calls.ts";
import { partyView } from "./party-view.ts";
import { viewDifference } from "./view-difference.ts";

export interface CallSignalsOptions {
  /** Read, and never written to. */
  readonly world: World;
  readonly clock: Clock;
  readonly facts: CallFacts;
  readonly userDataOf: (callId: string) => UserData | undefined;
}

export type CallSignal = Extract<CtiSignal, { kind: "call" }>;

/** Features that send others elsewhere: who leaves by them has redirected. */
const REDIRECTING: ReadonlySet<Why["feature"]> = new Set(["transfer", "blind-transfer", "redirect", "park", "refer"]);
const FOUND: Why = { cause: 31, feature: "normal", by: "system" };

/**
 * Calls as applications are shown them, and what they are told of each step of the model. It knows each call as it was
 * told last, so that what is told and what a snapshot shows are the same thing.
 */
export class CallSignals {
  readonly #options: CallSignalsOptions;
  readonly #views = new Map<string, CallView>();
  readonly #ended: EndedCalls;

  constructor(options: CallSignalsOptions) {
    this.#options = options;
    this.#ended = new EndedCalls(options.clock);
  }

  /** Calls that go on, as they were told last. */
  get views(): ReadonlyMap<string, CallView> {
    return this.#views;
  }

  get endedCount(): number {
    return this.#ended.size;
  }

  /** May be called twice. */
  close(): void {
    this.#ended.close();
  }

  /** How a call was that has ended: for ten minutes. */
  finalViewOf(callId: string): CallView | undefined {
    return this.#ended.get(callId);
  }

  /** One signal for each call that a step of the model has touched, in the order in which it touched them. */
  take(changes: readonly Change[]): CallSignal[] {
    const signals: CallSignal[] = [];
    for (const [callId, own] of changesByCall(changes)) {
      const signal = this.#signalOf(callId, own);
      if (signal !== undefined) signals.push(signal);
    }
    return signals;
  }

  /** The user data of a call has been changed. */
  takeUserData(callId: string): CallSignal | undefined {
    const call = this.#options.world.calls.get(callId);
    const known = this.#views.get(callId);
    if (call === undefined) return undefined;
    const userData = this.#options.userDataOf(callId) ?? {};
    const view = this.#viewOf(call, known);
    // A session may have learnt since who calls whom, by nothing that is a step.
    return this.#signal(view, [{ type: "user-data", userData }, ...partiesSince(known, view)]);
  }

  /**
   * From now on steps are taken; those before were not. What was told of a call then counts no more, but its version goes
   * on.
   */
  resume(): void {
    const { calls } = this.#options.world;
    for (const callId of this.#views.keys()) if (!calls.has(callId)) this.#views.delete(callId);
    for (const [callId, call] of calls) {
      const known = this.#views.get(callId);
      this.#views.set(callId, this.#viewOf(call, known));
    }
  }

  /** A call as the process before this one has told it last; the highest version counts. */
  restore(view: CallView): void {
    const known = this.#views.get(view.callId) ?? this.#ended.get(view.callId);
    if (known !== undefined && known.ver >= view.ver) return;
    if (view.state === "invalid") {
      this.#views.delete(view.callId);
      this.#ended.add(view);
    } else this.#views.set(view.callId, view);
  }

  /** What is different now from what the process before this one has told last. */
  reconcile(): CallSignal[] {
    const { calls } = this.#options.world;
    const signals: CallSignal[] = [];
    const add = (before: CallView | undefined, after: CallView): void => {
      const changes = viewDifference(before, after, { lost: LOST_WITH_PROCESS, found: FOUND });
      if (changes.length > 0) signals.push(this.#signal(after, changes));
    };
    for (const view of [...this.#views.values()]) {
      if (!calls.has(view.callId)) add(view, this.#finalView(view, LOST_WITH_PROCESS));
    }
    for (const call of calls.values()) {
      const known = this.#views.get(call.callId);
      add(known, this.#viewOf(call, known));
    }
    return signals;
  }

  #signalOf(callId: string, own: readonly Change[]): CallSignal | undefined {
    const known = this.#views.get(callId);
    const call = this.#options.world.calls.get(callId);
    const changes = collapseChanges(own, (address) => this.#partyOf(address));
    const ending = changes.find((change) => change.type === "call" && change.state === "invalid");
    if (call === undefined) {
      // What has begun and ended in the same step was never there.
      if (known === undefined || ending?.type !== "call") return undefined;
      return this.#signal(this.#finalView(known, ending.why, ending.mergedInto), changes);
    }
    const view = this.#viewOf(call, known, redirecting(changes, known));
    const told = [...changes.map((change) => withState(change, view)), ...partiesSince(known, view)];
    return told.length === 0 ? undefined : this.#signal(view, told);
  }

  #signal(call: CallView, changes: readonly CallChange[]): CallSignal {
    if (call.state === "invalid") {
      this.#views.delete(call.callId);
      this.#ended.add(call);
    } else this.#views.set(call.callId, call);
    return { kind: "call", call, changes };
  }

  #viewOf(call: Call, known: CallView | undefined, sender?: PartyView): CallView {
    const { world, facts, clock, userDataOf } = this.#options;
    const { callId, state, mergedFrom, mergedInto } = call;
    const userData = userDataOf(callId);
    return {
      callId,
      ver: (known?.ver ?? 0) + 1,
      state,
      ...partiesOf(world, call, facts, { known, redirecting: sender }),
      connections: call.connections.map((connection) => this.#connectionView(connection)),
      mergedFrom,
      ...(mergedInto === undefined ? {} : { mergedInto }),
      ...(userData === undefined ? {} : { userData }),
      sinceMs: known?.sinceMs ?? facts.startedAtMs(callId) ?? clock.wallMs(),
    };
  }

  #finalView(before: CallView, why: Why, mergedInto?: string): CallView {
    const { currentCalling: _calling, currentCalled: _called, ...rest } = before;
    const merged = mergedInto === undefined ? {} : { mergedInto };
    const endedMs = this.#options.clock.wallMs();
    return withMore(rest, { ver: before.ver + 1, state: "invalid" as const, connections: [], ...merged, endedMs, why });
  }

  #connectionView({ connectionId, address, state, terminals }: Connection): ConnectionView {
    return {
      connectionId,
      party: this.#partyOf(address),
      state,
      terminals: terminals.map(({ device, state: now }) => ({ device, state: now })),
    };
  }

  #partyOf(address: Address): PartyView {
    return partyView(address, this.#options.facts.book);
  }
}

/** Who has come from another call, as it is now: not everybody has heard of that one. */
function withState(change: CallChange, { connections }: CallView): CallChange {
  if (change.type !== "moved") return change;
  const here = connections.find(({ connectionId }) => connectionId === change.connectionId);
  return here === undefined ? change : withMore(change, { state: here.state, terminals: here.terminals });
}

/** Who calls whom, where that is not as it was. */
function partiesSince(known: CallView | undefined, view: CallView): CallChange[] {
  return known === undefined || areSameParties(known, view) ? [] : [{ type: "parties", ...partiesIn(view) }];
}

/** Who has sent the call elsewhere by leaving it. */
function redirecting(changes: readonly CallChange[], known: CallView | undefined): PartyView | undefined {
  for (const change of changes) {
    if (change.type !== "connection" || change.state !== "disconnected") continue;
    if (!REDIRECTING.has(change.why.feature)) continue;
    const left = known?.connections.find(({ connectionId }) => connectionId === change.connectionId);
    if (left?.state === "established") return left.party;
  }
  return undefined;
}
