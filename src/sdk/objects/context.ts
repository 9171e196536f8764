import type { MethodName, MethodParams, MethodResults } from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import type { SdkClock } from "../connection/sdk-clock.ts";
import type { Replica } from "../replica/replica.ts";
import type { Address, Call, Connection, Done, Terminal } from "./nouns.ts";

/** What the objects of a provider have in common. */
export interface ObjectContext {
  readonly replica: Replica;
  command<Method extends MethodName>(
    method: Method,
    params: MethodParams[Method],
    options?: CommandOptions,
  ): Promise<MethodResults[Method]>;
  /** The same object for the same name. */
  terminal(name: string): Terminal;
  address(name: string): Address;
  /** The call, also while it is not known yet, and for a while after its end. */
  call(callId: string): Call;
  connection(connectionId: string, callId: string): Connection;
  /** A phone is opened before the first command on it; other devices are opened by who owns them. */
  prepare(device: string, options?: CommandOptions): Promise<void>;
  readonly clock: SdkClock;
  /** There is no server that says how all is. */
  readonly isAway: boolean;
  /** For good. */
  readonly isShutDown: boolean;
  /** Opens a device, or says how it was opened; opened again after a `resnapshot`. */
  open(params: DeviceOpening, options?: CommandOptions): Promise<OpenedDevice>;
  close(device: string, options?: CommandOptions): Promise<void>;
  isOpen(device: string): boolean;
  /** Unpredictable letters and digits. */
  newId(): string;
}

/** How a device is opened. */
export type DeviceOpening = Omit<MethodParams["device.open"], "meta">;

/** A device that is open. `fence`: this session owns it. */
export interface OpenedDevice {
  readonly device: string;
  readonly fence?: number;
}

/** What a command answers, as the SDK says it. */
export function doneOf(result: { readonly unchanged?: true; readonly replayed?: true }): Done {
  return { isUnchanged: result.unchanged === true, isReplayed: result.replayed === true };
}

/** What has to ring and be answered first takes as long as that. */
export const RINGING_TIMEOUT_MS = 120_000;

export function patient(options: CommandOptions = {}): CommandOptions {
  return { timeoutMs: RINGING_TIMEOUT_MS, ...options };
}
