import type { Clock, Ids } from "../../common/index.ts";
import type { NodeSettings } from "./node-file.ts";

/** What starting a node needs. */
export interface StartNodeOptions {
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Variables that services may see. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told in a sentence what a person should know while the node starts. */
  readonly report: (line: string) => void;
  /** The script that runs a service; absent: Tandem's own. */
  readonly serviceScript?: string;
}
