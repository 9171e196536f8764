import type { Ids, MetricSample } from "../../../common/index.ts";
import type { NumberingSource } from "../../digit-analysis/index.ts";
import type { SignalingPort } from "../../signaling/signaling-port.ts";
import type { CallManagerOptions } from "../call-manager-options.ts";
import type { Gatekeeper } from "../gatekeeper.ts";
import { LineDialogs } from "../views/line-dialogs.ts";
import { eventPackages } from "./event-packages.ts";
import { MessageLamps } from "./message-lamps.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface WatchedLinesOptions extends Pick<
  CallManagerOptions,
  "inventory" | "clock" | "logger" | "paths" | "settings" | "hasLine"
> {
  readonly ids: Ids;
  readonly gatekeeper: Gatekeeper;
  readonly port: SignalingPort;
  /** Hosts that mean this switch. */
  readonly localHosts: () => ReadonlySet<string>;
  readonly numbering: NumberingSource | undefined;
}

/** What phones can watch of lines, and those that do. */
export class WatchedLines {
  readonly dialogs = new LineDialogs();
  readonly lamps: MessageLamps;
  readonly subscriptions: Subscriptions;

  /** @throws the file system's error when a journal cannot be opened */
  constructor(options: WatchedLinesOptions) {
    const { inventory, clock, logger, paths, settings, localHosts, numbering } = options;
    const hasLine = options.hasLine ?? ((line) => inventory.phonesByLine(line).length > 0);
    this.lamps = new MessageLamps({ path: paths.lamps, clock, logger, hasLine });
    const { endpoints } = settings;
    const watched = { lamps: this.lamps, lines: this.dialogs };
    const packages = eventPackages({ ...watched, inventory, endpoints, localHosts, numbering });
    this.subscriptions = new Subscriptions({ ...options, packages, journalPath: paths.subscriptions });
  }

  /** Writes what is pending now. */
  flush(): void {
    this.lamps.flush();
    this.subscriptions.flush();
  }

  metrics(): MetricSample[] {
    return [...this.subscriptions.metrics(), this.lamps.metric];
  }

  /** Stops without ending subscriptions. May be called twice. */
  close(): void {
    this.subscriptions.close();
    this.lamps.close();
  }
}
