import type { CallView } from "../../signals/index.ts";
import type { WatchKey } from "./watch-keys.ts";

/** A call, and what has been in it: only ever more. */
export interface KnownCall {
  readonly view: CallView;
  readonly keys: ReadonlySet<WatchKey>;
}
