import assert from "node:assert/strict";
import { HoldLog } from "../../../../../src/call/control/session/hold-log.ts";
import { LineDialogs, type WatchedSession } from "../../../../../src/call/control/views/line-dialogs.ts";
import type { Leg, LegDevice } from "../../../../../src/call/control/leg/leg.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { NEW_SESSION, type Session, type Side } from "../../../../../src/call/model/index.ts";

const device = (number: string, line: string | undefined = `${number}@internal`): LegDevice => ({
  kind: line === undefined ? "peer" : "sip-phone",
  name: `phone-${number}`,
  number,
  ...(line === undefined ? {} : { line }),
});

interface Setting {
  readonly callId: string;
  readonly caller: LegDevice;
  readonly callees: readonly LegDevice[];
  readonly legs: { readonly [side in Side]?: Leg };
  readonly service: string;
  readonly holds: HoldLog;
  readonly calledNumber: string;
}

function legOf(number: string): Leg {
  return {
    dialogId: number,
    sipCallId: number,
    localTag: number,
    remoteTag: "r",
    device: device(number),
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    latch: "candidates",
    policy: { expiresSeconds: 0, minSeconds: 90 },
    allowsUpdate: false,
    session: undefined,
  };
}

function session(
  call: Partial<Session>,
  {
    callId = "c1",
    callees = [device("1002")],
    caller = device("1001"),
    legs = {},
    service,
    holds,
    calledNumber = "1002",
  }: Partial<Setting> = {},
): WatchedSession {
  const progress = {
    callId,
    calledNumber,
    ...(service === undefined ? {} : { service }),
    ...(holds === undefined ? {} : { holds }),
    caller,
    callee: callees[0],
    callees,
    startedAtMs: 0,
    ringingAtMs: undefined,
    answeredAtMs: undefined,
    sipCallIds: { caller: "x", callee: [] },
  };
  return { callId, call: { ...NEW_SESSION, ...call }, progress, leg: (side) => legs[side] };
}

const branch = (state: "calling" | "alerting"): Pick<Session, "branches"> => ({
  branches: [{ branchId: "b", state }],
});
const party = (isHolding = false): Session["caller"] => ({
  connection: "established",
  localSdp: undefined,
  remoteSdp: undefined,
  isHolding,
});

describe("LineDialogs", () => {
  let lines: LineDialogs;
  let changed: string[];
  beforeEach(() => {
    lines = new LineDialogs();
    changed = [];
    lines.onChanged((line) => changed.push(line));
  });
  const statesOf = (line: string): string[] => lines.dialogsOf(line).map(({ state }) => state);

  const steps: readonly [what: string, call: Partial<Session>, caller: string, callee: string][] = [
    ["nothing is sent", {}, "trying", "trying"],
    ["it is offered", branch("calling"), "proceeding", "trying"],
    ["it rings", { state: "alerting", ...branch("alerting") }, "early", "early"],
    ["it is diverted", { state: "alerting", ...branch("calling") }, "early", "trying"],
    ["it is answered", { state: "established", caller: party(), callee: party() }, "confirmed", "confirmed"],
  ];
  for (const [what, call, ofCaller, ofCallee] of steps) {
    it(`given a call of which ${what}, when it is looked at, then its lines are ${ofCaller} and ${ofCallee}`, () => {
      lines.update(session(call));
      assert.deepEqual([statesOf("1001@internal"), statesOf("1002@internal")], [[ofCaller], [ofCallee]]);
    });
  }

  it("given a step that changes nothing that is shown, when it is taken up, then nobody is told", () => {
    lines.update(session({ caller: party() }));
    changed = [];
    lines.update(session({ caller: { ...party(), localSdp: "v=0" } }));
    assert.deepEqual(changed, []);
  });

  it("given a hold, when it is taken up, then both lines show which side holds", () => {
    lines.update(session({ state: "established", caller: party(), callee: party(true) }));
    const [near] = lines.dialogsOf("1001@internal");
    const [far] = lines.dialogsOf("1002@internal");
    assert.deepEqual([near?.isHolding, near?.isHeld, far?.isHolding, far?.isHeld], [false, true, true, false]);
  });

  it("given a call that ends, when it is taken up, then both lines are free, and nothing is kept", () => {
    lines.update(session(branch("calling")));
    changed = [];
    lines.update(session({ state: "disconnected" }));
    assert.deepEqual(changed.sort(), ["1001@internal", "1002@internal"]);
    assert.deepEqual([statesOf("1001@internal"), statesOf("1002@internal")], [[], []]);
    lines.update(session({ state: "disconnected" }));
    assert.equal(changed.length, 2);
  });

  it("given a call that goes to another line, or to a trunk, when it is taken up, then the line before is free", () => {
    lines.update(session(branch("calling")));
    lines.update(session(branch("calling"), { callees: [device("1003")] }));
    assert.deepEqual([statesOf("1002@internal"), statesOf("1003@internal")], [[], ["trying"]]);
    lines.update(session(branch("calling"), { callees: [device("00", undefined)] }));
    assert.deepEqual([statesOf("1003@internal"), statesOf("1001@internal")], [[], ["proceeding"]]);
  });

  it("given two calls of a line, when one ends, then the other is left; ids tell them apart and do not change", () => {
    lines.update(session(branch("calling")));
    lines.update(session(branch("calling"), { callId: "c2" }));
    const [first, second] = lines.dialogsOf("1002@internal");
    assert.notEqual(first?.id, second?.id);
    lines.update(session({ state: "disconnected" }));
    lines.update(session({ state: "established", callee: party() }, { callId: "c2" }));
    assert.deepEqual(
      lines.dialogsOf("1002@internal").map(({ id }) => id),
      [second?.id],
    );
  });

  it("given a leg that a feature puts into another session, when that is taken up, then its dialog is the same one", () => {
    const [first, second] = [legOf("1001"), legOf("1002")];
    const up = { state: "established", caller: party(), callee: party() } as const;
    lines.update(session(branch("calling")));
    const [ringing] = lines.dialogsOf("1002@internal");
    lines.update(session(up, { legs: { caller: first, callee: second } }));
    const music = { callId: "c2", caller: device("1002"), callees: [], legs: { caller: second } };
    lines.update(session({ ...up, hasEndpoint: true }, { ...music, service: "music", calledNumber: "music" }));
    lines.update(session({ state: "disconnected" }));
    const [moved] = lines.dialogsOf("1002@internal");
    assert.deepEqual([moved?.id, moved?.direction, moved?.remote], [ringing?.id, "recipient", undefined]);
    assert.deepEqual(statesOf("1001@internal"), []);
  });

  it("given a call of the switch itself, when it rings and is answered, then it is one of the phone alone, and shows who it is for", () => {
    const caller = device("1001");
    const originated = { isOriginated: true, hasEndpoint: true } as const;
    lines.update(session({ ...originated, ...branch("alerting") }, { caller }));
    assert.deepEqual([statesOf("1001@internal"), statesOf("1002@internal")], [[], ["early"]]);
    const [ringing] = lines.dialogsOf("1002@internal");
    const up = { ...originated, state: "established", caller: party(true), callee: party() } as const;
    lines.update(session(up, { caller, legs: { caller: legOf("1002") } }));
    const [answered] = lines.dialogsOf("1002@internal");
    assert.deepEqual([statesOf("1001@internal"), statesOf("1002@internal")], [[], ["confirmed"]]);
    assert.deepEqual([answered?.id, answered?.isHolding, answered?.remote?.number], [ringing?.id, true, "1001"]);
    lines = new LineDialogs();
    lines.update(session(up, { caller: device("1002"), callees: [], legs: { caller: legOf("1002") } }));
    assert.deepEqual(statesOf("1002@internal"), ["confirmed"]);
  });

  it("given a party that the switch holds for, when that begins and ends, then its dialog holds and the other's is held meanwhile", () => {
    const holds = new HoldLog(new ManualClock());
    const up = session({ state: "established", caller: party(), callee: party() }, { holds });
    const shown = (): unknown[] =>
      ["1001@internal", "1002@internal"].flatMap((line) =>
        lines.dialogsOf(line).map(({ isHolding, isHeld }) => [isHolding, isHeld]),
      );
    lines.update(up);
    holds.noteHeld("callee", true);
    lines.update(up);
    assert.deepEqual(shown(), [
      [false, true],
      [true, false],
    ]);
    lines.update(up);
    holds.noteHeld("callee", false);
    lines.update(up);
    assert.deepEqual(shown(), [
      [false, false],
      [false, false],
    ]);
    assert.equal(changed.length, 6);
  });

  it("given a park number, when a call is parked there and taken, then it is one dialog, and then none", () => {
    const parked = { id: "p", state: "confirmed", direction: "recipient", isHolding: true, isHeld: false } as const;
    lines.setParked("701@internal", []);
    assert.deepEqual(changed, []);
    lines.setParked("701@internal", [{ ...parked, remote: { number: "1001" } }]);
    assert.deepEqual(statesOf("701@internal"), ["confirmed"]);
    lines.setParked("701@internal", []);
    assert.deepEqual([statesOf("701@internal"), changed], [[], ["701@internal", "701@internal"]]);
  });
});
