import type { CallFacts } from "../../src/call/cti/call-parties.ts";
import { CommandTraces } from "../../src/call/cti/command-traces.ts";
import { ObjectViews } from "../../src/call/cti/object-views.ts";
import { createInventory } from "../../src/call/device/index.ts";
import { CtiFeed, type OutboxLimits } from "../../src/call/cti/index.ts";
import {
  advance,
  type ModelEvent,
  type ModelSettings,
  type RestoredLeg,
  type RestoredSession,
  type World,
} from "../../src/call/model/index.ts";
import { RandomIds, silentLogger } from "../../src/common/index.ts";
import type { CallChange, CallView, CtiAttached, CtiSignal, PlacedSignal } from "../../src/signals/index.ts";
import { CallStory } from "./call-story.ts";
import { CtiReader } from "./cti-reader.ts";
import { ManualClock } from "./manual-clock.ts";
import { StoredText } from "./stored-text.ts";

export const NO_FACTS: CallFacts = {
  startedAtMs: () => undefined,
  routeOf: () => ({}),
  book: { e164Of: () => undefined, localeOf: () => undefined },
};

export interface SignalStoryOptions {
  readonly settings?: ModelSettings;
  readonly facts?: CallFacts;
  readonly store?: StoredText;
  readonly limits?: OutboxLimits;
}

/** The name of the CTIManager. */
export const MANAGER = "node-1/ctimanager";

function noObjects(): ObjectViews {
  const inventory = createInventory({ realm: "tandem.test", phones: [], peers: [] });
  const facts = { isRegistered: () => false, openedAs: () => undefined, messagesOf: () => NO_MESSAGES };
  return new ObjectViews({ get: () => undefined, of: () => new Map() }, inventory, facts);
}

/** Calls whose steps a feed takes, as the shell does it. */
export class SignalStory {
  readonly calls: CallStory;
  readonly clock = new ManualClock(1_000_000);
  readonly store: StoredText;
  readonly traces = new CommandTraces();
  readonly feed: CtiFeed;
  flushes = 0;

  constructor({ settings, facts = NO_FACTS, store = new StoredText(), limits }: SignalStoryOptions = {}) {
    this.calls = new CallStory(settings);
    this.store = store;
    this.feed = new CtiFeed({
      node: "node-1",
      world: this.calls.world,
      clock: this.clock,
      ids: new RandomIds(),
      logger: silentLogger,
      facts,
      traces: this.traces,
      views: noObjects(),
      routes: () => [],
      store,
      flush: () => void (this.flushes += 1),
      ...(limits === undefined ? {} : { limits }),
    });
    this.calls.onStep = (event, effects) => this.feed.step(event, effects);
  }

  /** Takes events of calls of the process before this one, whose beginning nobody here has seen. */
  goOn(event: ModelEvent, onFile: () => void = () => undefined): void {
    const effects = advance(this.calls.world, event);
    onFile();
    this.feed.step(event, effects);
  }

  /** A CTIManager that observes calls and knows nothing yet. */
  observe(reader = new CtiReader()): CtiReader {
    this.feed.attach({ manager: MANAGER, observesCalls: true }, reader);
    return reader;
  }

  /** The same, back again with what it has taken down. */
  resume({ epoch, position }: Pick<CtiAttached, "epoch" | "position">, reader = new CtiReader()): CtiAttached {
    return this.feed.attach({ manager: MANAGER, epoch, position, observesCalls: true }, reader);
  }
}

/** What has come since it was asked last, once it was sent. */
export async function signalsTo(reader: CtiReader): Promise<PlacedSignal[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return reader.take();
}

/** Signals as text: a line for each, parties by their numbers. */
export class SignalWords {
  readonly #numbers = new Map<string, string>();

  of(signals: readonly (PlacedSignal | CtiSignal)[]): string {
    return signals.map((one) => this.#line("signal" in one ? one.signal : one)).join("\n");
  }

  #line(signal: CtiSignal): string {
    if (signal.kind !== "call") return signal.kind;
    const { call, changes } = signal;
    for (const { connectionId, party } of call.connections) this.#numbers.set(connectionId, party.number);
    return `${call.callId}.${call.ver}: ${changes.map((change) => this.#words(change)).join(", ")}`;
  }

  #words(change: CallChange): string {
    switch (change.type) {
      case "call":
        return change.mergedInto === undefined
          ? `call ${change.state}`
          : `call ${change.state} in ${change.mergedInto}`;
      case "connection": {
        if (change.party !== undefined) this.#numbers.set(change.connectionId, change.party.number);
        return `${this.#name(change.connectionId)}${change.party === undefined ? "" : " new"} ${change.state}`;
      }
      case "terminal-connection":
        return `${change.device} ${change.state}`;
      case "moved":
        return `${this.#name(change.connectionId)} moved from ${change.from}`;
      case "feature":
        return `${change.feature} ${change.moment}`;
      case "parties":
        return `parties ${partiesText(change)}`;
      case "user-data":
        return `data ${JSON.stringify(change.userData)}`;
    }
  }

  #name(connectionId: string): string {
    return this.#numbers.get(connectionId) ?? connectionId;
  }
}

/** Such as `A>B now A>C by B`. */
export function partiesText({
  calling,
  called,
  currentCalling,
  currentCalled,
  lastRedirecting,
}: Omit<CallView, "callId" | "ver" | "state" | "connections" | "mergedFrom" | "sinceMs">): string {
  const now = `${currentCalling?.number ?? "-"}>${currentCalled?.number ?? "-"}`;
  const by = lastRedirecting === undefined ? "" : ` by ${lastRedirecting.number}`;
  return `${calling.number}>${called.number} now ${now}${by}`;
}

/** What sessions tell that are up. */
export function sessionsUp({ sessions, legs }: World): readonly RestoredSession[] {
  const legOf = (legId: string | undefined): RestoredLeg | undefined => {
    const leg = legs.get(legId ?? "");
    return leg === undefined ? undefined : { ...leg };
  };
  return [...sessions.values()].flatMap(({ sessionId, stage, caller, callee }) => {
    const [one, other] = [legOf(caller), legOf(callee)];
    if (stage !== "up" || one === undefined) return [];
    return [{ sessionId, caller: one, ...(other === undefined ? {} : { callee: other }), called: "B" }];
  });
}

const NO_MESSAGES = { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 };
