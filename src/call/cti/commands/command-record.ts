import type { CommandActor, CtiCommandReply, CtiCommandRequest } from "../../../signals/index.ts";

type PlaceFree<Reply> = Reply extends unknown ? Omit<Reply, "position" | "isReplayed"> : never;

/** What came of a command, whatever signals have been told since. */
export type CommandOutcome = PlaceFree<CtiCommandReply>;

/** The same, as an application is told it. */
export type CommandReply = CommandOutcome & { readonly isReplayed?: true };

/** A command that has begun, as it is remembered and on file. */
export interface CommandRecord {
  readonly key: string;
  readonly keyMs: number;
  /** Of what was asked: `printOf`. */
  readonly print: string;
  readonly actor: CommandActor;
  readonly type: CtiCommandRequest["command"]["type"];
  /** The call that it is about, once that is known. */
  readonly callId?: string;
  /** Others that it is about as well. */
  readonly alsoCalls?: readonly string[];
  /** Absent: it has begun and not ended. */
  readonly outcome?: CommandOutcome;
  /** Version of the call when it had ended. */
  readonly version?: number;
}

/** The session of a key: what is before its first colon. */
export function sessionOfKey(key: string): string {
  return key.split(":", 1)[0] ?? key;
}
