import assert from "node:assert/strict";
import type { EntryStore } from "../../../../src/call/control/recovery/call-journal.ts";
import { LostCalls, type TalkingCall } from "../../../../src/call/virtual/lost-calls.ts";
import { createInventory, type LineForwarding } from "../../../../src/call/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TEST_PROFILE } from "../../../support/switch-fixture.ts";

const FORWARDING: Readonly<Record<string, LineForwarding["forwarding"]>> = {
  "6000@internal": { onFailure: { internal: "1002", external: "1003", callingSearchSpace: "inside" } },
  "6001@internal": { noAnswer: { internal: "voice-mail" } },
};

class Entries implements EntryStore {
  readonly entries = new Map<string, unknown>();
  putEntry(key: string, value: unknown): void {
    this.entries.set(key, value);
  }
  removeEntry(key: string): void {
    this.entries.delete(key);
  }
}

describe("established calls of a device whose application is lost", () => {
  let clock: ManualClock;
  let store: Entries;
  let calls: TalkingCall[];
  let done: string[];
  let onDone: () => void;
  beforeEach(() => {
    onDone = () => undefined;
    clock = new ManualClock();
    store = new Entries();
    done = [];
    calls = [
      { legId: "a", callId: "A", number: "6000", isExternal: false },
      { legId: "b", callId: "B", number: "6000", isExternal: true },
      { legId: "c", callId: "C", number: "6001", isExternal: false },
      { legId: "d", callId: "D", number: "6001", isExternal: true },
    ];
  });

  function lostCalls(onOwnerLost: "redirect" | "hold" | "drop"): LostCalls {
    const cti = { kind: "cti-port", acceptSeconds: 4, onOwnerLost, isClosed: false, isLineClosed: false } as const;
    const phone = {
      name: "port",
      user: "port",
      secret: { password: "secret" },
      profile: TEST_PROFILE,
      maxCalls: 4,
      cti,
    };
    const inventory = createInventory({
      realm: "tandem.test",
      phones: ["6000", "6001"].map((directoryNumber) => ({ ...phone, directoryNumber })),
      peers: [],
      forwarding: new Map(
        Object.entries(FORWARDING).map(([line, forwarding]) => [
          line,
          { forwarding, noAnswerSeconds: 12, voiceMail: "9000" },
        ]),
      ),
    });
    return new LostCalls({
      clock,
      inventory,
      store,
      callsOf: () => calls,
      command: (command) => {
        onDone();
        done.push(`${command.type} ${"callId" in command ? command.callId : ""}`);
        return Promise.resolve({ ok: true });
      },
      forward: (legId, to, space) => {
        onDone();
        done.push(`forward ${legId} ${to} ${space ?? ""}`.trim());
      },
    });
  }

  it("given calls of lines that forward for that, or when nobody answers, when they are redirected, then each goes by where it comes from, and who cannot is released", () => {
    lostCalls("redirect").treat("port");
    assert.deepEqual(done, ["forward a 1002 inside", "forward b 1003 inside", "forward c 9000", "drop D"]);
    assert.equal(store.entries.size, 0);
  });

  it("given a device that drops them, when its application is lost, then all are released", () => {
    lostCalls("drop").treat("port");
    assert.deepEqual(done, ["drop A", "drop B", "drop C", "drop D"]);
  });

  it("given calls on hold, when another application comes within 30 s, then they are taken back, and later nothing happens", () => {
    const lost = lostCalls("hold");
    lost.treat("port");
    assert.deepEqual(done.splice(0), ["hold A", "hold B", "hold C", "hold D"]);
    clock.advance(29_999);
    lost.takeUp("port");
    assert.deepEqual(done.splice(0), ["retrieve A", "retrieve B", "retrieve C", "retrieve D"]);
    clock.advance(60_000);
    lost.takeUp("port");
    assert.deepEqual(done, []);
    assert.equal(store.entries.size, 0);
  });

  it("given calls on hold, when nobody comes, then they go on after 30 s, also where call control was started again meanwhile", () => {
    const first = lostCalls("hold");
    first.treat("port");
    clock.advance(20_000);
    first.close();
    done = [];
    const second = lostCalls("hold");
    second.restore();
    clock.advance(9_999);
    assert.deepEqual(done, []);
    clock.advance(1);
    assert.deepEqual(done, ["forward a 1002 inside", "forward b 1003 inside", "forward c 9000", "drop D"]);
    assert.equal(store.entries.size, 0);
    assert.equal(clock.activeTimers, 0);
  });

  for (const [how, after] of [
    ["redirect", ["forward c 9000", "drop D"]],
    ["drop", ["drop C", "drop D"]],
    ["hold", ["forward c 9000", "drop D"]],
  ] as const) {
    it(`given calls of a device that says ${how}, when call control is killed between two of them, then the next one goes on with what is left`, () => {
      let kept: Entries | undefined;
      onDone = () => {
        // What was done so far is on file with what it was done for.
        if (done.length === 2) for (const [key, value] of store.entries) (kept ??= new Entries()).putEntry(key, value);
      };
      const first = lostCalls(how);
      first.treat("port");
      first.close();
      store = kept ?? assert.fail("nothing is on file");
      calls = calls.slice(2);
      done = [];
      const second = lostCalls(how);
      second.restore();
      clock.advance(30_000);
      assert.deepEqual(done, after);
      assert.equal(store.entries.size, 0);
    });
  }

  it("given calls on hold, when call control is back after their time, then it waits for the edge and for applications to be back as well", () => {
    const first = lostCalls("hold");
    first.treat("port");
    first.close();
    clock.advance(60_000);
    done = [];
    const second = lostCalls("hold");
    second.restore();
    clock.advance(9_999);
    assert.deepEqual(done, []);
    clock.advance(1);
    assert.equal(done.length, 4);
  });

  it("given no calls, when the application is lost, then nothing waits", () => {
    calls = [];
    lostCalls("hold").treat("port");
    assert.deepEqual([done.length, store.entries.size, clock.activeTimers], [0, 0, 0]);
  });
});
