import assert from "node:assert/strict";
import fc from "fast-check";
import { advance, emptyWorld, NO_SETTINGS } from "../../../../src/call/model/index.ts";
import { CALL_TRANSITIONS } from "../../../../src/call/model/call-state.ts";
import {
  addConnection,
  beginCall,
  disconnect,
  endWhenEmpty,
  moveConnection,
  setConnection,
  setTerminal,
} from "../../../../src/call/model/call-changes.ts";
import { CONNECTION_TRANSITIONS, type ConnectionState } from "../../../../src/call/model/connection-state.ts";
import {
  TERMINAL_CONNECTION_TRANSITIONS,
  type TerminalConnectionState,
} from "../../../../src/call/model/terminal-connection-state.ts";
import { NORMAL } from "../../../../src/call/model/why.ts";
import type { Draft } from "../../../../src/call/model/world.ts";
import { addressOf } from "../../../support/call-story.ts";
import { CallWatcher } from "../../../support/call-watcher.ts";
import { isPossible, modelEvent } from "../../../support/random-model-events.ts";

/** A change at random of what is there. */
type Happening =
  | { readonly kind: "begin" | "end" | "add"; readonly callId: string }
  | { readonly kind: "out"; readonly callId: string; readonly index: number }
  | { readonly kind: "move"; readonly callId: string; readonly index: number; readonly to: string }
  | { readonly kind: "connection"; readonly callId: string; readonly index: number; readonly state: ConnectionState }
  | {
      readonly kind: "terminal";
      readonly callId: string;
      readonly index: number;
      readonly device: string;
      readonly state: TerminalConnectionState;
    };

const pick = <const Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const device = pick("a-phone", "b-phone", "c-phone");
const callId = pick("c1", "c2");
const index = fc.nat(3);
const connectionStates = Object.keys(CONNECTION_TRANSITIONS) as ConnectionState[];
const terminalStates = Object.keys(TERMINAL_CONNECTION_TRANSITIONS) as TerminalConnectionState[];
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: pick("begin", "end", "add"), callId }),
  fc.record({ kind: fc.constant("out" as const), callId, index }),
  fc.record({ kind: fc.constant("move" as const), callId, index, to: callId }),
  fc.record({ kind: fc.constant("connection" as const), callId, index, state: pick(...connectionStates) }),
  fc.record({ kind: fc.constant("terminal" as const), callId, index, device, state: pick(...terminalStates) }),
);

function apply(draft: Draft, begun: Set<string>, one: Happening): void {
  const call = draft.world.calls.get(one.callId);
  const connectionId = ("index" in one ? call?.connections[one.index]?.connectionId : undefined) ?? "none";
  switch (one.kind) {
    case "begin":
      if (!begun.has(one.callId)) beginCall(draft, one.callId, addressOf("A"), "B", NORMAL);
      return void begun.add(one.callId);
    case "end":
      return endWhenEmpty(draft, one.callId, NORMAL);
    case "add":
      return void (call && addConnection(draft, one.callId, addressOf("B"), NORMAL));
    case "out":
      return disconnect(draft, one.callId, connectionId, NORMAL);
    case "move":
      return moveConnection(draft, one.callId, connectionId, one.to, NORMAL);
    case "connection":
      // A party is taken out by `disconnect` alone, which sees to the order.
      if (one.state === "disconnected") return;
      return setConnection(draft, one.callId, connectionId, one.state, NORMAL);
    case "terminal":
      return setTerminal(draft, { callId: one.callId, connectionId, device: one.device }, one.state, NORMAL);
  }
}

describe("changes of calls", () => {
  it("given any order of changes, when each is made, then observers see only transitions of the figures", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
        const watcher = new CallWatcher();
        const world = emptyWorld(NO_SETTINGS);
        const begun = new Set<string>();
        for (const one of happenings) {
          const draft: Draft = { world, effects: [] };
          apply(draft, begun, one);
          for (const effect of draft.effects) if (effect.type === "change") watcher.see(effect.change);
          watcher.settle();
        }
        assert.deepEqual([...watcher.callIds].sort(), [...world.calls.keys()].sort());
      }),
      { numRuns: 2_000 },
    );
  });

  it("given any order of events, also such as make no sense, when each is told, then observers see only transitions of the figures", () => {
    fc.assert(
      fc.property(fc.array(modelEvent, { maxLength: 60 }), (events) => {
        const watcher = new CallWatcher();
        const world = emptyWorld(NO_SETTINGS);
        const begun = new Set<string>();
        for (const event of events) {
          if (!isPossible(world, begun, event)) continue;
          for (const effect of advance(world, event)) if (effect.type === "change") watcher.see(effect.change);
          watcher.settle();
        }
        assert.deepEqual([...watcher.callIds].sort(), [...world.calls.keys()].sort());
      }),
      { numRuns: 3_000 },
    );
  });

  for (const [what, table] of [
    ["call", CALL_TRANSITIONS],
    ["connection", CONNECTION_TRANSITIONS],
    ["terminal connection", TERMINAL_CONNECTION_TRANSITIONS],
  ] as const) {
    it(`given the figure of a ${what}, when it is walked, then every state can be reached from idle, and its last one is the only end`, () => {
      const figure: Readonly<Record<string, readonly string[]>> = table;
      const reached = new Set(["idle"]);
      for (const state of reached) for (const next of figure[state] ?? []) reached.add(next);
      assert.deepEqual([...reached].sort(), Object.keys(figure).sort());
      const ends = Object.keys(figure).filter((state) => figure[state]?.length === 0);
      assert.equal(ends.length, 1);
    });
  }
});
