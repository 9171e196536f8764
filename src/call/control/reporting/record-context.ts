import type { RelaySessionSummary } from "../../../media/index.ts";
import { causeName, type Session } from "../../model/index.ts";
import type { RecordCause, RecordNumber } from "../../record/call-record.ts";
import type { CallProgress } from "../session/call-progress.ts";
import type { LegDevice } from "../leg/leg.ts";

/** What the configuration has of a device beside what calls need. */
export interface DeviceFacts {
  readonly devicePool?: string;
  readonly owner?: string;
}

/** What records of all calls share. */
export interface RecordContext {
  /** Name of the node. */
  readonly node: string;
  readonly deviceFacts: (device: string) => DeviceFacts;
  /** Partition of a device's line; undefined for a peer. */
  readonly partitionOf: (device: string, number: string) => string | undefined;
}

/** A call as it stands, and what the relay says of it. */
export interface CallStanding {
  readonly progress: CallProgress;
  readonly call: Session;
  /** Wall-clock milliseconds. */
  readonly nowMs: number;
  readonly summary: RelaySessionSummary | undefined;
}

export function causeOf({ cause, status }: { readonly cause: number; readonly status: number }): RecordCause {
  return { q850: cause, name: causeName(cause), sipStatus: status };
}

/** A device's number, with its partition where it has one. */
export function numberOf({ kind, name, number: octets }: LegDevice, { partitionOf }: RecordContext): RecordNumber {
  const number = textOf(octets);
  const partition = kind === "peer" ? undefined : partitionOf(name, number);
  return { number, ...(partition === undefined ? {} : { partition }) };
}

/** Octets as text: UTF-8 where it is that. */
export function textOf(octets: string): string {
  return Buffer.from(octets, "latin1").toString("utf8");
}
