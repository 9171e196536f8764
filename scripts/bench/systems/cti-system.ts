import { Provider, type ProviderOptions } from "../../../src/sdk/index.ts";
import { addCtiObjects, APPLICATION, type VirtualDevice } from "../../../test/support/cti-objects.ts";
import type { BenchContext } from "../bench.ts";
import { startTandem, type TandemSystem } from "./tandem-system.ts";

/** A route point, and CTI ports: one with a static address of RTP, one whose application says it for each call. */
export const ROUTE_POINT = { kind: "route-point", name: "desk", number: "5000", maxCalls: 10_000 } as const;
export const STATIC_PORT = { kind: "cti-port", name: "static", number: "5001", maxCalls: 1_000 } as const;
export const DYNAMIC_PORT = { kind: "cti-port", name: "dynamic", number: "5002", maxCalls: 1_000 } as const;

/** A node with what applications work with. */
export interface CtiSystem extends TandemSystem {
  /** Opens a session; closed with `cleanup`. */
  open(options?: Partial<ProviderOptions>): Promise<Provider>;
}

/** Starts a node with CTIManager and the devices of the bench. */
export async function startCtiTandem(
  context: BenchContext,
  {
    nodeOptions = [],
    devices = [],
  }: { readonly nodeOptions?: readonly string[]; readonly devices?: readonly VirtualDevice[] } = {},
): Promise<CtiSystem> {
  const system = await startTandem(context, { nodeOptions, cti: UNLIMITED });
  const { node } = system;
  await addCtiObjects(node, [ROUTE_POINT, STATIC_PORT, DYNAMIC_PORT, ...devices]);
  const { pid } = await node.hello("ctimanager");
  const open = async (options: Partial<ProviderOptions> = {}): Promise<Provider> => {
    const provider = await Provider.open({ servers: [node.cti], ...APPLICATION, ...options });
    return context.cleanup.add(provider, (opened) => opened.close());
  };
  return { ...system, groups: [...system.groups, { name: "ctimanager", pid, isAlone: true }], open };
}

/** An application of the bench does more than is good for one in the long run. */
const UNLIMITED = { requestsPerSecond: 100_000, requestBurst: 100_000 };
