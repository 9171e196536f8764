import assert from "node:assert/strict";
import { ChannelServer, silentLogger } from "../../../src/common/index.ts";
import { SupervisorWatch } from "../../../src/main/service/supervisor-watch.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("SupervisorWatch", () => {
  let folder: TemporaryDirectory;
  let clock: ManualClock;
  let orphaned: number;
  let watch: SupervisorWatch;
  beforeEach(() => {
    folder = new TemporaryDirectory("watch");
    clock = new ManualClock();
    orphaned = 0;
    watch = new SupervisorWatch({
      socketPath: folder.join("s.sock"),
      graceMs: 1_400,
      clock,
      logger: silentLogger,
      onOrphaned: () => void (orphaned += 1),
    });
  });
  afterEach(() => {
    watch.close();
    folder.close();
  });

  it("given no supervisor, when the grace is over, then it says so once", () => {
    watch.start();
    clock.advance(1_399);
    assert.equal(orphaned, 0);
    clock.advance(60_000);
    assert.equal(orphaned, 1);
  });

  it("given a supervisor that comes at the last moment, when the grace is over, then nothing is said", async () => {
    watch.start();
    await eventually(() => assert.equal(clock.activeTimers, 2), { timeoutMs: 2_000 }); // the grace and the next attempt
    const server = new ChannelServer({ path: folder.join("s.sock"), logger: silentLogger });
    await server.listen();
    clock.advance(1_399);
    await eventually(() => assert.equal(server.peerCount, 1), { timeoutMs: 2_000 });
    await eventually(() => assert.equal(clock.activeTimers, 0), { timeoutMs: 2_000 });
    clock.advance(60_000);
    assert.equal(orphaned, 0);
    await server.close();
  });
});
