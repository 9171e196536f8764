import type { CallView, DeviceView, LineView, RouteView } from "../../signals/index.ts";
import type { Replica } from "./replica.ts";
import { callKey, deviceKey, lineKey, WATCH_ALL, type WatchKey } from "./watch-keys.ts";

/** What a subscription shows when it begins. */
export interface WatchedNow {
  readonly calls: readonly CallView[];
  readonly devices: readonly DeviceView[];
  readonly lines: readonly LineView[];
  readonly routes: readonly RouteView[];
}

/** Everything as it is now that the events of these are about. Calls that have ended are not among it. */
export function watchedNow(replica: Replica, keys: ReadonlySet<WatchKey>): WatchedNow {
  if (keys.has(WATCH_ALL)) {
    return {
      calls: Array.from(replica.liveCalls(), ({ view }) => view),
      devices: [...replica.devices.values()],
      lines: [...replica.lines.values()],
      routes: [...replica.routes.values()],
    };
  }
  const devices = named(replica.devices, keys, "device:");
  const lines = new Map(named(replica.lines, keys, "line:").map((line) => [line.name, line]));
  for (const device of devices) {
    for (const name of device.lines) {
      const line = replica.lines.get(name);
      if (line !== undefined) lines.set(name, line);
    }
  }
  return {
    calls: replica.callsOf(keys).map(({ view }) => view),
    devices,
    lines: [...lines.values()],
    routes: [...replica.routes.values()].filter(({ device, line, callId }) =>
      [deviceKey(device), lineKey(line), callKey(callId)].some((key) => keys.has(key)),
    ),
  };
}

function named<View>(views: ReadonlyMap<string, View>, keys: ReadonlySet<WatchKey>, kind: string): View[] {
  const found: View[] = [];
  for (const key of keys) {
    const view = key.startsWith(kind) ? views.get(key.slice(kind.length)) : undefined;
    if (view !== undefined) found.push(view);
  }
  return found;
}
