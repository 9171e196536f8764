import type { CallView, CtiEvent } from "../../../src/protocol/index.ts";
import { Replica, type Snapshot } from "../../../src/sdk/replica/replica.ts";

/** What an application knows from snapshots and events: the SDK's replica, and whether versions of calls have a gap. */
export class KnownState {
  readonly #replica: Replica;
  readonly #versions = new Map<string, number>();

  constructor(wallMs: () => number) {
    this.#replica = new Replica({ onCallEnded: () => undefined, onRouteEnded: () => undefined }, wallMs);
  }

  /** Calls that go on. */
  get calls(): readonly CallView[] {
    return [...this.#replica.calls.values()];
  }

  merge(snapshot: Snapshot, seq: number): void {
    this.#replica.merge(snapshot, seq);
    for (const { callId, ver } of snapshot.calls ?? []) {
      if ((this.#versions.get(callId) ?? 0) < ver) this.#versions.set(callId, ver);
    }
  }

  /** @throws {Error} when a version of a call was not told */
  apply(event: CtiEvent): void {
    if (event.type === "call.snapshot") this.#versions.set(event.call.callId, event.call.ver);
    else if ("ver" in event) this.#checkVersion(event);
    this.#replica.apply(event);
  }

  #checkVersion({ callId, ver }: { readonly callId: string; readonly ver: number }): void {
    const known = this.#versions.get(callId) ?? 0;
    if (ver !== known && ver !== known + 1) throw new Error(`version ${ver} of ${callId} came after ${known}`);
    this.#versions.set(callId, ver);
  }

  /**
   * The first thing that is not the same in both, by its path; undefined: nothing. An order says nothing, and what is
   * `undefined` is not there.
   */
  differenceFrom(other: KnownState): string | undefined {
    return firstDifference("", this.#all, other.#all);
  }

  /** All of it, so that it can be compared. */
  get #all(): Readonly<Record<string, unknown>> {
    const { calls, devices, lines, routes } = this.#replica;
    return {
      calls: byName([...calls.values()].map(comparable), ({ callId }) => callId),
      devices: byName([...devices.values()], ({ name }) => name),
      lines: byName([...lines.values()], ({ name }) => name),
      routes: byName([...routes.values()], ({ routeId }) => routeId),
    };
  }
}

/** When it began each application says by its own clock. */
function comparable({ sinceMs: _sinceMs, connections, mergedFrom, ...call }: CallView) {
  const sorted = connections.map((connection) => ({
    ...connection,
    terminals: [...connection.terminals].sort((one, other) => (one.device < other.device ? -1 : 1)),
  }));
  return {
    ...call,
    connections: sorted.sort((one, other) => (one.connectionId < other.connectionId ? -1 : 1)),
    mergedFrom: [...mergedFrom].sort(),
  };
}

function byName<View>(views: readonly View[], nameOf: (view: View) => string): Readonly<Record<string, View>> {
  return Object.fromEntries(views.map((view) => [nameOf(view), view]));
}

function firstDifference(path: string, one: unknown, other: unknown): string | undefined {
  if (!isObject(one) || !isObject(other)) {
    return one === other ? undefined : `${path} is ${JSON.stringify(one)}, and not ${JSON.stringify(other)}`;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = firstDifference(`${path}/${key}`, one[key], other[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
