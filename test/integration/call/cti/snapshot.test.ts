import assert from "node:assert/strict";
import { ChannelServer, silentLogger, SystemClock } from "../../../../src/common/index.ts";
import { ChannelCallControl } from "../../../../src/main/service/channel-call-control.ts";
import { handleCtiBus } from "../../../../src/main/service/cti-bus.ts";
import type { CallView, CtiSnapshot } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiLink } from "../../../support/cti-link.ts";
import { FakeCallControl } from "../../../support/fake-call-control.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const DEVICES = 1_000;
const CALLS = 5_000;
/** As much as a call may have. */
const USER_DATA = { note: "n".repeat(8_000) };

describe("the snapshot of a large node over the control channel", () => {
  let cleanup: Cleanup;
  let path: string;
  /** What there is now. */
  let now: CtiSnapshot;
  beforeEach(async () => {
    cleanup = new Cleanup();
    const folder = cleanup.add(new TemporaryDirectory("cti"), (one) => one.close());
    path = folder.join("callmanager.sock");
    const channel = new ChannelServer({ path, logger: silentLogger });
    handleCtiBus(channel, {
      attach: () => ({ node: "node", epoch: "e", position: 7, isResumed: false }),
      detach: () => undefined,
      acknowledge: () => undefined,
      snapshot: () => {
        const taken = now;
        // What comes after that is in no part of it.
        now = { ...now, position: now.position + 1, calls: [] };
        return taken;
      },
      drained: () => undefined,
      positionFor: () => 7,
      attachedCount: 1,
      finalViewOf: () => undefined,
    });
    await channel.listen();
    cleanup.add(channel, (one) => one.close());
  });
  afterEach(() => cleanup.run());

  it("given more calls than one message can tell of, when it is taken, then it is all there, and of one moment", async () => {
    now = largeSnapshot();
    const taken = now;
    const [clock, logger] = [new SystemClock(), silentLogger];
    const link = new ChannelCallControl({ path, manager: "test/ctimanager", clock, logger });
    cleanup.add(link, (one) => one.close());
    await new Promise<void>((resolve, reject) => {
      const onDisconnected = (): void => reject(new Error("call control has cut the connection"));
      link.start({ onConnected: resolve, onDisconnected, onSignals: () => undefined });
    });
    assert.deepEqual(await link.snapshot(), taken);
    assert.equal(now.position, 8);
  });

  it("given none that was begun, or one that is over, when a later part is asked for, then it is refused", async () => {
    const link = cleanup.add(await CtiLink.connect(path), (one) => one.close());
    const part = (from?: number): Promise<unknown> => {
      return link.request("cti-snapshot", { manager: "m", ...(from === undefined ? {} : { from }) });
    };
    now = { epoch: "e", position: 7, devices: [], lines: [], calls: largeSnapshot().calls.slice(0, 251), routes: [] };
    await assert.rejects(part(250), { code: "bad-params" });
    assert.equal(((await part()) as { next?: number }).next, 250);
    assert.equal(((await part(250)) as CtiSnapshot).calls.length, 1);
    await assert.rejects(part(250), { code: "bad-params" });
    await assert.rejects(part(0), { code: "bad-params" });
  });
});

function largeSnapshot(): CtiSnapshot {
  const phones = Array.from({ length: DEVICES }, (_, index) => {
    return { name: `phone-${index}`, lines: [String(10_000 + index)] };
  });
  const { devices, lines, calls } = new FakeCallControl(phones);
  const callId = calls.start("10000", "10001");
  const [view] = calls.live;
  assert.ok(view);
  const views = Array.from({ length: CALLS }, (_, index): CallView => {
    return { ...view, callId: `${callId}-${index}`, userData: USER_DATA };
  });
  const routes: CtiSnapshot["routes"] = [];
  return { epoch: "e", position: 7, devices: [...devices.values()], lines: [...lines.values()], calls: views, routes };
}
