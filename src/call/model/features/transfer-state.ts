import type { Address } from "../call.ts";
import type { TransitionTable } from "../transition-table.ts";
import type { Why } from "../why.ts";

/** Who wants to know what becomes of a feature: a REFER, a command, or nobody. */
export interface Asker {
  readonly referId?: string;
  readonly commandId?: string;
}

/**
 * A transfer that takes its time. `calling`: a number is rung, and the party hears it ring; `recalling`: that failed after
 * the transferring phone had left, which is rung instead; `dialed`: a phone has dialed it, and waits for the answer to its
 * INVITE.
 */
export type TransferState = "dialed" | "calling" | "recalling" | "done" | "failed";

export const TRANSFER_TRANSITIONS: TransitionTable<TransferState> = {
  dialed: ["calling", "done", "failed"],
  calling: ["done", "failed", "recalling"],
  recalling: ["done", "failed"],
  done: [],
  failed: [],
};

interface TransferOfParty {
  /** Name of the session that rings. */
  readonly transferId: string;
  readonly callId: string;
  /** The leg that is transferred. */
  readonly party: string;
  /** Whose user transfers, and from which line. */
  readonly device: string;
  readonly address: Address;
  /** Where its progress is told. */
  readonly asker: Asker;
}

/** A new number is rung. */
export interface BlindTransfer extends TransferOfParty {
  readonly state: "calling";
  /** The leg of who transfers; absent: it has hung up meanwhile. */
  readonly controller?: string;
  readonly isRinging?: true;
}

/** Who has transferred is rung. */
export interface Recall extends TransferOfParty {
  readonly state: "recalling";
  /** What the party is told when nobody answers there either. */
  readonly why: Why;
}

/** What a phone has asked for by dialing. */
export type DialedTransfer = {
  /** Name of the session of its INVITE. */
  readonly transferId: string;
  readonly state: "dialed";
} & (
  | { readonly kind: "consulted"; readonly first: string; readonly second: string }
  | { readonly kind: "blind"; readonly controller: string; readonly to: string }
  /** The phone takes the place of a leg (RFC 3891). */
  | { readonly kind: "replaces"; readonly replaced: string }
);

/** One transfer that is under way. */
export type Transfer = BlindTransfer | Recall | DialedTransfer;
