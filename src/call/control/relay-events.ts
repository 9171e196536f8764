import type { RelayEvent } from "../../media/index.ts";
import type { CtiDevices } from "../virtual/cti-devices.ts";
import type { CallTable } from "./call-table.ts";
import type { CallFeatures } from "./features/call-features.ts";

export interface RelayListeners {
  readonly table: CallTable;
  readonly features: Pick<CallFeatures, "promptEnded">;
  readonly devices: Pick<CtiDevices, "digit">;
}

/** Hands on what the relay tells unasked. */
export function takeRelayEvent(event: RelayEvent, { table, features, devices }: RelayListeners): void {
  switch (event.type) {
    case "media-timeout":
      return table.get(event.callId)?.dispatch({ type: "media-timeout" });
    case "prompt-ended":
      return features.promptEnded(event.callId);
    case "digit":
      return devices.digit(table.get(event.callId)?.otherLeg(event.tag), event.digit);
    case "first-packet":
      return;
  }
}
