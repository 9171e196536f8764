import type { ProcessGroup } from "../load/process-usage.ts";

/** A switch that takes calls from `CALLER_ADDRESS` to `CALLED_NUMBER` and sends them to `CALLEE_ADDRESS`. */
export interface SystemUnderTest {
  readonly name: string;
  /** `host:port` of SIP over UDP. */
  readonly sip: string;
  readonly groups: readonly ProcessGroup[];
  /** What bursts of calls dial; absent: `CALLED_NUMBER`. */
  readonly service?: string;
  /** Ends it and removes its files; may be called twice. */
  close(): Promise<void>;
}

export const CALLER_ADDRESS = "127.0.1.2";
export const CALLEE_ADDRESS = "127.0.1.3";
/** The caller that is measured beside the load. */
export const SECOND_CALLER_ADDRESS = "127.0.1.4";
/** Of the callers and of the callee. */
export const PHONE_PORT = 5060;
export const CALLED_NUMBER = "85551234";

/** Users that register: `u0000` with `pw0000`, and so on. */
export const REGISTERED_USERS = 1_000;

export interface RegisteredUser {
  readonly user: string;
  readonly password: string;
}

export function registeredUsers(): RegisteredUser[] {
  return Array.from({ length: REGISTERED_USERS }, (_, index) => {
    const digits = String(index).padStart(4, "0");
    return { user: `u${digits}`, password: `pw${digits}` };
  });
}
