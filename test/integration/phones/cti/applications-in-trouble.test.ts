import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CtiError } from "../../../../src/sdk/index.ts";
import { CtiScene, over } from "../../../support/cti-scene.ts";
import { nodeSockets } from "../../../../src/sdk/connection/node-socket.ts";
import type { OpenSocket, Socket } from "../../../../src/sdk/connection/socket.ts";
import { hashPassword } from "../../../../src/main/secrets/password-hash.ts";
import { Provider as AnyProvider } from "../../../../src/sdk/objects/provider.ts";
import { heardWithin } from "../../../support/heard-event.ts";
import { establish } from "../../../support/talking-phone.ts";
import { clockBehind } from "../../../support/clock-behind.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "..", "..", "dist", "main", "tandem.js");

describe("applications in trouble", () => {
  const scene = new CtiScene({ devices: [{ kind: "cti-port", name: "port", number: "6001" }] });

  /** Runs it in a group of its own, which is killed in the end. @returns the exit code, or that it goes on */
  async function runs(line: string, withinMs: number, during: () => Promise<void> = async () => undefined) {
    const child = spawn("sh", ["-c", line], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const text = { out: "", err: "" };
    child.stdout.on("data", (data: Buffer) => (text.out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (text.err += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
    const limit = performance.now() + 20_000;
    while (!/Ctrl-C ends it/.test(text.err) && child.exitCode === null && performance.now() < limit) await delay(50);
    await during();
    const outcome = await Promise.race([ended, delay(withinMs).then(() => "goes on" as const)]);
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
    return { outcome, ...text };
  }
  const tandem = (words: string): string =>
    `${process.execPath} ${PROGRAM} ${words} --data-dir ${scene.stage.node.dataDir}`;

  it("given a pipe that is closed, when more events come, then the watch ends", async () => {
    const blink = async (): Promise<void> => {
      for (const isOn of [true, false, true, false]) {
        await scene.cti.address("1001").setMessageWaiting(isOn);
        await delay(300);
      }
    };
    const { outcome, out, err } = await runs(`${tandem("cti watch --type line --json")} | head -n 1`, 5_000, blink);
    assert.match(out, /^\{.*line\.state.*\}\n$/, `${out} ${err}`);
    assert.equal(outcome, 0);
  });

  it("given a call that has ended, when it alone is watched, then the command ends", async () => {
    const { near, far, call } = await scene.phoneCall();
    await over(call, near, far);
    const { outcome } = await runs(tandem(`cti watch --call ${call.id}`), 5_000);
    assert.notEqual(outcome, "goes on");
  });

  for (const [what, more] of [
    ["another that shares its port", {}],
    ["a standby of its group", { group: "g" }],
  ] as const) {
    it(`given an owner and ${what}, when the port is called, then the owner alone says where its media goes`, async () => {
      const chosen: string[] = [];
      const failed: string[] = [];
      const openPort = async (name: string, port: number) => {
        const cti = await scene.stage.application(scene.perTest, { client: { name }, ...more });
        cti.on("media.failed", ({ error }) => failed.push(error.message));
        const terminal = await cti.openMediaTerminal("port", {
          mode: "dynamic",
          codecs: ["PCMU/8000"],
          address: async () => {
            chosen.push(name);
            // Its media server is asked for a port first.
            if (name === "owner") await delay(200);
            return { address: "127.0.0.1", port };
          },
        });
        return { cti, terminal };
      };
      const owner = await openPort("owner", 41_000);
      const other = await openPort("other", 42_000);
      owner.terminal.onOffer((offer) => void offer.answer().catch((error: Error) => failed.push(error.message)));
      // Behind all that each is told of the media before.
      const started = [owner, other].map(({ cti }) => heardWithin(cti, "media.started", 5_000));
      const near = await scene.phones[0].dial("6001");
      await establish(near);
      const [event] = await Promise.all(started);
      await near.hangUp();
      assert.deepEqual([event?.media.local?.port, chosen, failed], [41_000, ["owner"], []]);
    });
  }

  it("given an application whose clock is 15 s behind, when it commands, then it is done", async () => {
    const clock = clockBehind(15_000);
    const cti = await scene.stage.application(scene.perTest, { clock });
    await cti.address("1001").setMessageWaiting(true);
    await cti.address("1001").setMessageWaiting(false);
  });

  it("given a user of some devices who is away, when one of them is removed, then the others are watched still afterwards", async () => {
    const body = {
      name: "limited",
      passwordHash: await hashPassword("secret of limited"),
      ctiEnabled: true,
      devices: ["phone-1001", "phone-1002"],
    };
    await scene.stage.change({ type: "create", kind: "user", body });
    const sockets = nodeSockets();
    let isAway = false;
    const cuts = new Set<() => void>();
    const openSocket: OpenSocket = (url, handlers): Socket => {
      if (isAway) {
        setImmediate(() => handlers.onClose(1006, "away"));
        return { send: () => undefined, close: () => undefined };
      }
      const socket = sockets(url, handlers);
      cuts.add(() => (socket.close(), handlers.onClose(1006, "away")));
      return socket;
    };
    const servers = [scene.stage.node.cti];
    const cti = await AnyProvider.open(
      { servers, user: "limited", password: "secret of limited", heartbeatMs: 1_000, leaseMs: 2_000 },
      openSocket,
    );
    scene.perTest.add(cti, (one) => one.close());
    const lost: string[] = [];
    cti.on("provider.notRestored", ({ what, error }) => lost.push(`${what}: ${error.code}`));
    isAway = true;
    for (const cut of cuts) cut();
    await delay(4_000);
    await scene.stage.change({ type: "merge", kind: "user", name: "limited", body: { devices: ["phone-1001"] } });
    isAway = false;
    await heardWithin(cti, "provider.resnapshot", 15_000);
    const lamp = heardWithin(cti, "line.state", 3_000).then(
      () => "told",
      (error: Error) => error.message,
    );
    await scene.cti.address("1001").setMessageWaiting(true);
    const told = await lamp;
    await scene.cti.address("1001").setMessageWaiting(false);
    assert.deepEqual([lost, told], [[], "told"]);
  });

  it("given a phone that rings by command, when the connection breaks meanwhile, then the command is not said to be not applied", async () => {
    const sockets = nodeSockets();
    const cuts = new Set<() => void>();
    const openSocket: OpenSocket = (url, handlers) => {
      const socket = sockets(url, handlers);
      cuts.add(() => (socket.close(), handlers.onClose(1006, "cut")));
      return socket;
    };
    const sign = { user: "application", password: "of an application" };
    const cti = await AnyProvider.open({ servers: [scene.stage.node.cti], ...sign }, openSocket);
    scene.perTest.add(cti, (one) => one.close());
    const connecting = cti
      .terminal("phone-1001")
      .connect("1002", { callId: "a-call-that-rings", timeoutMs: 3_000, waits: false })
      .then(
        () => undefined,
        (error: CtiError) => error,
      );
    const talk = await scene.phones[0].offered(5_000);
    talk.progress(180);
    for (const cut of cuts) cut();
    const error = await connecting;
    // The phone rings still: the command goes on.
    const state = scene.cti.call("a-call-that-rings")?.state;
    await scene.cti.call("a-call-that-rings")?.drop();
    assert.deepEqual([state, error?.outcome], ["active", "unknown"]);
  });
});
