import type { CallManagerOptions } from "../control/call-manager-options.ts";
import type { EntryStore } from "../control/call-journal.ts";
import type { CallTable } from "../control/call-table.ts";
import type { CallFeatures } from "../control/features/call-features.ts";
import type { Registrar } from "../registrar/index.ts";
import { CtiDevices } from "./cti-devices.ts";

export interface CtiParts {
  readonly options: CallManagerOptions;
  readonly table: CallTable;
  readonly registrar: Registrar;
  readonly store: EntryStore;
  readonly features: () => CallFeatures;
}

/** Devices of applications, over what call control has. */
export function makeCtiDevices({ options, table, registrar, store }: CtiParts): CtiDevices {
  const { clock, ids, logger, inventory } = options;
  return new CtiDevices({
    clock,
    ids,
    logger,
    inventory,
    table,
    store,
    registered: (phone) => registrar.lookup(phone.aor),
    events: {
      onOffered: () => undefined,
      onOfferOver: () => undefined,
      onMediaWanted: () => undefined,
      onAudio: () => undefined,
      onDigits: () => undefined,
      onDevice: () => undefined,
    },
    onOwnerLost: () => undefined,
    onTakenUp: () => undefined,
  });
}
