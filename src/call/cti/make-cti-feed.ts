import type { CallJournal } from "../control/recovery/call-journal.ts";
import type { CallManagerOptions } from "../control/call-manager-options.ts";
import type { CallTable } from "../control/call-table.ts";
import type { MessageLamps } from "../control/subscription/message-lamps.ts";
import type { World } from "../model/index.ts";
import type { Registrar } from "../registrar/index.ts";
import type { CtiDevices } from "../virtual/cti-devices.ts";
import { callFacts } from "./call-facts.ts";
import { CtiFeed, type CtiFeedOptions } from "./cti-feed.ts";
import { ObjectViews } from "./object-views.ts";

export interface FeedParts {
  readonly journal: CallJournal;
  readonly table: CallTable;
  readonly world: World;
  readonly registrar: Pick<Registrar, "lookup">;
  readonly devices: Pick<CtiDevices, "isOpen" | "ownerOf">;
  readonly lamps: MessageLamps;
  readonly routes: CtiFeedOptions["routes"];
  readonly traces: CtiFeedOptions["traces"];
}

const NOTHING: NonNullable<CallManagerOptions["configuration"]> = { get: () => undefined, of: () => new Map() };

/** What CTIManagers are told of a node. */
export function makeCtiFeed(options: CallManagerOptions, parts: FeedParts): CtiFeed {
  const { clock, ids, logger, inventory, node = "tandem", dialPlan, configuration = NOTHING } = options;
  const { journal, table, world, registrar, devices, lamps, routes, traces } = parts;
  const feed = new CtiFeed({
    node,
    world,
    clock,
    ids,
    logger,
    traces,
    facts: callFacts({
      table,
      inventory,
      sessionsOf: (callId) => world.sessionsOf.get(callId) ?? [],
      book: {
        e164Of: (number) => dialPlan?.().e164Of(number),
        localeOf: (line) => configuration.get("directory-number", line)?.locale,
      },
    }),
    views: new ObjectViews(configuration, inventory, {
      isRegistered: (aor) => registrar.lookup(aor).length > 0,
      openedAs: (device) => (devices.isOpen(device) ? devices.ownerOf(device)?.media : undefined),
      messagesOf: (line) => lamps.count(line),
    }),
    routes,
    store: journal,
    flush: () => journal.flush(),
  });
  lamps.onChange((line) => feed.objects.lineChanged(line));
  return feed;
}
