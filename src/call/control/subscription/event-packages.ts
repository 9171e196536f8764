import type { Inventory } from "../../device/index.ts";
import { analyze, type NumberingSource, type ServiceEndpoint } from "../../digit-analysis/index.ts";
import type { LineStates } from "../views/line-states.ts";
import { dialogPackage } from "./dialog-package.ts";
import type { EventPackage } from "./event-package.ts";
import type { MessageLamps } from "./message-lamps.ts";
import { messageSummary } from "./message-summary.ts";

export interface EventPackagesOptions {
  readonly inventory: Inventory;
  readonly lamps: MessageLamps;
  readonly lines: LineStates;
  readonly endpoints: ReadonlyMap<string, ServiceEndpoint>;
  /** Hosts that mean this switch. */
  readonly localHosts: () => ReadonlySet<string>;
  /** Absent: there is no dial plan. */
  readonly numbering?: NumberingSource | undefined;
}

/** All that phones can subscribe to. */
export function eventPackages(options: EventPackagesOptions): EventPackage[] {
  const { inventory, lamps, lines, endpoints, localHosts } = options;
  return [
    messageSummary(lamps, inventory),
    dialogPackage({
      lines,
      realm: inventory.realm,
      analyze: (dialed, caller) => {
        const numbering = options.numbering?.(caller.directoryNumber);
        return analyze(dialed, {
          inventory,
          caller,
          endpoints,
          localHosts: localHosts(),
          // Whoever asks has come here with it: a host that is no peer's means this switch.
          callerDomain: dialed.host ?? "",
          // Who looks takes no turn of a circular route group.
          ...(numbering === undefined ? {} : { numbering: { ...numbering, nextOf: undefined } }),
        });
      },
    }),
  ];
}
