import type { Operation } from "../../src/database/index.ts";
import type { Cleanup } from "./cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "./configured-switch.ts";
import { RelayedSwitch } from "./relayed-switch.ts";

/** A switch that follows a configuration, with the relay that carries real RTP. */
export interface FeatureSwitch extends ConfiguredSwitch {
  readonly relayed: RelayedSwitch;
}

/** @param operations what there is beside the default objects: `phoneOperations`, `put` */
export async function startFeatureSwitch(cleanup: Cleanup, operations: readonly Operation[]): Promise<FeatureSwitch> {
  let relayed: RelayedSwitch | undefined;
  const configured = await startConfiguredSwitch(cleanup, operations, {}, async (options) => {
    relayed = await RelayedSwitch.start(options);
    return relayed;
  });
  if (relayed === undefined) throw new Error("no switch was started");
  return { ...configured, relayed };
}
