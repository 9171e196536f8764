import { resolve } from "node:path";
import { SwitchError, type Clock } from "../../common/index.ts";
import { nodePaths } from "../../config/index.ts";
import { SERVICE_NAMES } from "../control/control-types.ts";
import { singleServiceCaller, type ServiceCaller } from "../control/service-caller.ts";

/** A node that answers. */
export interface FoundNode {
  readonly dataDir: string;
  readonly caller: ServiceCaller;
  /** False when its supervisor died; the services may live. */
  readonly hasSupervisor: boolean;
}

/**
 * Finds the node in `dataDir`, or the first that answers in the default places.
 * @throws {SwitchError} `no-node`
 */
export async function findNode(
  dataDir: string | undefined,
  defaults: readonly string[],
  clock: Clock,
): Promise<FoundNode> {
  const places = dataDir === undefined ? defaults : [resolve(dataDir)];
  for (const place of places) {
    const caller = singleServiceCaller(nodePaths(place), clock);
    if (await answers(caller, "supervisor")) return { dataDir: place, caller, hasSupervisor: true };
    for (const service of SERVICE_NAMES) {
      if (await answers(caller, service)) return { dataDir: place, caller, hasSupervisor: false };
    }
  }
  const hint = dataDir === undefined ? "; name the node's folder with --data-dir if it is elsewhere" : "";
  throw new SwitchError("no-node", `no node runs in ${places.join(" or ")}${hint}`, { places });
}

async function answers(caller: ServiceCaller, service: string): Promise<boolean> {
  return caller.call(service, "hello").then(
    () => true,
    () => false,
  );
}
