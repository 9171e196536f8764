import type { CallJournal } from "../control/call-journal.ts";
import type { CallManagerOptions } from "../control/call-manager-options.ts";
import type { CallTable } from "../control/call-table.ts";
import type { World } from "../model/index.ts";
import { routesOf } from "../model/features/route.ts";
import { callFacts } from "./call-facts.ts";
import { CtiFeed } from "./cti-feed.ts";

export interface FeedParts {
  readonly journal: CallJournal;
  readonly table: CallTable;
  readonly world: World;
}

/** What CTIManagers are told of a node. */
export function makeCtiFeed(options: CallManagerOptions, { journal, table, world }: FeedParts): CtiFeed {
  const { clock, ids, logger, inventory, node = "tandem", dialPlan } = options;
  return new CtiFeed({
    node,
    world,
    clock,
    ids,
    logger,
    facts: callFacts({ table, inventory, e164Of: (number) => dialPlan?.().e164Of(number) }),
    objects: { devices: () => [], lines: () => [], routes: () => routesOf(world) },
    store: journal,
    flush: () => journal.flush(),
  });
}
