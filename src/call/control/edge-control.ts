/** A dialog as the edge has it. */
export interface EdgeDialogSummary {
  readonly dialogId: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly state: "early" | "confirmed";
  /** What made it: INVITE or SUBSCRIBE. */
  readonly method: string;
  readonly ageMs: number;
}

/** What call control asks the edge beside SIP; a stock drachtio server has nothing like it. */
export interface EdgeControl {
  listDialogs(): Promise<readonly EdgeDialogSummary[]>;
  /** Ends a dialog by BYE; one that is not there is ended. `reason` is a Reason value (RFC 3326). */
  endDialog(dialogId: string, reason: string): Promise<void>;
  /** Bans a source that tries passwords or user names; the edge may know better. */
  ban(address: string): Promise<void>;
  /** Tells from where phones have registered: those are not banned. */
  trust(addresses: readonly string[]): Promise<void>;
  /** Tells what trunks are known by: addresses, blocks and names in certificates; all of them, each time. */
  know(neighbors: {
    readonly addresses: readonly string[];
    readonly certificateNames: readonly string[];
  }): Promise<void>;
  /** Says how long what the edge handed over waited until it was worked on, so that the edge takes less new work. */
  reportDelay(delayMs: number): Promise<void>;
}
