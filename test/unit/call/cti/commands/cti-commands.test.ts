import assert from "node:assert/strict";
import { CommandTraces } from "../../../../../src/call/cti/command-traces.ts";
import { CtiCommands } from "../../../../../src/call/cti/commands/cti-commands.ts";
import { silentLogger } from "../../../../../src/common/index.ts";
import type { CommandReply } from "../../../../../src/call/cti/commands/command-record.ts";
import type { CtiCommandRequest } from "../../../../../src/signals/index.ts";
import { KeptEntries } from "../../../../support/kept-entries.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { requestOf, RingingCalls } from "../../../../support/ringing-calls.ts";

type Refused = Extract<CommandReply, { ok: false }>;

const BOB = { actor: { user: "bob", session: "two" } } as const;
const ANSWER = { type: "answer", device: "phone-1", callId: "c1" } as const;
const HOLD = { type: "hold", device: "phone-1", callId: "c1" } as const;
const DROP = { type: "drop", device: "phone-1", callId: "c1" } as const;

describe("CtiCommands", () => {
  let clock: ManualClock;
  let calls: RingingCalls;
  let entries: KeptEntries;
  let commands: CtiCommands;

  function start(store: KeptEntries, maxPerSession?: number): void {
    entries = store;
    const made = new CtiCommands({
      calls,
      settings: calls,
      traces: new CommandTraces(),
      store,
      clock,
      logger: silentLogger,
      versionOf: (callId) => calls.versions.get(callId),
      ...(maxPerSession === undefined ? {} : { maxPerSession }),
    });
    commands = made;
    calls.onChange = (change) => made.step([{ type: "change", change }]);
    made.restore();
  }

  /** A process that dies without more being written than what the turn before has left. */
  function kill(): void {
    commands.close();
    start(entries.afterKill());
  }

  beforeEach(() => {
    clock = new ManualClock();
    calls = new RingingCalls();
    start(new KeptEntries());
    calls.ring("c1", "phone-1");
  });
  afterEach(() => commands.close());

  async function refused(request: CtiCommandRequest): Promise<Refused> {
    const reply = await commands.handle(request);
    assert.ok(!reply.ok, "it was done");
    return reply;
  }

  /** Commands stop before their effect: `reached` when one has, and `go` lets them go on. */
  function stopCalls(): { readonly go: () => void; readonly reached: Promise<void> } {
    let go: () => void = () => undefined;
    let reach: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => {
      go = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    calls.pause = () => {
      reach();
      return waits;
    };
    return { go, reached };
  }

  describe("keys", () => {
    it("given a command that was done, when it comes again, then it is not done again and has the same result", async () => {
      const first = await commands.handle(requestOf("k1", ANSWER));
      assert.deepEqual(first, { ok: true, callId: "c1" });
      const again = await commands.handle(requestOf("k1", { ...ANSWER }));
      assert.deepEqual(again, { ...first, isReplayed: true });
      assert.deepEqual(calls.effects, ["answer c1 phone-1"]);
    });

    it("given a command that was refused for good, when it comes again, then it has the same result", async () => {
      const first = await refused(requestOf("k1", HOLD));
      assert.equal(first.failure, "wrong-state");
      await commands.handle(requestOf("k2", ANSWER));
      const { failure, isReplayed } = await refused(requestOf("k1", HOLD));
      assert.deepEqual({ failure, isReplayed }, { failure: "wrong-state", isReplayed: true });
    });

    it("given a key that was used, when something else comes with it, then it is refused", async () => {
      await commands.handle(requestOf("k1", ANSWER));
      assert.equal((await refused(requestOf("k1", HOLD))).failure, "key-reused");
      assert.equal((await refused(requestOf("k1", ANSWER, { conditions: { version: 1 } }))).failure, "key-reused");
    });

    it("given a command under way, when it comes again, then both have its result, and who does not wait is told", async () => {
      const { go } = stopCalls();
      const first = commands.handle(requestOf("k1", ANSWER));
      const second = commands.handle(requestOf("k1", ANSWER));
      assert.equal((await refused(requestOf("k1", ANSWER, { waits: false }))).failure, "key-running");
      assert.equal((await refused(requestOf("k1", HOLD))).failure, "key-reused");
      go();
      assert.deepEqual(await second, { ...(await first), isReplayed: true });
      assert.deepEqual(calls.effects, ["answer c1 phone-1"]);
    });

    it("given a call that has ended 10 minutes ago, when a key of its commands comes, then it is too old", async () => {
      await commands.handle(requestOf("k1", ANSWER));
      clock.advance(20 * 60_000);
      assert.equal((await commands.handle(requestOf("k1", ANSWER))).isReplayed, true, "the call goes on");
      calls.end("c1");
      clock.advance(10 * 60_000 - 1);
      assert.equal((await commands.handle(requestOf("k1", ANSWER))).isReplayed, true);
      clock.advance(1);
      assert.equal((await refused(requestOf("k1", ANSWER))).failure, "key-too-old");
      calls.ring("c2", "phone-1");
      const late = await commands.handle(requestOf("k2", { ...ANSWER, callId: "c2" }, { keyMs: 1_001 }));
      assert.equal(late.ok, true, "a key that was made later is new");
      const other = { ...requestOf("k3", { ...HOLD, callId: "c2" }), key: "two:k3" };
      assert.equal((await commands.handle(other)).ok, true, "another session's keys have nothing to do with it");
    });

    it("given a session with all the keys that it may have, when one more comes, then its oldest is too old", async () => {
      commands.close();
      start(new KeptEntries(), 2);
      for (const [index, key] of ["k1", "k2", "k3"].entries()) {
        const setting = { type: "set-message-waiting", line: `l${index}`, isOn: true } as const;
        await commands.handle(requestOf(key, setting, { keyMs: 1_000 + index }));
      }
      const first = { type: "set-message-waiting", line: "l0", isOn: true } as const;
      assert.equal((await refused(requestOf("k1", first))).failure, "key-too-old");
      assert.equal(calls.effects.length, 3);
      kill();
      assert.equal((await refused(requestOf("k1", first))).failure, "key-too-old");
    });

    it("given a command that was not begun, when it comes again, then it is done", async () => {
      const { go } = stopCalls();
      const first = commands.handle(requestOf("k1", ANSWER));
      assert.equal((await refused(requestOf("k2", HOLD, { waits: false }))).failure, "command-pending");
      const late = { deadlineMs: clock.wallMs() + 50 };
      const waiting = commands.handle(requestOf("k3", HOLD, late));
      clock.advance(50);
      const gone = await waiting;
      assert.equal(!gone.ok && gone.failure, "deadline-passed");
      go();
      await first;
      for (const key of ["k2", "k3"]) {
        const reply = await commands.handle(requestOf(key, HOLD));
        assert.equal(reply.ok && reply.isReplayed, undefined);
      }
      assert.deepEqual(calls.effects, ["answer c1 phone-1", "hold c1 phone-1"]);
    });
  });

  describe("a process that dies", () => {
    it("given a command that was done, when it comes again to the next process, then that knows the result", async () => {
      await commands.handle(requestOf("k1", ANSWER));
      kill();
      const again = await commands.handle(requestOf("k1", ANSWER));
      assert.deepEqual(again, { ok: true, callId: "c1", isReplayed: true });
      assert.deepEqual(calls.effects, ["answer c1 phone-1"]);
    });

    it("given a command that was under way, when it comes again, then its outcome is unknown, and it is not done", async () => {
      const { reached } = stopCalls();
      void commands.handle(requestOf("k1", ANSWER));
      await reached;
      kill();
      calls.pause = () => Promise.resolve();
      for (const _time of [1, 2]) {
        const { failure, outcome, callId } = await refused(requestOf("k1", ANSWER));
        assert.deepEqual({ failure, outcome, callId }, { failure: "node-failed", outcome: "unknown", callId: "c1" });
      }
      assert.deepEqual(calls.effects, []);
    });

    it("given an answer that has gone out, when the process dies in the same moment, then what it says is on file", async () => {
      const done = await commands.handle(requestOf("k1", ANSWER));
      commands.close();
      start(entries.afterKill(false));
      assert.deepEqual(await commands.handle(requestOf("k1", ANSWER)), { ...done, isReplayed: true });
    });
  });

  describe("conditions", () => {
    it("given a version that is past, when a command comes, then nothing is done and it is told how the call is, and by whom", async () => {
      await commands.handle(requestOf("k1", ANSWER));
      const reply = await refused(requestOf("k2", HOLD, { ...BOB, conditions: { version: 1 } }));
      assert.deepEqual(reply, {
        ok: false,
        failure: "version-conflict",
        detail: reply.detail,
        outcome: "not-applied",
        callId: "c1",
        state: "talking",
        version: 2,
        expected: "1",
        actor: { user: "ann", session: "one" },
      });
      assert.equal((await commands.handle(requestOf("k3", HOLD, { conditions: { version: 2 } }))).ok, true);
    });

    it("given a state that is past, when a command comes, then it is told", async () => {
      assert.equal((await refused(requestOf("k1", DROP, { conditions: { state: "talking" } }))).expected, "talking");
      const reply = await commands.handle(requestOf("k2", ANSWER, { conditions: { state: "alerting" } }));
      assert.equal(reply.ok, true);
    });

    for (const callId of ["c1", undefined])
      it(`given a version or state that is past, when a command of any kind comes that names ${callId ?? "its device alone"}, then nothing is done`, async () => {
        calls.join("c1", "phone-1");
        const place = { device: "phone-1", ...(callId === undefined ? {} : { callId }) };
        const ofCalls: readonly CtiCommandRequest["command"][] = [
          ...(["accept", "answer", "reject", "hold", "retrieve", "swap", "park", "drop"] as const).map((type) => {
            return { type, ...place };
          }),
          ...(["redirect", "transfer", "consult"] as const).map((type) => ({ type, ...place, to: "phone-2" })),
          { type: "conference", device: "phone-1", ...(callId === undefined ? {} : { callIds: [callId] }) },
          { type: "complete-transfer", ...place, consultCallId: "c2" },
          { type: "add-party", ...place },
          { type: "drop-party", ...place, party: "caller" },
          { type: "barge", device: "phone-1", callId: "c1" },
          { type: "send-digits", ...place, digits: "1" },
          { type: "set-user-data", ...place, data: { a: "b" } },
          { type: "set-media", ...place, media: { address: "127.0.0.1", port: 4_000 } },
        ];
        for (const [index, command] of ofCalls.entries()) {
          for (const conditions of [{ version: 7 }, { state: "held" }]) {
            const reply = await refused(requestOf(`k${index}${Object.keys(conditions)[0]}`, command, { conditions }));
            const { failure, outcome, callId: told, state, version } = reply;
            assert.deepEqual(
              { failure, outcome, told, state, version },
              { failure: "version-conflict", outcome: "not-applied", told: "c1", state: "alerting", version: 1 },
              command.type,
            );
          }
        }
        assert.deepEqual(calls.effects, []);
      });

    it("given a command that is about no call that there is, when it comes with a condition, then nothing is done", async () => {
      const ofNone: readonly CtiCommandRequest["command"][] = [
        { type: "make-call", device: "phone-3", to: "phone-4", newCallId: "made" },
        { type: "hold", device: "phone-3" },
        { type: "unpark", device: "phone-3", slot: "700" },
        { type: "pickup", device: "phone-3" },
        { type: "privacy", device: "phone-3" },
        { type: "set-do-not-disturb", device: "phone-3", option: "reject" },
        { type: "route-end", device: "phone-3", routeId: "r1" },
      ];
      for (const command of ofNone) {
        const reply = await refused(requestOf(command.type, command, { conditions: { state: "talking" } }));
        assert.deepEqual([reply.failure, reply.expected], ["version-conflict", "talking"], command.type);
      }
      assert.deepEqual([calls.effects, calls.settings.size], [[], 0]);
    });

    it("given a deadline that has passed, when a command comes, then it is not begun", async () => {
      const { failure, outcome } = await refused(requestOf("k1", ANSWER, { deadlineMs: clock.wallMs() - 1 }));
      assert.deepEqual({ failure, outcome }, { failure: "deadline-passed", outcome: "not-applied" });
    });
  });

  describe("calls and devices that are not so", () => {
    it("given a call that was answered, when another application answers it, then it is told by whom", async () => {
      await commands.handle(requestOf("k1", ANSWER));
      const { failure, actor, state } = await refused(requestOf("k2", ANSWER, BOB));
      assert.deepEqual(
        { failure, actor, state },
        { failure: "already-answered", actor: { user: "ann", session: "one" }, state: "talking" },
      );
    });

    it("given a call that was sent elsewhere, when another application answers it, then it is told by whom", async () => {
      const redirect = { type: "redirect", device: "phone-1", callId: "c1", to: "phone-2" } as const;
      await commands.handle(requestOf("k1", redirect));
      const { failure, actor } = await refused(requestOf("k2", ANSWER, BOB));
      assert.deepEqual({ failure, actor }, { failure: "device-not-in-call", actor: { user: "ann", session: "one" } });
    });

    it("given who has called, when it is to answer, then its call is none that comes in", async () => {
      await commands.handle(
        requestOf("k1", { type: "make-call", device: "phone-3", to: "phone-4", newCallId: "made-call" }),
      );
      const reply = await refused(requestOf("k2", { ...ANSWER, device: "phone-3", callId: "made-call" }));
      assert.equal(reply.failure, "not-incoming");
    });

    it("given a call that has ended, when something is asked of it, then it is told how it ended, and to drop it is done", async () => {
      await commands.handle(requestOf("k1", DROP, BOB));
      const { failure, state, q850, actor } = await refused(requestOf("k2", HOLD));
      assert.deepEqual(
        { failure, state, q850, actor },
        { failure: "call-ended", state: "invalid", q850: 16, actor: BOB.actor },
      );
      const again = await commands.handle(requestOf("k3", DROP));
      assert.deepEqual(again, { ok: true, isUnchanged: true, callId: "c1" });
    });

    it("given a call that is on record alone, when something is asked of it, then it is told by that", async () => {
      calls.past.set("c0", { why: { cause: 17, sip: { status: 486 } }, mergedInto: "c1" });
      const reply = await refused(requestOf("k1", { ...HOLD, callId: "c0" }));
      assert.deepEqual([reply.failure, reply.q850, reply.sip], ["call-ended", 17, { status: 486 }]);
      assert.match(reply.detail, /a part of c1/);
    });

    it("given names of nothing, when something is asked of them, then that is told", async () => {
      assert.equal((await refused(requestOf("k1", { ...HOLD, callId: "c9" }))).failure, "call-not-found");
      assert.equal((await refused(requestOf("k2", { ...HOLD, device: "desk" }))).failure, "device-not-found");
      assert.equal((await refused(requestOf("k3", { ...HOLD, device: "phone-9" }))).failure, "device-not-in-call");
      const made = { type: "make-call", device: "phone-3", to: "phone-4", newCallId: "c1" } as const;
      assert.equal((await refused(requestOf("k4", made))).failure, "call-id-used");
      const lamp = { type: "set-message-waiting", line: "none@internal", isOn: true } as const;
      assert.equal((await refused(requestOf("k5", lamp))).failure, "line-not-found");
    });

    it("given a far end that says no, when a call is redirected there, then its words are told", async () => {
      const redirect = { type: "redirect", device: "phone-1", callId: "c1", to: "busy" } as const;
      const { failure, sip, q850, state } = await refused(requestOf("k1", redirect));
      assert.deepEqual(
        { failure, sip, q850, state },
        { failure: "destination-busy", sip: { status: 486 }, q850: 17, state: "alerting" },
      );
    });

    it("given a defect, when a command comes, then its outcome is unknown, and others are done", async () => {
      const { failure, outcome } = await refused(requestOf("k1", { ...HOLD, type: "swap" }));
      assert.deepEqual({ failure, outcome }, { failure: "internal", outcome: "unknown" });
      assert.equal((await commands.handle(requestOf("k2", ANSWER))).ok, true);
    });
  });

  describe("order", () => {
    it("given a command under way, when others come on the same call, then they are done after it, one by one", async () => {
      const { go } = stopCalls();
      const replies = [
        commands.handle(requestOf("k1", ANSWER)),
        commands.handle(requestOf("k2", HOLD)),
        commands.handle(requestOf("k3", { ...HOLD, type: "retrieve" })),
      ];
      go();
      assert.deepEqual(
        (await Promise.all(replies)).map(({ ok }) => ok),
        [true, true, true],
      );
      assert.deepEqual(calls.effects, ["answer c1 phone-1", "hold c1 phone-1", "retrieve c1 phone-1"]);
    });

    it("given as many commands as may wait, when one more comes, then it is refused, and not on another call", async () => {
      const { go } = stopCalls();
      const waiting = Array.from({ length: 33 }, (_, index) => commands.handle(requestOf(`k${index}`, HOLD)));
      assert.equal((await refused(requestOf("more", HOLD))).failure, "too-many");
      calls.ring("c2", "phone-2");
      const other = commands.handle(requestOf("other", { type: "answer", device: "phone-2", callId: "c2" }));
      go();
      assert.equal((await other).ok, true);
      await Promise.all(waiting);
    });

    it("given a command under way, when the call is dropped, then that does not wait for it", async () => {
      const { go, reached } = stopCalls();
      const answer = commands.handle(requestOf("k1", ANSWER));
      await reached;
      calls.pause = () => Promise.resolve();
      assert.equal((await commands.handle(requestOf("k2", DROP))).ok, true);
      go();
      const reply = await answer;
      assert.equal(!reply.ok && reply.failure, "call-ended");
    });
  });

  describe("dry runs", () => {
    it("given a dry run, when it is asked for, then where it would lead is told, and nothing is done or remembered", async () => {
      const redirect = { type: "redirect", device: "phone-1", callId: "c1", to: "1002" } as const;
      const reply = await commands.handle(requestOf("k1", redirect, { isDryRun: true }));
      assert.deepEqual(reply, { ok: true, callId: "c1", destination: "1002@internal" });
      assert.deepEqual([calls.effects, entries.entries.size], [[], 0]);
      assert.equal((await commands.handle(requestOf("k1", ANSWER))).ok, true, "the key is free");
    });

    it("given what would be refused, when a dry run is asked for, then that is told", async () => {
      const dry = { isDryRun: true };
      const redirect = { type: "redirect", device: "phone-1", callId: "c1", to: "unknown" } as const;
      assert.equal((await refused(requestOf("k1", redirect, dry))).failure, "destination-unknown");
      const held = await refused(requestOf("k2", HOLD, dry));
      assert.deepEqual([held.failure, held.state, held.expected], ["wrong-state", "alerting", "talking or held"]);
      const lamp = { type: "set-message-waiting", line: "none@internal", isOn: true } as const;
      assert.equal((await refused(requestOf("k3", lamp, dry))).failure, "line-not-found");
    });
  });
});
