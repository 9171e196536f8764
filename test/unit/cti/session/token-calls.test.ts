import assert from "node:assert/strict";
import { RandomIds, silentLogger } from "../../../../src/common/index.ts";
import { CtiError, SessionTable, TokenCalls, type Operation, type Session } from "../../../../src/cti/index.ts";
import { anyUser } from "../../../support/cti-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

describe("TokenCalls", () => {
  let directory: TemporaryDirectory;
  let table: SessionTable;
  let calls: TokenCalls;
  let connect: Operation;
  let begin: () => void;
  const answers = new Map<string, string>();
  const up = new Set<string>();
  const session = (token: string, calls: number): Session => {
    const user = anyUser("ann", { token, scope: { calls } });
    return table.open({ user, client: { name: "test" }, heartbeatMs: 10_000, leaseMs: 30_000 });
  };
  const make = async (by: Session, key?: string): Promise<string> => {
    try {
      return ((await connect.handle(by, {}, key === undefined ? {} : { key })) as { callId: string }).callId;
    } catch (error) {
      assert.ok(error instanceof CtiError, String(error));
      return error.code;
    }
  };
  beforeEach(() => {
    directory = new TemporaryDirectory("token-calls");
    up.clear();
    table = new SessionTable({
      folder: directory.join("sessions"),
      clock: new ManualClock(),
      ids: new RandomIds(),
      logger: silentLogger,
      limits: { queue: { events: 10, bytes: 1_000 }, logBytes: 1_000, allLogBytes: 10_000, maxSessions: 10 },
      userOf: () => undefined,
    });
    let made = 0;
    const operation: Operation = {
      isCommand: true,
      handle: async (_session, _params, { key = "" }) => {
        const callId = answers.get(key) ?? `c${(made += 1)}`;
        if (key !== "") answers.set(key, callId);
        up.add(callId);
        return { seq: 0, callId };
      },
    };
    answers.clear();
    begin = () => {
      calls = new TokenCalls({
        path: directory.join("calls.journal"),
        clock: new ManualClock(),
        isUp: (callId) => up.has(callId),
      });
      connect = calls.bound(new Map([["call.connect", operation]])).get("call.connect") ?? assert.fail();
    };
    begin();
  });
  afterEach(() => {
    calls.close();
    table.release();
    directory.close();
  });

  it("given a token with two calls, when its sessions make more, then the third is refused until one has ended", async () => {
    const [first, second] = [session("t", 2), session("t", 2)];
    assert.deepEqual([await make(first), await make(second)], ["c1", "c2"]);
    assert.equal(await make(first), "limit-token-calls");
    up.delete("c2");
    assert.equal(await make(first), "c3");
  });

  it("given calls that are being made, when more are asked for at the same time, then those count", async () => {
    const by = session("t", 1);
    assert.deepEqual(await Promise.all([make(by), make(by)]), ["c1", "limit-token-calls"]);
  });

  it("given a session that has made a call, when it ends, or the process does, then the call counts as long as it goes on", async () => {
    const first = session("t", 1);
    await make(first);
    table.close(first, "application");
    assert.equal(await make(session("t", 1)), "limit-token-calls");
    calls.close();
    begin();
    assert.equal(await make(session("t", 1)), "limit-token-calls");
    up.clear();
    assert.equal(await make(session("t", 1)), "c2");
  });

  it("given a command that has made the last call, when it is sent again, then it is answered as before", async () => {
    const by = session("t", 1);
    assert.deepEqual([await make(by, "k"), await make(by, "k")], ["c1", "c1"]);
    assert.equal(await make(by, "other"), "limit-token-calls");
    assert.equal(await make(session("t", 1), "k"), "limit-token-calls");
  });

  it("given another token, or none, when calls are made, then they are no matter of this one", async () => {
    await make(session("t", 1));
    assert.equal(await make(session("other", 1)), "c2");
    const free = table.open({ user: anyUser("ann"), client: { name: "test" }, heartbeatMs: 10_000, leaseMs: 30_000 });
    assert.deepEqual([await make(free), await make(free)], ["c3", "c4"]);
  });
});
