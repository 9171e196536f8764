/** One party of a finished call. */
export interface RecordParty {
  readonly device: string;
  readonly number: string;
  /** Call-IDs of its dialogs, octets as characters; of a callee, one for each contact that was rung. */
  readonly sipCallIds: readonly string[];
}

/** What arrived from one party, as the relay counted it. */
export interface RecordSide {
  readonly side: string;
  readonly packets: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly mos?: number;
}

/** A finished call or attempt: one line of the record file. Times are ISO 8601, UTC. */
export interface CallRecord {
  readonly callId: string;
  readonly caller: RecordParty;
  /** As dialed. */
  readonly calledNumber: string;
  /** Absent when the number led nowhere. */
  readonly callee?: RecordParty;
  readonly startedAt: string;
  readonly answeredAt?: string;
  readonly endedAt: string;
  /** From answer to end; 0 without an answer. */
  readonly durationMs: number;
  /** From the first ringing (absent: from the start) to answer or end. */
  readonly ringMs: number;
  readonly cause: { readonly q850: number; readonly name: string; readonly sipStatus: number };
  readonly reason: string;
  readonly endedBy: "caller" | "callee" | "switch";
  /** For example `PCMA/8000`; absent when nothing was agreed on. */
  readonly codec?: string;
  readonly sides: readonly RecordSide[];
}
