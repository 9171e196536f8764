import assert from "node:assert/strict";
import { CommandLedger } from "../../../../../src/call/cti/commands/command-ledger.ts";
import { KeptEntries } from "../../../../support/kept-entries.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { requestOf } from "../../../../support/ringing-calls.ts";

const KEPT_MS = 10 * 60_000;
const CONSULT = { type: "consult", device: "phone-1", callId: "c1", to: "1002" } as const;

describe("CommandLedger", () => {
  let clock: ManualClock;
  let alive: Set<string>;
  let ledger: CommandLedger;

  function start(store: KeptEntries): KeptEntries {
    ledger = new CommandLedger({ store, clock, isAlive: (callId) => alive.has(callId) });
    ledger.restore();
    return store;
  }

  const keysOf = (callId: string): string[] => ledger.commandsOf(callId).map(({ key }) => key);

  beforeEach(() => {
    clock = new ManualClock();
    alive = new Set(["c1", "c2"]);
  });
  afterEach(() => ledger.close());

  it("given a command on one call that makes another, when it is asked who has done something to them, then it is of both, also after a restart, and of neither when it is forgotten", () => {
    const store = start(new KeptEntries());
    const request = requestOf("k1", CONSULT);
    ledger.begin(request, "c1");
    ledger.end(request.key, { ok: true, callId: "c2" }, 3);
    assert.deepEqual([keysOf("c1"), keysOf("c2")], [[request.key], [request.key]]);

    ledger.close();
    start(store.afterKill());
    assert.deepEqual([keysOf("c1"), keysOf("c2")], [[request.key], [request.key]]);

    alive.delete("c2");
    ledger.callEnded("c2");
    clock.advance(KEPT_MS);
    assert.deepEqual([keysOf("c1"), keysOf("c2")], [[], []]);
    assert.equal(ledger.lookUp(request).kind, "too-old");
  });
});
