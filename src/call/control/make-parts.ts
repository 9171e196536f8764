import { DrachtioSignaling } from "../signaling/drachtio-signaling.ts";
import type { SignalingPort } from "../signaling/signaling-port.ts";
import type { CallManagerOptions } from "./call-manager-options.ts";
import { CallRecords } from "./call-records.ts";

/** The records of a node. */
export function makeRecords(options: CallManagerOptions): CallRecords {
  const { paths, clock, logger, inventory } = options;
  return new CallRecords({
    path: paths.records,
    clock,
    logger,
    settings: options.recordSettings,
    table: options.recordTable,
    context: {
      node: options.node ?? "tandem",
      deviceFacts: options.deviceFacts ?? (() => ({})),
      partitionOf: (device, number) => inventory.lineOf(device, number)?.line.split("@", 2)[1],
    },
  });
}

export interface SignalingHooks {
  readonly longestRingMs: number;
  /** What must be on file before the edge is told goes there. */
  readonly beforeWrite: () => void;
  readonly onDelay: (delayMs: number) => void;
}

/** The way to the edge: the one that the options bring, or the wire. */
export function makeSignaling(
  { signaling, edge, clock, logger }: CallManagerOptions,
  hooks: SignalingHooks,
): SignalingPort {
  return signaling ?? new DrachtioSignaling({ instanceId: "callmanager", ...edge, clock, logger, ...hooks });
}
