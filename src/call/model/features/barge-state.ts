import type { TransitionTable } from "../transition-table.ts";

/** A device enters a call of its line: `entering`: it is rung, or its dialed INVITE is being answered. */
export type BargeState = "entering" | "done" | "failed";

export const BARGE_TRANSITIONS: TransitionTable<BargeState> = {
  entering: ["done", "failed"],
  done: [],
  failed: [],
};

/** One device that enters a call. */
export interface Barge {
  /** Name of the session of the device. */
  readonly bargeId: string;
  readonly state: "entering";
  readonly device: string;
  /** The call that it enters, and the line's connection in it. */
  readonly callId: string;
  readonly connectionId: string;
  /** Absent: it was dialed. */
  readonly commandId?: string;
  /** Only a held call is taken. */
  readonly isRetrieval: boolean;
}
