/** An event as it is told, without its number. The same object goes to every session that is told. */
export interface TellableEvent {
  readonly type: string;
}

/** On whose behalf a session acts; what it says is so now. */
export interface ActingUser {
  readonly name: string;
  readonly permissions: readonly string[];
  /** Devices that its sessions may have open at a time. */
  readonly maxOpenDevices: number;
  readonly scope?: { readonly isMonitorOnly?: boolean };
  /** True for a device of the user's, or any with `control-all-devices`, where the token allows it. */
  mayUseDevice(device: string): boolean;
  /** @param number as dialed */
  mayDial(number: string): boolean;
  /** Whether the token allows a method such as `call.answer`. */
  mayCall(method: string): boolean;
}

/** What is kept with a session for as long as it is there, and outlives the process; JSON. */
export interface KeptFacts {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  remove(key: string): void;
}

/** A session of an application, as operations and events see it. */
export interface CtiSession {
  readonly id: string;
  readonly user: ActingUser;
  /** What the application calls itself. */
  readonly client: { readonly name: string; readonly instance?: string };
  /** Sessions of the same user and group stand in for each other. */
  readonly group?: string;
  /** It takes devices of its group over as soon as it opens them. */
  readonly isTakingOver?: boolean;
  readonly facts: KeptFacts;
  /** `failed`: the application has been silent for two intervals, and its lease runs. */
  readonly phase: string;
  /** Position of the last signal that it has been told something of; 0: of none. */
  readonly position: number;
  /** Writes an event into the log, then sends it. `position`: of the signal that it stems from. */
  append(event: TellableEvent, options?: { readonly position?: number; readonly conflateKey?: string }): number;
  /** Number of the last event; whatever was appended is in it. */
  settle(): number;
}

/** Why a session has ended. `closed`: by the application; `lease`: it was silent for too long; `ended`: by somebody else. */
export type SessionEnd = "closed" | "lease" | "ended";

/** Told what becomes of sessions. */
export interface SessionObserver {
  /** Two silent intervals are over. */
  onFailed(session: CtiSession): void;
  /** It had failed, and is back. */
  onRecovered(session: CtiSession): void;
  onEnded(session: CtiSession, reason: SessionEnd): void;
}

/** All sessions of the process. */
export interface SessionDirectory {
  get(id: string): CtiSession | undefined;
  all(): Iterable<CtiSession>;
  /** All logs are worthless: each session has a new epoch, and its application is told. */
  renewAll(): void;
  /** Writes what was appended to logs and has not been written. */
  flush(): void;
}

/** What goes with a command beside its parameters. */
export interface OperationMeta {
  readonly key?: string;
  readonly keyMs?: number;
  readonly deadlineMs?: number;
  readonly ifVersion?: number;
  readonly ifState?: string;
  readonly traceparent?: string;
  readonly dryRun?: boolean;
  readonly waits?: boolean;
}

/**
 * What a method does; resolves with its result, which for a command has the number of the last event that shows its effects.
 * @throws {CtiError}
 */
export type Operation = (
  session: CtiSession,
  params: unknown,
  meta: OperationMeta,
) => Promise<Readonly<Record<string, unknown>>>;
