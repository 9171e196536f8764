import { resolve } from "node:path";
import { errorCodeOf, errorMessageOf, SwitchError, type Clock } from "../../common/index.ts";
import { foreignFolderReason, nodePaths, type NodePaths } from "../../config/index.ts";
import { SERVICE_NAMES } from "../control/control-types.ts";
import { singleServiceCaller, type ServiceCaller } from "../control/service-caller.ts";
import type { CliOutput } from "./launcher.ts";

/** A node that answers. */
export interface FoundNode {
  readonly dataDir: string;
  readonly caller: ServiceCaller;
  /** False when its supervisor died; the services may live. */
  readonly hasSupervisor: boolean;
}

/**
 * Finds the node in `dataDir`, or the first that answers in the default places. A folder that is not this user's own
 * is passed over with a remark: whoever made it could answer anything.
 * @throws {SwitchError} `no-node`
 */
export async function findNode(
  dataDir: string | undefined,
  defaults: readonly string[],
  { clock, output }: { readonly clock: Clock; readonly output: CliOutput },
): Promise<FoundNode> {
  const places = dataDir === undefined ? defaults : [resolve(dataDir)];
  for (const place of places) {
    const paths = nodePaths(place);
    if (!isOurs(paths, output)) continue;
    const caller = singleServiceCaller(paths, clock);
    if (await answers(caller, "supervisor")) return { dataDir: place, caller, hasSupervisor: true };
    for (const service of SERVICE_NAMES) {
      if (await answers(caller, service)) return { dataDir: place, caller, hasSupervisor: false };
    }
  }
  const hint = dataDir === undefined ? "; name the node's folder with --data-dir if it is elsewhere" : "";
  throw new SwitchError("no-node", `no node runs in ${places.join(" or ")}${hint}`, { places });
}

/** False also when there is no such folder, which needs no remark. */
function isOurs({ dataDir, runDir }: NodePaths, output: CliOutput): boolean {
  for (const folder of [dataDir, runDir]) {
    let reason: string | undefined;
    try {
      reason = foreignFolderReason(folder);
    } catch (error) {
      if (errorCodeOf(error) === "ENOENT") return false;
      reason = `cannot be used: ${errorMessageOf(error)}`;
    }
    if (reason === undefined) continue;
    output.err(`passed over: ${folder} ${reason}`);
    return false;
  }
  return true;
}

async function answers(caller: ServiceCaller, service: string): Promise<boolean> {
  return caller.call(service, "hello").then(
    () => true,
    () => false,
  );
}
