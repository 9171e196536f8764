import type {
  ApplicationCommand,
  CallCommand,
  CommandFailure,
  CommandResult,
  CtiFailure,
} from "../../../signals/index.ts";
import type { ModelEffect } from "../../model/index.ts";
import type { CallsNow } from "./device-place.ts";
import type { EndedCall } from "./ended-calls.ts";

/** What is asked of calls, and is no setting. */
export type AnyCallCommand = CallCommand | ApplicationCommand;

/** What came of something that only applications ask for. */
export type AnyCommandResult =
  | Extract<CommandResult, { ok: true }>
  | (Omit<Extract<CommandResult, { ok: false }>, "failure"> & {
      readonly failure: CtiFailure;
      /** Absent: nothing was done. */
      readonly outcome?: "unknown" | "applied";
    });

/** Where a number leads who dials it at a device. `destination`: `1002@internal`, `trunk NAME` or `service NAME`. */
export type DialedPlace =
  | { readonly ok: true; readonly destination: string }
  | { readonly ok: false; readonly failure: CommandFailure; readonly detail: string };

/** What a device is, to those who ask something of it. */
export type CommandedKind = "phone" | "trunk" | "cti-port" | "route-point";

/** Call control, as far as commands of applications need it. */
export interface CommandedCalls {
  /** All calls as they are now. */
  readonly now: CallsNow;
  /** Undefined: there is no device of that name. */
  kindOf(device: string): CommandedKind | undefined;
  /** Does it; resolves when the effect is there, or says why it is not. */
  command(command: AnyCallCommand): Promise<AnyCommandResult>;
  /** Where digits would lead, without dialing them. */
  dialed(device: string, to: string): DialedPlace;
  /** How a call has ended that is on record; undefined: none such is, or it ended more than 10 minutes ago. */
  recorded(callId: string): Promise<EndedCall | undefined>;
  /** A call or a session has that name, now or on record. */
  isUsed(callId: string): Promise<boolean>;
  /** Follows each step of the model. */
  step(effects: readonly ModelEffect[]): void;
  close(): void;
}
