import type { CtiEvent, EventType } from "../../protocol/index.ts";
import type { SequencedEvent } from "../connection/cti-session.ts";
import type { UnknownEvent } from "./provider-events.ts";

const KNOWN: Readonly<Record<EventType, true>> = {
  "call.snapshot": true,
  "call.state": true,
  "call.connection": true,
  "call.terminal": true,
  "call.moved": true,
  "call.feature": true,
  "call.parties": true,
  "call.userData": true,
  "device.state": true,
  "device.removed": true,
  "line.state": true,
  "line.removed": true,
  "route.request": true,
  "route.reroute": true,
  "route.attempt": true,
  "route.failed": true,
  "route.used": true,
  "route.end": true,
  "media.wanted": true,
  "media.started": true,
  "media.stopped": true,
  digits: true,
  "session.lagging": true,
  "session.notice": true,
  "provider.state": true,
};

/** The event as this SDK knows it, or an unknown one. */
export function knownEvent(event: SequencedEvent): CtiEvent | UnknownEvent {
  if (Object.hasOwn(KNOWN, event.type)) return event as unknown as CtiEvent;
  const { seq, type: name, ...fields } = event;
  return { type: "unknown", seq, name, fields };
}
