import type { CallManagerOptions, FeatureStore } from "../../src/call/index.ts";
import { ConfiguredFeatures } from "../../src/call/device/index.ts";
import { silentLogger, SystemClock } from "../../src/common/index.ts";
import type { Operation } from "../../src/database/index.ts";
import type { SqliteStore } from "../../src/database/sqlite/sqlite-store.ts";
import { FollowedInventory } from "../../src/main/configuration/followed-inventory.ts";
import type { Cleanup } from "./cleanup.ts";
import { change, keptConfiguration } from "./kept-configuration.ts";
import { SwitchFixture, TEST_PROFILE, type SwitchOptions } from "./switch-fixture.ts";

/** A switch that follows a configuration, as a node does: devices, dial plan, what features go by, and what phones change. */
export interface ConfiguredSwitch {
  readonly node: SwitchFixture;
  readonly store: SqliteStore;
  /** What call control goes by; `followed.features`, `followed.dialPlan`. */
  readonly followed: FollowedInventory;
  readonly featureStore: FeatureStore;
  /** Makes a change, and resolves when calls go by it. */
  readonly change: (...operations: readonly Operation[]) => Promise<void>;
}

const PROFILES = [
  TEST_PROFILE,
  { ...TEST_PROFILE, name: "remote-phone", remoteAnswer: "talk" as const },
  { ...TEST_PROFILE, name: "trunk", kind: "trunk" as const },
];

/** What is started around a configuration. */
export interface StartedSwitch {
  readonly node: SwitchFixture;
  stop(): Promise<void>;
}

async function startSwitch(options: SwitchOptions): Promise<StartedSwitch> {
  const node = await SwitchFixture.start(options);
  return { node, stop: () => node.stop() };
}

/** @param operations what there is beside the default objects: `phoneOperations`, `put` */
export async function startConfiguredSwitch(
  cleanup: Cleanup,
  operations: readonly Operation[],
  options: Omit<SwitchOptions, "inventory" | "dialPlan" | "features" | "phones" | "peers" | "forwarding"> = {},
  start: (options: SwitchOptions) => Promise<StartedSwitch> = startSwitch,
): Promise<ConfiguredSwitch> {
  const store = cleanup.add(await keptConfiguration(), (one) => one.close());
  await change(store, ...operations);
  const clock = new SystemClock();
  const followed = new FollowedInventory({
    store,
    clock,
    logger: silentLogger,
    realm: "tandem.test",
    node: "test",
    profiles: new Map(PROFILES.map((profile) => [profile.name, profile])),
    onChanged: (touched, ended) => node.manager.inventoryChanged(ended, touched),
  });
  cleanup.add(followed, (one) => one.close());
  const featureStore = new ConfiguredFeatures({
    store,
    clock,
    logger: silentLogger,
    onChanged: () => followed.look(),
  });
  const features: CallManagerOptions["features"] = {
    settings: followed.features,
    store: featureStore,
    refresh: () => followed.refresh(),
  };
  const { inventory } = followed;
  const configuration = followed.mirror;
  const started = await start({ ...options, inventory, configuration, dialPlan: () => followed.dialPlan, features });
  const { node } = cleanup.add(started, (one) => one.stop());
  return {
    node,
    store,
    followed,
    featureStore,
    change: async (...more) => {
      await change(store, ...more);
      await followed.refresh();
    },
  };
}
