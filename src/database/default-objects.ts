import type { Operation } from "./configuration-store.ts";

/**
 * What a new configuration holds: enough for a phone to be added with a name, a number and a password. For an empty
 * configuration only: the operations take the place of what has been changed.
 */
export function defaultObjects(node: string): Operation[] {
  return [
    { type: "put", kind: "node", body: { name: node } },
    { type: "put", kind: "call-manager-group", body: { name: "default", nodes: [node] } },
    { type: "put", kind: "region", body: { name: "default" } },
    { type: "put", kind: "date-time-group", body: { name: "default" } },
    { type: "put", kind: "partition", body: { name: "internal" } },
    { type: "put", kind: "calling-search-space", body: { name: "internal", partitions: ["internal"] } },
    { type: "put", kind: "device-pool", body: { name: "default" } },
  ];
}
