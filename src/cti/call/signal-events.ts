import { withMore } from "../../common/index.ts";
import type { CallChange, CtiSignal, RouteMoment, Why } from "../../signals/index.ts";
import type { CallEvent, CtiEvent, RouteEventType } from "./cti-event.ts";

/** Events that only those hear who ask for them by name, or have the device open. */
export function isOnlyByName(type: string): boolean {
  return type.startsWith("media.");
}

/** What an event is a state of, where a later one makes it of no interest; undefined: every one counts. */
export function conflateKeyOf(event: CtiEvent): string | undefined {
  if (event.type === "device.state") return `device:${event.device.name}`;
  if (event.type === "device.removed") return `device:${event.device}`;
  if (event.type === "line.state") return `line:${event.line.name}`;
  return event.type === "line.removed" ? `line:${event.line}` : undefined;
}

const ROUTE_EVENTS: Readonly<Record<RouteMoment, RouteEventType>> = {
  request: "route.request",
  "re-route": "route.reroute",
  attempt: "route.attempt",
  failed: "route.failed",
  used: "route.used",
  end: "route.end",
};

/** The events of a signal, the same for everybody. */
export function eventsOf(signal: CtiSignal): CtiEvent[] {
  const facts = factsOf(signal);
  return signal.traceparent === undefined ? facts : facts.map((event) => withTrace(event, signal));
}

/** With the trace context of the signal that it is told for, where that has one. */
export function withTrace(event: CtiEvent, { traceparent }: CtiSignal): CtiEvent {
  return traceparent === undefined ? event : withMore(event, { traceparent });
}

function factsOf(signal: CtiSignal): CtiEvent[] {
  switch (signal.kind) {
    case "call":
      return signal.changes.map((change) => eventOfChange(signal.call.callId, signal.call.ver, change));
    case "device":
      return [{ type: "device.state", device: signal.device }];
    case "line":
      return [{ type: "line.state", line: signal.line }];
    case "removed": {
      const { device, line } = signal;
      const ofDevice: CtiEvent[] = device === undefined ? [] : [{ type: "device.removed", device }];
      return line === undefined ? ofDevice : [...ofDevice, { type: "line.removed", line }];
    }
    case "route":
      return [{ type: ROUTE_EVENTS[signal.moment], route: signal.route }];
    case "media":
      return [{ type: `media.${signal.media.moment}`, media: signal.media }];
    case "digits":
      return [{ type: "digits", callId: signal.callId, device: signal.device, digits: signal.digits }];
  }
}

function eventOfChange(callId: string, ver: number, change: CallChange): CallEvent {
  switch (change.type) {
    case "call": {
      const { state, why, mergedInto } = change;
      return {
        type: "call.state",
        callId,
        ver,
        state,
        ...told(why),
        ...(mergedInto === undefined ? {} : { mergedInto }),
      };
    }
    case "connection": {
      const { connectionId, state, why, party } = change;
      const more = party === undefined ? {} : { party };
      return { type: "call.connection", callId, ver, connectionId, state, ...told(why), ...more };
    }
    case "terminal-connection": {
      const { connectionId, device, state, why } = change;
      return { type: "call.terminal", callId, ver, connectionId, device, state, ...told(why) };
    }
    case "moved": {
      const { type: _type, why, ...moved } = change;
      return { type: "call.moved", callId, ver, ...moved, ...told(why) };
    }
    case "feature": {
      const { type: _type, ...feature } = change;
      return { type: "call.feature", callId, ver, ...feature };
    }
    case "parties": {
      const { type: _type, ...parties } = change;
      return { type: "call.parties", callId, ver, ...parties };
    }
    case "user-data":
      return { type: "call.userData", callId, ver, userData: change.userData };
  }
}

/** Why, unless it goes without saying. */
function told(why: Why): { readonly why?: Why } {
  const { cause, sip, feature, by, detail } = why;
  const isPlain = cause === 16 && feature === "normal" && by === "party" && sip === undefined;
  return isPlain && detail === undefined ? {} : { why };
}
