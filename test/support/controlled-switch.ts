import { ChannelServer, RandomIds, silentLogger, SystemClock } from "../../src/common/index.ts";
import { ControlCore } from "../../src/cti/control-core.ts";
import { SessionTable } from "../../src/cti/session/session-table.ts";
import type { Operation } from "../../src/database/index.ts";
import { ConfigurationMirror } from "../../src/database/index.ts";
import { ChannelCallControl } from "../../src/main/service/channel-call-control.ts";
import { handleCtiBus } from "../../src/main/service/cti-bus.ts";
import { handleCtiDevices } from "../../src/main/service/cti-devices.ts";
import { handleCtiQuality } from "../../src/main/service/cti-quality.ts";
import { handleCtiCommands } from "../../src/main/service/cti-commands.ts";
import type { Cleanup } from "./cleanup.ts";
import { eventually } from "./eventually.ts";
import { startFeatureSwitch, type FeatureSwitch } from "./feature-switch.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";
import { Application, testUser, type TestUser } from "./test-application.ts";

const HEARTBEAT_MS = 60_000;

/** A switch with real phones, and CTI beside it over a control channel; applications have no network. */
export interface ControlledSwitch {
  readonly node: FeatureSwitch;
  readonly table: SessionTable;
  readonly core: ControlCore;
  open(user?: TestUser, group?: string, standbyAfterMs?: number): Application;
}

/** @param operations what there is beside the default objects: `phoneOperations`, `put` */
export async function startControlledSwitch(
  cleanup: Cleanup,
  operations: readonly Operation[],
): Promise<ControlledSwitch> {
  const node = await startFeatureSwitch(cleanup, operations);
  const folder = cleanup.add(new TemporaryDirectory("tandem-ctl"), (one) => one.close());
  const path = folder.join("callmanager.sock");
  const [clock, ids, logger] = [new SystemClock(), new RandomIds(), silentLogger];
  const channel = new ChannelServer({ path, logger, clock });
  const { cti } = node.node.manager;
  const bus = handleCtiBus(channel, cti.feed);
  handleCtiCommands(channel, cti.commands, bus);
  handleCtiDevices(channel, cti.devices, bus);
  handleCtiQuality(channel, () => node.node.manager.views);
  await channel.listen();
  cleanup.add(channel, (one) => one.close());
  const table = new SessionTable({
    folder: folder.join("sessions"),
    clock,
    ids,
    logger,
    limits: {
      queue: { events: 10_000, bytes: 4_194_304 },
      logBytes: 16_777_216,
      maxSessions: 100,
      allLogBytes: 536_870_912,
    },
    userOf: () => undefined,
  });
  cleanup.add(table, (one) => one.release());
  const manager = "test/ctimanager";
  const core = new ControlCore({
    link: new ChannelCallControl({ path, manager, clock, logger }),
    sessions: table,
    mirror: new ConfigurationMirror(node.store),
    manager,
    folder: folder.path,
    clock,
    ids,
    logger,
  });
  cleanup.add(core, (one) => one.close());
  core.start();
  void core.observeCalls();
  await eventually(
    () => {
      if (core.callControl !== "live") throw new Error(`call control is ${core.callControl}`);
    },
    { timeoutMs: 5_000, intervalMs: 5 },
  );
  const open = (user: TestUser = { name: "operator" }, group?: string, standbyAfterMs?: number): Application => {
    const standby = standbyAfterMs === undefined ? {} : { standbyAfterMs };
    const times = { heartbeatMs: HEARTBEAT_MS, leaseMs: 2 * HEARTBEAT_MS, ...standby };
    const named = group === undefined ? {} : { group };
    const session = table.open({ user: testUser(user), client: { name: "test" }, ...named, ...times });
    const application = new Application({ table, core }, session, times);
    application.attach(0);
    return application;
  };
  return { node, table, core, open };
}
