import type { BasicConnectionState, ConnectionState } from "./connection-state.ts";
import type { BasicTerminalConnectionState, TerminalConnectionState } from "./terminal-connection-state.ts";
import type { Address } from "./call.ts";
import type { CallState } from "./call-state.ts";
import type { Why } from "./why.ts";

/** What observers of calls are told, in order: exactly what CTI will show. */
export type Change =
  /** `mergedInto`: the call that it is a part of from now on, for ever. */
  | {
      readonly type: "call";
      readonly callId: string;
      readonly state: CallState;
      readonly why: Why;
      readonly mergedInto?: string;
    }
  /** `created`, then each new basic state and each new call-control state, the basic one first. */
  | {
      readonly type: "connection";
      readonly callId: string;
      readonly connectionId: string;
      readonly change: "created" | BasicConnectionState | ConnectionState;
      /** With `created`: whose it is. */
      readonly address?: Address;
      readonly why: Why;
    }
  | {
      readonly type: "terminal-connection";
      readonly callId: string;
      readonly connectionId: string;
      readonly device: string;
      readonly change: "created" | BasicTerminalConnectionState | TerminalConnectionState;
      readonly why: Why;
    }
  /** All changes between start and end belong together. `dissolved`: the call that goes invalid, if there is one. */
  | {
      readonly type: "feature";
      readonly feature: "transfer" | "conference";
      readonly moment: "start" | "end";
      readonly surviving: string;
      readonly dissolved?: string;
      /** Device that asked for it. */
      readonly controller: string;
      readonly isDone: boolean;
    }
  /** A connection left `from` and is part of `callId` now. */
  | {
      readonly type: "moved";
      readonly callId: string;
      readonly from: string;
      readonly connectionId: string;
      readonly address: Address;
      readonly why: Why;
    };
