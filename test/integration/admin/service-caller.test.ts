import assert from "node:assert/strict";
import { keptServiceCaller, type ServiceCaller } from "../../../src/admin/index.ts";
import { ChannelServer, silentLogger } from "../../../src/common/index.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("the calls of a service to others", () => {
  let directory: TemporaryDirectory;
  let server: ChannelServer;
  let caller: ServiceCaller;
  const clock = new ManualClock();
  const socket = (service: string): string => directory.join(`${service}.sock`);

  beforeEach(() => {
    directory = new TemporaryDirectory("service-caller");
    server = new ChannelServer({ path: socket("edge"), logger: silentLogger });
    server.handle("name", () => "edge");
  });
  afterEach(async () => {
    caller.close();
    await server.close();
    directory.close();
  });

  it("given a service that was not there at first, when it has been started, then it is heard at once and again later", async () => {
    caller = keptServiceCaller(["edge"], { socket }, clock, silentLogger);
    // Its next attempt waits for a clock that stands still.
    await eventually(() => assert.equal(clock.activeTimers, 1), { timeoutMs: 2_000 });
    await assert.rejects(caller.call("edge", "name"), { code: "not-connected" });
    await server.listen();
    assert.equal(await caller.call("edge", "name"), "edge");
    assert.equal(await caller.call("edge", "name"), "edge");
  });
});
