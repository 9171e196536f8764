import type { Clock, Ids } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import type { ConfigurationStore } from "../../database/index.ts";
import type { NodeSettings } from "./node-file.ts";

/** A node whose services are ready. */
export interface StartedNode {
  readonly paths: NodePaths;
  /** Resolves when the node has stopped, by `stop` or because a command asked for it. */
  readonly stopped: Promise<void>;
  /** Stops all services in order; may be called again. */
  stop(): Promise<void>;
  /** Ends all services at once. */
  kill(): void;
}

/** What starting a node needs. */
export interface StartNodeOptions {
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Variables that services may see. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told in a sentence what a person should know while the node starts. */
  readonly report: (line: string) => void;
  /** Told as soon as there is something to stop, before it is ready. */
  readonly onSupervised?: (node: Pick<StartedNode, "stop" | "kill">) => void;
  /** Adds to the configuration what the node's file cannot say, before its services start. */
  readonly configure?: (store: ConfigurationStore) => Promise<void>;
  /** The script that runs a service; absent: Tandem's own. */
  readonly serviceScript?: string;
}
