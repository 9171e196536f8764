import type { CallView } from "../../signals/index.ts";

/** What can be watched, as text: `device:NAME`, `line:NAME`, `call:ID`, `all` or `provider`. */
export type WatchKey = string;

export const WATCH_ALL: WatchKey = "all";
export const WATCH_PROVIDER: WatchKey = "provider";

export const deviceKey = (device: string): WatchKey => `device:${device}`;
export const lineKey = (line: string): WatchKey => `line:${line}`;
export const callKey = (callId: string): WatchKey => `call:${callId}`;

/**
 * Who watches one of these is told of the call as it is in the view. A call that is only offered has no devices yet: it is
 * there for all that have the line.
 */
export function keysOfView(view: CallView, devicesOf: (line: string) => readonly string[]): WatchKey[] {
  const keys = [callKey(view.callId), ...view.mergedFrom.map(callKey)];
  for (const { party, terminals } of view.connections) {
    if (party.line !== undefined) keys.push(lineKey(party.line));
    if (party.line !== undefined && terminals.length === 0) keys.push(...devicesOf(party.line).map(deviceKey));
    for (const { device } of terminals) keys.push(deviceKey(device));
  }
  return keys;
}

/** The set with the keys; the same one where it has them all. */
export function withKeys(set: ReadonlySet<WatchKey>, keys: Iterable<WatchKey>): ReadonlySet<WatchKey> {
  let more: Set<WatchKey> | undefined;
  for (const key of keys) {
    if (set.has(key)) continue;
    more ??= new Set(set);
    more.add(key);
  }
  return more ?? set;
}
