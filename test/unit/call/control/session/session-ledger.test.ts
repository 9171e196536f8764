import assert from "node:assert/strict";
import { CallCounters } from "../../../../../src/call/control/views/call-counters.ts";
import { CallSession } from "../../../../../src/call/control/session/call-session.ts";
import { CallTable } from "../../../../../src/call/control/call-table.ts";
import { dialogIdOf, type Leg } from "../../../../../src/call/control/leg/leg.ts";
import { joinedCallOf } from "../../../../../src/call/control/recovery/saved-call.ts";
import { SessionLedger } from "../../../../../src/call/control/session/session-ledger.ts";
import {
  joinedSession,
  NEW_SESSION,
  type Outcome,
  type Party,
  type Session,
  type Side,
} from "../../../../../src/call/model/index.ts";
import { RandomIds, silentLogger, SystemClock } from "../../../../../src/common/index.ts";
import { FakeRelay } from "../../../../support/fake-relay.ts";
import { OpenRequests } from "../../../../support/open-requests.ts";
import { silentObserver } from "../../../../support/silent-observer.ts";
import { testSdp } from "../../../../support/test-sdp.ts";

const PARTY: Party = {
  connection: "established",
  localSdp: testSdp(20_000),
  remoteSdp: testSdp(4_000),
  isHolding: false,
};

function legOf(side: Side): Leg {
  return {
    dialogId: dialogIdOf(side, "f"),
    sipCallId: side,
    localTag: `tag-${side}`,
    remoteTag: "f",
    device: { kind: "sip-phone", name: side, number: "1001" },
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    latch: "candidates",
    policy: { expiresSeconds: 0, minSeconds: 90 },
    allowsUpdate: false,
    session: undefined,
  };
}

describe("SessionLedger", () => {
  it("given a leg that went to another session before its 200 could be sent, when that is told, then the other party is released there", () => {
    const nothing = (): void => undefined;
    const table = new CallTable();
    const ends: Outcome[] = [];
    const leaving: Side[] = [];
    const ledger = new SessionLedger({
      table,
      counters: new CallCounters(),
      toll: { end: nothing, move: nothing },
      onEnded: nothing,
      onLegGone: nothing,
      onChanged: nothing,
    });
    const [caller, callee] = [legOf("caller"), legOf("callee")];
    const before: Session = { ...NEW_SESSION, caller: PARTY, callee: PARTY, unacknowledged: ["caller"] };
    const call = joinedSession({ call: before, side: "caller" }, { call: before, side: "callee" });
    const origin = { feature: "replaces", from: ["c"] } as const;
    const facts = { endpoint: undefined, nowMs: 0, origin, holding: [] };
    const saved = joinedCallOf("c.1", call, { caller, callee }, facts);
    const session = new CallSession(
      {
        port: new OpenRequests().port,
        wayTo: () => undefined,
        codecsBetween: () => undefined,
        relay: new FakeRelay(),
        clock: new SystemClock(),
        ids: new RandomIds(),
        logger: silentLogger,
        owner: ledger,
        observer: {
          ...silentObserver<CallSession>(),
          onLeaving: (_session, side) => leaving.push(side),
          onEnded: (_session, outcome) => ends.push(outcome),
        },
        store: { put: nothing, end: nothing, remove: nothing },
        writeRecord: () => Promise.resolve(),
      },
      { callId: "c.1", caller, callee: callee.device, calledNumber: "1002" },
      { saved, call, isRestored: false },
    );
    table.add(session);
    ledger.onChangeAnswerLost(caller);
    assert.equal(session.call.negotiation, undefined, "no ACK is waited for any more");
    assert.equal(session.call.needsResync, "always");
    ledger.onAnswerLost(callee);
    assert.deepEqual(leaving, ["callee"]);
    assert.equal(session.call.state, "disconnected");
    assert.deepEqual(
      ends.map(({ by, reason, cause }) => [by, reason, cause]),
      [["callee", "cancelled", 16]],
    );
    ledger.onAnswerLost({ ...callee, localTag: "nobody" });
    session.stop();
  });
});
