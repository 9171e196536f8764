import type { Kind } from "../../../database/index.ts";

/** What a change did to an object: fields that differ, never their values. */
export interface AuditedObject {
  readonly operation: "created" | "changed" | "removed";
  readonly kind: Kind;
  readonly id: string;
  readonly fields?: readonly string[];
}

/** What is recorded. */
export interface AuditEvent {
  readonly event:
    "signed-in" | "sign-in-refused" | "signed-out" | "changed" | "imported" | "undone" | "secrets-exported";
  /** Absent when it is not known. */
  readonly user?: string;
  /** Address that the request came from. */
  readonly source: string;
  readonly detail?: string;
  /** Number of the change. */
  readonly sequence?: number;
  /** The first 100 of them. */
  readonly objects?: readonly AuditedObject[];
  /** Objects of the change in all. */
  readonly total?: number;
}

/** An event as it is on file. */
export interface AuditEntry extends AuditEvent {
  /** Counts up from 1. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface AuditQuery {
  /** Entries before this number; absent: the newest. */
  readonly before?: number;
  /** At most so many; 1 to 1,000. */
  readonly limit: number;
  readonly user?: string;
}

/** What was done by whom, from where. */
export interface AuditTrail {
  record(event: AuditEvent): void;
  /** Newest first. */
  read(query: AuditQuery): Promise<AuditEntry[]>;
}
