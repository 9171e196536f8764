import type { Session } from "./session/session.ts";

/** What goes with any command. Times are milliseconds since 1970. */
export interface Meta {
  /** Names the command within the session: it is done once for each key. */
  readonly key?: string;
  readonly keyMs?: number;
  readonly deadlineMs?: number;
  readonly ifVersion?: number;
  readonly ifState?: string;
  readonly traceparent?: string;
  readonly dryRun?: boolean;
  /** False: refused at once while another command on the call is under way. */
  readonly waits?: boolean;
}

/** A method that applications of a session may call. */
export interface Operation {
  /** False: a token that may only watch may call it. */
  readonly isCommand: boolean;
  /**
   * Resolves when the effect is there, to the result as it goes over the wire. `seq` of the result: events up to it show
   * all effects; it is sent after them.
   * @param params as the application has sent them, without `meta`
   * @throws {CtiError}
   */
  handle(session: Session, params: unknown, meta: Meta): Promise<object>;
}

/** Operations by the name of their method. */
export type Operations = ReadonlyMap<string, Operation>;
