import type { MetricSample } from "../../common/index.ts";
import type { Binding, Registrar } from "../registrar/index.ts";
import { DrachtioSignaling } from "../signaling/drachtio-signaling.ts";
import type { HeaderList, SignalingPort } from "../signaling/signaling-port.ts";
import type { TollGuards } from "../toll/index.ts";
import type { CallManagerOptions } from "./call-manager-options.ts";
import { CallRecords } from "./reporting/call-records.ts";
import type { CallContext } from "./session/call-session.ts";
import type { CallFeatures } from "./features/call-features.ts";
import type { LegDevice } from "./leg/leg.ts";
import type { CallStore } from "./session/session-context.ts";
import { observerOf } from "./session/session-observer.ts";
import { storeWithPayers } from "./recovery/stored-payer.ts";
import { wayToLeg } from "./leg/way-to-leg.ts";

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

export function pendingMetric({ pendingCount }: Pick<SignalingPort, "pendingCount">): MetricSample {
  return {
    name: "tandem_wire_pending_commands",
    type: "gauge",
    help: "Responses that the edge has not confirmed and requests without a final response",
    value: pendingCount,
  };
}

export interface ContextParts {
  readonly port: SignalingPort;
  readonly registrar: Pick<Registrar, "lookup">;
  readonly journal: CallStore;
  readonly toll: TollGuards;
  readonly owner: CallContext["owner"];
  readonly records: Pick<CallRecords, "write">;
  /** What peers of the trust domain are told of the call of a session. */
  readonly userToUser: (sessionId: string) => HeaderList;
  /** Trace context of a command that is under way for the call of a session. */
  readonly traceparentOf: (sessionId: string) => string | undefined;
  readonly features: () => CallFeatures;
}

/** What every call needs. */
export function makeCallContext(
  { relay, clock, ids, logger, inventory }: CallManagerOptions,
  { port, registrar, journal, toll, owner, records, features, userToUser, traceparentOf }: ContextParts,
): CallContext {
  const bindingsOf = ({ name, number }: LegDevice): readonly Binding[] =>
    registrar.lookup(inventory.lineOf(name, number)?.aor ?? "");
  return {
    port,
    relay,
    clock,
    ids,
    logger,
    store: storeWithPayers(journal, toll),
    codecsBetween: (caller, callee) => inventory.codecsBetween(caller, callee),
    observer: observerOf(features),
    wayTo: (leg) => (leg.device.kind === "sip-phone" ? wayToLeg(bindingsOf(leg.device), leg) : undefined),
    owner,
    userToUser,
    traceparentOf,
    writeRecord: (ended) => records.write(ended),
  };
}
