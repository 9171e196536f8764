import type { TransitionTable } from "../transition-table.ts";

/**
 * A blind transfer: who answers at the new number is connected with the party. `calling`: it is rung, and the party
 * hears it ring; `recalling`: it failed after the transferring phone had left, which is rung instead.
 */
export type TransferState = "calling" | "recalling" | "done" | "failed";

export const TRANSFER_TRANSITIONS: TransitionTable<TransferState> = {
  calling: ["done", "failed", "recalling"],
  recalling: ["done", "failed"],
  done: [],
  failed: [],
};

/** One blind transfer that is under way. */
export interface Transfer {
  /** Name of the session that rings the new number. */
  readonly transferId: string;
  readonly state: TransferState;
  readonly callId: string;
  /** The leg that is transferred. */
  readonly party: string;
  /** The leg whose user transfers; absent: it has hung up meanwhile. */
  readonly controller?: string;
  readonly device: string;
  /** Where its progress is told. */
  readonly asker: Asker;
}

/** Who wants to know what becomes of it. */
export interface Asker {
  readonly referId?: string;
  readonly commandId?: string;
}
