import type { RelayEvent } from "../../media/index.ts";
import type { CtiDevices } from "../virtual/cti-devices.ts";
import type { CallTable } from "./call-table.ts";
import type { CallFeatures } from "./features/call-features.ts";

/** The relay knows a little earlier than call control that a call is answered. */
const EARLIER_MS = 1_000;

export interface RelayListeners {
  /** Now, in ms since 1970. */
  readonly wallMs: () => number;
  readonly table: CallTable;
  readonly features: Pick<CallFeatures, "promptEnded">;
  readonly devices: Pick<CtiDevices, "digit">;
}

/** Hands on what the relay tells unasked. */
export function takeRelayEvent(event: RelayEvent, { wallMs, table, features, devices }: RelayListeners): void {
  switch (event.type) {
    case "media-timeout": {
      const session = table.get(event.callId);
      // What was agreed on before the answer has a right to silence until then, and for as long after it.
      const answeredMs = wallMs() - (session?.progress.answeredAtMs ?? 0);
      if (answeredMs >= event.timeoutMs - EARLIER_MS) session?.dispatch({ type: "media-timeout" });
      return;
    }
    case "prompt-ended":
      return features.promptEnded(event.callId);
    case "digit":
      return devices.digit(table.get(event.callId)?.otherLeg(event.tag), event.digit);
    case "first-packet":
      return;
  }
}
