import type { Privacy } from "../../identity/privacy.ts";

/** A party of a dialog as those who watch may be told of it: octets, one character each. */
export interface WatchedParty {
  readonly number: string;
  readonly displayName?: string;
  /** What it wants others to know of it (RFC 3323); absent: nothing is asked. */
  readonly privacy?: Privacy;
}

/** One dialog of a line or of a park number, as lamps show it. */
export interface LineDialog {
  /** Opaque, the same for as long as the dialog is there, also after a restart. */
  readonly id: string;
  /** RFC 4235 3.7.1; one that is no longer there has terminated. */
  readonly state: "trying" | "proceeding" | "early" | "confirmed";
  /** `initiator`: the line has called. */
  readonly direction: "initiator" | "recipient";
  /** The line does not listen: it has put the other on hold, or the call is parked. */
  readonly isHolding: boolean;
  /** The other does not. */
  readonly isHeld: boolean;
  /** Undefined: not known yet. */
  readonly remote: WatchedParty | undefined;
}

/** What goes on on lines (`1001@internal`) and park numbers (`701@internal`). */
export interface LineStates {
  /** In the order in which they began. */
  dialogsOf(line: string): readonly LineDialog[];
  /** `listener` is told of each line or park number of which a dialog has changed. Called once. */
  onChanged(listener: (line: string) => void): void;
}
