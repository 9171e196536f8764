import assert from "node:assert/strict";
import type { CtiUser, TokenScope } from "../../../src/cti/index.ts";
import { CtiRefusal, type CtiClient } from "../../support/cti-client.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { CtiFixture, type CtiFixtureOptions } from "../../support/cti-fixture.ts";

const ANN = { user: "ann", password: "ann" };

function refusedWith(code: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof CtiRefusal, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

describe("sessions of CTI applications over WebSocket", () => {
  const cleanup = new Cleanup();
  let fixture: CtiFixture;
  const start = async (options?: CtiFixtureOptions): Promise<void> => {
    fixture = cleanup.add(await CtiFixture.start(options), (started) => started.close());
  };
  const connect = async (): Promise<CtiClient> => {
    return cleanup.add(await fixture.connect(), (client) => client.destroy());
  };
  const only = (): NonNullable<ReturnType<CtiFixture["table"]["get"]>> => {
    const [session] = fixture.table.all();
    assert.ok(session);
    return session;
  };
  afterEach(() => cleanup.run());

  it("given the right password, when opened, then events come numbered from 1, before the reply that says so", async () => {
    await start({
      operations: new Map([
        [
          "device.close",
          {
            isCommand: true,
            handle: (session) => {
              session.append({ type: "test.one", text: "ä" } as never);
              return Promise.resolve({ seq: session.append({ type: "test.two" }) });
            },
          },
        ],
      ]),
    });
    const client = await connect();
    const opened = await client.open({ ...ANN, heartbeatMs: 2_000 });
    assert.equal(opened["mode"], "new");
    assert.equal(opened["seq"], 0);
    assert.equal(opened["heartbeatMs"], 2_000);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const reply = await client.request("device.close", {
      device: "phone-1",
      meta: { key: "k1", keyMs: 1, traceparent },
    });
    assert.equal(reply["seq"], 2);
    assert.deepEqual(client.events, [
      { seq: 1, type: "test.one", text: "ä" },
      { seq: 2, type: "test.two" },
    ]);
    assert.equal(client.messages.at(-1)?.result?.["seq"], 2);
    const command = fixture.audit.find(({ event }) => event === "command");
    assert.deepEqual(
      { ...command, at: "", tookMs: 0, session: "" },
      {
        at: "",
        user: "ann",
        session: "",
        client: "test",
        source: "127.0.0.1",
        event: "command",
        method: "device.close",
        target: { device: "phone-1" },
        key: "k1",
        traceparent,
        result: "ok",
        tookMs: 0,
      },
    );
  });

  it("given a wrong password, when opened, then AUTH_FAILED, and nothing else is answered before it is right", async () => {
    await start();
    const client = await connect();
    await assert.rejects(client.request("provider.ack", { seq: 0 }), refusedWith("PROTOCOL_ORDER"));
    await assert.rejects(client.open({ user: "ann", password: "no" }), refusedWith("AUTH_FAILED"));
    await client.open(ANN);
    await assert.rejects(client.open(ANN), refusedWith("SESSION_ALREADY_OPEN"));
    await assert.rejects(client.request("call.fly"), refusedWith("PROTOCOL_UNKNOWN_METHOD"));
    await assert.rejects(client.request("provider.ack", { seq: -1 }), refusedWith("VALIDATION_PARAMETER"));
  });

  it("given a broken connection, when resumed, then what was missed follows the reply in order", async () => {
    await start();
    const first = await connect();
    const { sessionId, epoch } = await first.open(ANN);
    only().append({ type: "a" });
    only().append({ type: "b" });
    await first.until(({ events }) => events.length === 2);
    first.destroy();
    await first.closed;
    only().append({ type: "c" });
    const second = await connect();
    const resumed = await second.open({ ...ANN, resume: { sessionId, epoch, lastSeq: 1 } });
    assert.equal(resumed["mode"], "resumed");
    await second.until(({ events }) => events.length === 2);
    assert.deepEqual(second.events, [
      { seq: 2, type: "b" },
      { seq: 3, type: "c" },
    ]);
    only().append({ type: "d" });
    await second.until(({ events }) => events.at(-1)?.["type"] === "d");
  });

  it("given events, when acknowledged without an id, then they are let go, and no answer comes", async () => {
    await start();
    const client = await connect();
    await client.open(ANN);
    only().append({ type: "a" });
    only().append({ type: "b" });
    await client.until(({ events }) => events.length === 2);
    client.send(JSON.stringify({ jsonrpc: "2.0", method: "provider.ack", params: { seq: 1 } }));
    await client.request("provider.heartbeat");
    const { epoch } = only();
    assert.deepEqual([only().canResume(epoch, 0), only().canResume(epoch, 1)], [false, true]);
    client.send(JSON.stringify({ jsonrpc: "2.0", method: "provider.ack", params: { seq: 9 } }));
    await client.until(({ messages }) => messages.at(-1)?.error !== undefined);
    assert.equal(client.messages.at(-1)?.error?.data["code"], "VALIDATION_PARAMETER");
  });

  it("given a kill, when resumed, then events, facts and numbers are as they were", async () => {
    await start();
    const first = await connect();
    const { sessionId, epoch } = await first.open({ ...ANN, group: "desk" });
    only().append({ type: "a" }, { position: 7 });
    only().append({ type: "b" }, { position: 8 });
    only().facts.put("open phone-1", { fence: 3 });
    await first.until(({ events }) => events.length === 2);
    await first.request("provider.ack", { seq: 1 });
    await fixture.table.flushed();
    await fixture.killAndRestart();
    const restored = only();
    assert.equal(restored.phase, "silent");
    assert.equal(restored.group, "desk");
    assert.equal(restored.position, 8);
    assert.deepEqual([...restored.facts.entries()], [["open phone-1", { fence: 3 }]]);
    const second = await connect();
    await second.open({ ...ANN, resume: { sessionId, epoch, lastSeq: 1 } });
    restored.append({ type: "c" }, { position: 9 });
    await second.until(({ events }) => events.length === 2);
    assert.deepEqual(second.events, [
      { seq: 2, type: "b" },
      { seq: 3, type: "c" },
    ]);
  });

  it("given events that are kept no more, when resumed, then a snapshot is due and numbers begin anew", async () => {
    await start({ logBytes: 100 });
    const first = await connect();
    const { sessionId, epoch } = await first.open(ANN);
    first.destroy();
    await first.closed;
    for (let count = 0; count < 20; count += 1) only().append({ type: "something.long" });
    const second = await connect();
    const resumed = await second.open({ ...ANN, resume: { sessionId, epoch, lastSeq: 0 } });
    assert.equal(resumed["mode"], "resnapshot");
    assert.equal(resumed["sessionId"], sessionId);
    assert.notEqual(resumed["epoch"], epoch);
    only().append({ type: "a" });
    await second.until(({ events }) => events.length === 1);
    assert.equal(second.events[0]?.["seq"], 1);
  });

  it("given a session of somebody else, or none, when resumed, then SESSION_RESUME_EXPIRED", async () => {
    await start();
    const first = await connect();
    const { sessionId, epoch } = await first.open(ANN);
    const resume = { sessionId, epoch, lastSeq: 0 };
    const second = await connect();
    const other = second.open({ user: "bob", password: "bob", resume, takeOver: true });
    await assert.rejects(other, refusedWith("SESSION_RESUME_EXPIRED"));
    const none = second.open({ ...ANN, resume: { ...resume, sessionId: "none" } });
    await assert.rejects(none, refusedWith("SESSION_RESUME_EXPIRED"));
  });

  it("given a token that allows less, when it resumes what another one has, then there is no such session for it", async () => {
    const strong: Partial<CtiUser> = { token: "strong", scope: { devices: ["phone-*"] } };
    let token = strong;
    await start({ user: () => token });
    const first = await connect();
    const { sessionId, epoch } = await first.open(ANN);
    const resume = { sessionId, epoch, lastSeq: 0 };
    const weaker: readonly TokenScope[] = [
      { devices: ["phone-1"] },
      { devices: ["phone-*"], isMonitorOnly: true },
      { devices: ["phone-*"], verbs: ["call.*"] },
      { devices: ["phone-*"], numbers: { deny: ["9*"] } },
    ];
    for (const scope of weaker) {
      token = { token: "weak", scope };
      const other = await connect();
      const opening = other.open({ ...ANN, resume, takeOver: true });
      await assert.rejects(opening, refusedWith("SESSION_RESUME_EXPIRED"), JSON.stringify(scope));
    }
    await first.request("provider.ack", { seq: 0 });
    assert.equal(only().user.token, "strong");
    token = { token: "other", scope: { devices: ["*"] } };
    const second = await connect();
    assert.equal((await second.open({ ...ANN, resume, takeOver: true }))["mode"], "resumed");
  });

  it("given a connection that is there, when resumed, then it is refused without takeOver, and closed with it", async () => {
    await start();
    const first = await connect();
    const { sessionId, epoch } = await first.open(ANN);
    const resume = { sessionId, epoch, lastSeq: 0 };
    const second = await connect();
    await assert.rejects(second.open({ ...ANN, resume }), refusedWith("SESSION_IN_USE"));
    await second.open({ ...ANN, resume, takeOver: true });
    assert.deepEqual(await first.closed, { code: 4003, reason: "SESSION_TAKEN_OVER" });
    only().append({ type: "a" });
    await second.until(({ events }) => events.length === 1);
    assert.equal(only().phase, "connected");
  });

  it("given an application that reads nothing, when its queue is full, then it is cut off with 4008 and may resume", async () => {
    await start({ queue: { events: 400, bytes: 40_000_000 } });
    const client = await connect();
    const { sessionId, epoch } = await client.open(ANN);
    await client.until(({ messages }) => messages.length === 1);
    client.pause();
    const text = "x".repeat(32_768);
    const session = only();
    let last = 0;
    for (let count = 0; count < 800 && session.connection !== undefined; count += 1) {
      last = count;
      session.append({ type: "big", text } as never);
      session.append({ type: "device.state", count } as never, { conflateKey: "device phone-1" });
      await fixture.table.flushed();
    }
    assert.equal(session.connection, undefined);
    assert.ok(session.load.held <= 1, `${session.load.held} are held`);
    client.resume();
    assert.deepEqual(await client.closed, { code: 4008, reason: "SESSION_LAGGING" });
    const { events } = client;
    const lastSeq = Number(events.at(-1)?.["seq"]);
    const second = await connect();
    const resumed = await second.open({ ...ANN, resume: { sessionId, epoch, lastSeq } });
    assert.equal(resumed["mode"], "resumed");
    await second.until((each) => Number(each.events.at(-1)?.["seq"]) === session.seq, 20_000);
    const all = [...events, ...second.events];
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_event, index) => index + 1),
    );
    assert.equal(all.filter(({ type }) => type === "session.lagging").length, 1);
    const states = all.filter(({ type }) => type === "device.state").map(({ count }) => Number(count));
    assert.deepEqual(
      states,
      [...states].sort((a, b) => a - b),
    );
    assert.ok(states.length < 300, `${states.length} states were told`);
    assert.equal(states.at(-1), last, "the last one is told");
  });

  it("given an application that reads nothing but is heard, when heartbeats go on, then they do not pile up, and come again when it reads", async () => {
    const clock = new ManualClock();
    await start({ clock, heartbeatMs: 1_000 });
    const client = await connect();
    await client.open(ANN);
    client.pause();
    const session = only();
    const { connection } = session;
    assert.ok(connection);
    for (let count = 0; count < 5_000; count += 1) {
      session.hear();
      clock.advance(1_000);
    }
    assert.ok(connection.unreadBytes < 260 * 1024, `${connection.unreadBytes} bytes are not read`);
    client.resume();
    await eventually(() => assert.ok(connection.unreadBytes < 64 * 1024), { timeoutMs: 10_000 });
    const before = client.messages.length;
    session.hear();
    clock.advance(1_000);
    await client.until(({ messages }) => messages.length > before);
    assert.equal(client.messages.at(-1)?.method, "heartbeat");
  });

  it("given too many connections of a user, when opened, then LIMIT_CONNECTIONS says the limit", async () => {
    await start({ maxConnections: 1 });
    await (await connect()).open(ANN);
    const second = await connect();
    await assert.rejects(second.open(ANN), (error: unknown) => {
      assert.ok(error instanceof CtiRefusal);
      assert.equal(error.code, "LIMIT_CONNECTIONS");
      assert.deepEqual(error.data["limit"], { name: "maxConnections", value: 1, used: 1 });
      return true;
    });
  });

  it("given a session that has sent all it may, when it is resumed, then it may send no more than before", async () => {
    await start({ rpc: { requestsPerSecond: 1, requestBurst: 2 } });
    const first = await connect();
    const { sessionId, epoch } = await first.open(ANN);
    await first.request("provider.ack", { seq: 0 });
    await first.request("provider.ack", { seq: 0 });
    first.destroy();
    const second = await connect();
    await second.open({ ...ANN, takeOver: true, resume: { sessionId, epoch, lastSeq: 0 } });
    await assert.rejects(second.request("provider.ack", { seq: 0 }), /LIMIT_RATE/);
  });

  it("given what goes with commands, when it goes with another method, then it is honoured or refused", async () => {
    let opened = 0;
    const handle = async (): Promise<object> => ({ seq: 0, opened: (opened += 1) });
    await start({ operations: new Map([["device.open", { isCommand: false, handle }]]) });
    const client = await connect();
    await client.open(ANN);
    const cases: readonly (readonly [object, string])[] = [
      [{ dryRun: true }, "VALIDATION_COMBINATION"],
      [{ ifVersion: 1 }, "VALIDATION_COMBINATION"],
      [{ ifState: "talking" }, "VALIDATION_COMBINATION"],
      [{ deadlineMs: Date.now() - 1_000 }, "TIMEOUT_SERVER"],
    ];
    for (const [meta, code] of cases) {
      await assert.rejects(client.request("device.open", { device: "port-1", meta }), refusedWith(code));
    }
    assert.equal(opened, 0);
    const meta = { dryRun: false, deadlineMs: Date.now() + 60_000, key: "k", keyMs: Date.now(), waits: true };
    await client.request("device.open", { device: "port-1", meta });
    assert.equal(opened, 1);
  });

  it("given more requests than are taken, when sent, then LIMIT_RATE says how long to wait, and heartbeats go on", async () => {
    // One, and no more within the test, however slow the machine is.
    await start({ rpc: { requestsPerSecond: 0.01, requestBurst: 2 } });
    const client = await connect();
    await client.open(ANN);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => client.request("provider.ack", { seq: 0 })),
    );
    const refused = results.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    assert.equal(refused.length, 4);
    for (const { reason } of refused) {
      assert.equal((reason as CtiRefusal).code, "LIMIT_RATE");
      assert.ok(Number((reason as CtiRefusal).data["retryAfterMs"]) > 0);
    }
    await client.request("provider.heartbeat");
  });

  it("given what makes no sense, when sent, then each has its error and the session goes on", async () => {
    await start({ rpc: { messageBytes: 1_000, depth: 5 } });
    const client = await connect();
    await client.open(ANN);
    const cases: readonly (readonly [string, string])[] = [
      ["{", "PROTOCOL_NOT_JSON"],
      ["[]", "PROTOCOL_MALFORMED"],
      ["[".repeat(900), "PROTOCOL_MALFORMED"],
      ['{"jsonrpc":"2.0","id":7,"method":"provider.ack"}', "PROTOCOL_MALFORMED"],
      ['{"jsonrpc":"1.0","id":"7","method":"provider.ack"}', "PROTOCOL_MALFORMED"],
      ['{"jsonrpc":"2.0","method":"provider.close"}', "PROTOCOL_MALFORMED"],
      [`"${"x".repeat(2_000)}"`, "PROTOCOL_TOO_BIG"],
      ['{"jsonrpc":"2.0","id":"7","method":"provider.ack","params":{"seq":5}}', "VALIDATION_PARAMETER"],
    ];
    for (const [text, code] of cases) {
      const before = client.messages.length;
      client.send(text);
      await client.until(({ messages }) => messages.length > before);
      assert.equal(client.messages.at(-1)?.error?.data["code"], code, text.slice(0, 60));
    }
    await client.request("provider.heartbeat");
  });

  it("given who asks and reads no answers, or sends nothing but junk, when it goes on, then it is cut off", async () => {
    const text = "x".repeat(60_000);
    const handle = (): Promise<object> => Promise.resolve({ seq: 0, text });
    await start({
      rpc: { requestsPerSecond: 100_000, requestBurst: 100_000, pendingRequests: 100_000 },
      operations: new Map([["call.list", { isCommand: false, handle }]]),
    });
    const deaf = await connect();
    await deaf.open(ANN);
    deaf.pause();
    const session = only();
    const detached = eventually(() => assert.equal(session.connection, undefined), { timeoutMs: 20_000 });
    for (let count = 0; count < 3_000; count += 1) {
      deaf.send(`{"jsonrpc":"2.0","id":"x${count}","method":"call.list"}`);
    }
    await detached;
    deaf.resume();
    assert.equal((await deaf.closed).code, 4008);
    const other = await CtiFixture.start({ rpc: { requestsPerSecond: 1, requestBurst: 1 } });
    cleanup.add(other, (started) => started.close());
    const mad = await other.connect();
    for (let count = 0; count < 200; count += 1) mad.send("junk");
    assert.equal((await mad.closed).code, 1008);
    assert.ok(other.counts.errors < 150, `${other.counts.errors} were answered`);
  });

  it("given a silent application, when two intervals are over, then it has failed, and is closed when its lease is", async () => {
    await start({ heartbeatMs: 200, leaseMs: 900 });
    const told: string[] = [];
    fixture.table.watch({
      onFailed: () => told.push("failed"),
      onClosed: (_session, reason) => told.push(reason),
    });
    const client = await connect();
    await client.open(ANN);
    const { code } = await client.closed;
    assert.equal(code, 4002);
    assert.equal(only().phase, "failed");
    const gone = new Promise<void>((resolve) => fixture.table.watch({ onClosed: () => resolve() }));
    await gone;
    assert.deepEqual(told, ["failed", "lease-over"]);
    assert.equal(fixture.table.size, 0);
  });

  describe("whose application has asked for a standby to take its place", () => {
    const ASKED = { ...ANN, group: "pair", standbyAfterMs: 100 };
    const absent = (): Promise<string> => {
      return new Promise((resolve) => fixture.table.watch({ onAbsent: ({ id }) => resolve(id) }));
    };

    it("given a connection that is reset, when it is not resumed in time, then it is absent, and there again when it is", async () => {
      await start();
      const first = await connect();
      const { sessionId, epoch, standbyAfterMs } = await first.open(ASKED);
      assert.equal(standbyAfterMs, 100);
      const gone = absent();
      const lostMs = performance.now();
      first.destroy();
      assert.equal(await gone, sessionId);
      assert.ok(performance.now() - lostMs >= 99);
      assert.equal(only().phase, "absent");
      const second = await connect();
      const resumed = await second.open({ ...ANN, resume: { sessionId, epoch, lastSeq: 0 } });
      assert.equal(only().phase, "connected");
      // As other times, it is agreed anew with each connection.
      assert.equal(resumed["standbyAfterMs"], undefined);
    });

    it("given more than two heartbeats, when asked for, then it is two; without a group it is refused", async () => {
      await start({ heartbeatMs: 2_000 });
      const client = await connect();
      await assert.rejects(client.open({ ...ANN, standbyAfterMs: 100 }), refusedWith("VALIDATION_COMBINATION"));
      await assert.rejects(client.open({ ...ASKED, standbyAfterMs: -1 }), refusedWith("VALIDATION_PARAMETER"));
      const { sessionId, epoch, standbyAfterMs } = await client.open({ ...ASKED, standbyAfterMs: 60_000 });
      assert.equal(standbyAfterMs, 4_000);
      client.destroy();
      await client.closed;
      const alone = await connect();
      const resume = { sessionId, epoch, lastSeq: 0 };
      assert.equal((await alone.open({ ...ANN, standbyAfterMs: 200, resume }))["standbyAfterMs"], 200);
    });

    it("given a connection that is lost, when CTIManager is killed before the time is over, then the next one has it absent in its time", async () => {
      await start();
      const first = await connect();
      const { sessionId } = await first.open({ ...ASKED, standbyAfterMs: 1_000 });
      first.destroy();
      await eventually(() => assert.equal(only().phase, "silent"), { timeoutMs: 2_000, intervalMs: 2 });
      await fixture.table.flushed();
      await fixture.killAndRestart();
      assert.equal(only().phase, "silent");
      assert.equal(await absent(), sessionId);
    });

    it("given a message that is so long that the connection is ended, when it is not resumed, then the session is silent as if CTIManager had ended it", async () => {
      const clock = new ManualClock();
      await start({ clock });
      const client = await connect();
      await client.open(ASKED);
      client.send("x".repeat(4 * 1024 * 1024 + 1));
      assert.equal((await client.closed).code, 1009);
      const session = only();
      await eventually(() => assert.equal(session.connection, undefined), { timeoutMs: 2_000, intervalMs: 2 });
      clock.advance(19_999);
      assert.equal(session.phase, "silent");
    });

    it("given a connection that CTIManager has ended, when it is not resumed, then the session is silent, and fails in the usual time", async () => {
      const clock = new ManualClock();
      await start({ clock });
      const client = await connect();
      await client.open(ASKED);
      const session = only();
      cleanup.add(fixture.table, (former) => former.release());
      await fixture.killAndRestart();
      await eventually(() => assert.equal(session.connection, undefined), { timeoutMs: 2_000, intervalMs: 2 });
      clock.advance(19_999);
      assert.equal(session.phase, "silent");
      clock.advance(1);
      assert.equal(session.phase, "failed");
    });
  });

  it("given provider.close, when answered, then the session and its file are gone", async () => {
    await start();
    const client = await connect();
    const { sessionId, epoch } = await client.open(ANN);
    await client.request("provider.close");
    assert.equal((await client.closed).code, 1000);
    await fixture.killAndRestart();
    assert.equal(fixture.table.size, 0);
    const second = await connect();
    const resume = second.open({ ...ANN, resume: { sessionId, epoch, lastSeq: 0 } });
    await assert.rejects(resume, refusedWith("SESSION_RESUME_EXPIRED"));
  });

  it("given another sub-protocol, when connected, then the upgrade is refused", async () => {
    await start();
    await assert.rejects(fixture.connect({}, "sip"), /HTTP 400/);
  });
});
