import type { Session } from "../session/session.ts";
import type { WatchKey } from "./watch-keys.ts";

/** What a session wants to hear. */
export interface Subscription {
  readonly id: string;
  readonly session: Session;
  readonly keys: ReadonlySet<WatchKey>;
  /** Absent: all but those that are told by name only. */
  readonly types?: ReadonlySet<string>;
  /** It is there since the device was opened: nothing of the device is left out. */
  readonly isOfOpenDevice: boolean;
  /** Position of the last signal that its snapshot shows. */
  readonly since: number;
}
