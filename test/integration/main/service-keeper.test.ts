import assert from "node:assert/strict";
import { ChannelServer, silentLogger } from "../../../src/common/index.ts";
import { ServiceKeeper } from "../../../src/main/supervisor/service-keeper.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("ServiceKeeper with a control channel", () => {
  let folder: TemporaryDirectory;
  let server: ChannelServer;
  beforeEach(async () => {
    folder = new TemporaryDirectory("keeper");
    server = new ChannelServer({ path: folder.join("edge.sock"), logger: silentLogger });
    await server.listen();
  });
  afterEach(async () => {
    await server.close();
    folder.close();
  });

  it("given a service too busy to answer in time, when it can, then it is ready at the next greeting", async () => {
    const clock = new ManualClock();
    const hellos: (() => void)[] = [];
    let asked: () => void = () => undefined;
    const nextHello = (): Promise<void> => new Promise((resolve) => (asked = resolve));
    server.handle("hello", () => {
      asked();
      return new Promise((resolve) => hellos.push(() => resolve({ pid: 7, startedAtMs: 1, state: "ready" })));
    });
    let changed: () => void = () => undefined;
    const keeper = new ServiceKeeper({
      name: "edge",
      socketPath: folder.join("edge.sock"),
      clock,
      logger: silentLogger,
      spawn: () => ({ pid: 7, adopted: false, kill: () => assert.fail("killed"), release: () => undefined }),
      onChange: () => changed(),
    });
    const first = nextHello();
    keeper.start();
    await first;
    const second = nextHello();
    clock.advance(2_000);
    await second;
    assert.equal(keeper.summary.state, "starting");
    const becameReady = new Promise<void>((resolve) => (changed = resolve));
    hellos[1]?.();
    await becameReady;
    assert.equal(keeper.summary.state, "ready");
    keeper.close();
  });

  it("given a service whose channel is not connected yet, when it is stopped, then it is asked and told that it is for good", async () => {
    const purpose = new Promise<unknown>((resolve) => {
      server.handle("stop", (params) => {
        resolve(params);
        return null;
      });
    });
    const keeper = new ServiceKeeper({
      name: "edge",
      socketPath: folder.join("edge.sock"),
      clock: new ManualClock(),
      logger: silentLogger,
      spawn: () => ({ pid: 7, adopted: false, kill: (signal) => assert.fail(signal), release: () => undefined }),
      onChange: () => undefined,
    });
    keeper.start();
    keeper.stop();
    assert.deepEqual(await purpose, { purpose: "shutdown" });
    keeper.close();
  });
});
