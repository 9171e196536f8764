import type { CallState, ConnectionState, TerminalConnectionState } from "./call-states.ts";
import type { Why } from "./why.ts";

/** A party as applications are shown it. */
export interface PartyView {
  /** A directory number, or one beyond a trunk. */
  readonly number: string;
  /** Such as `1001@internal`; absent for a number beyond a trunk. */
  readonly line?: string;
  /** Unicode. */
  readonly name?: string;
  /** Language of the name, such as `de-CH` (BCP 47), as the line's configuration says; absent: it does not. */
  readonly locale?: string;
  /** The number, or the name, is not to be shown to other parties. */
  readonly isNumberHidden?: true;
  readonly isNameHidden?: true;
  /** `+` and digits, where the numbering plan tells it. */
  readonly e164?: string;
}

/** A device in a connection. */
export interface TerminalConnectionView {
  readonly device: string;
  readonly state: TerminalConnectionState;
}

/** A line, or a number beyond a trunk, in a call. */
export interface ConnectionView {
  readonly connectionId: string;
  readonly party: PartyView;
  readonly state: ConnectionState;
  readonly terminals: readonly TerminalConnectionView[];
}

/** Who calls whom. `called`: as first dialed. */
export interface CallParties {
  readonly calling: PartyView;
  readonly called: PartyView;
  readonly currentCalling?: PartyView;
  readonly currentCalled?: PartyView;
  readonly lastRedirecting?: PartyView;
  /** As the called party is shown the caller, and as the called number was after transformation; absent: unchanged. */
  readonly modifiedCalling?: string;
  readonly modifiedCalled?: string;
}

/** User data of a call: so many names, and bytes in UTF-8 with their values. */
export const MAX_USER_DATA_NAMES = 64;
export const MAX_USER_DATA_BYTES = 4_096;

/** Names and values that stay with a call, set by applications. */
export type UserData = Readonly<Record<string, string>>;

/** A call as applications are shown it. */
export interface CallView extends CallParties {
  readonly callId: string;
  /** Grows by one with each signal of the call, from 1. */
  readonly ver: number;
  readonly state: CallState;
  readonly connections: readonly ConnectionView[];
  /** Calls that were merged into this one, and the one that this is a part of now: links that stay. */
  readonly mergedFrom: readonly string[];
  readonly mergedInto?: string;
  readonly userData?: UserData;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Of an ended call. */
  readonly endedMs?: number;
  readonly why?: Why;
}

/** One change within a signal of a call, in the order of JTAPI; basic states follow from these. */
export type CallChange =
  | { readonly type: "call"; readonly state: CallState; readonly why: Why; readonly mergedInto?: string }
  /** `party`: it is new in the call. */
  | {
      readonly type: "connection";
      readonly connectionId: string;
      readonly state: ConnectionState;
      readonly why: Why;
      readonly party?: PartyView;
    }
  | {
      readonly type: "terminal-connection";
      readonly connectionId: string;
      readonly device: string;
      readonly state: TerminalConnectionState;
      readonly why: Why;
    }
  /** It left the call `from`. How it is after the step, for who has not heard of that call; absent: it is not in this one. */
  | {
      readonly type: "moved";
      readonly connectionId: string;
      readonly from: string;
      readonly party: PartyView;
      readonly state?: ConnectionState;
      readonly terminals?: readonly TerminalConnectionView[];
      readonly why: Why;
    }
  /** All changes between start and end belong together. */
  | {
      readonly type: "feature";
      readonly feature: "transfer" | "conference";
      readonly moment: "start" | "end";
      readonly surviving: string;
      readonly dissolved?: string;
      readonly controller: string;
      readonly isDone: boolean;
    }
  | ({ readonly type: "parties" } & CallParties)
  | { readonly type: "user-data"; readonly userData: UserData };
