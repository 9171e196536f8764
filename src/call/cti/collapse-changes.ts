import type { CallChange, ConnectionState, PartyView, TerminalConnectionState } from "../../signals/index.ts";
import type { Address, Change } from "../model/index.ts";

type ChangeOf<Type extends Change["type"]> = Extract<Change, { type: Type }>;

/** Basic states that no call-control state has the name of: each is told just before the one that implies it. */
const BASIC: ReadonlySet<string> = new Set(["in-progress", "connected", "passive", "active"]);

/**
 * Changes of one step by the calls that they are shown of, in the order in which the calls were touched first. What a
 * feature does is shown of the call that survives; of a call that has only lost parties to another one, that they moved.
 */
export function changesByCall(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const calls = new Map<string, Change[]>();
  const add = (callId: string, change: Change): void => {
    const known = calls.get(callId);
    if (known === undefined) calls.set(callId, [change]);
    else known.push(change);
  };
  for (const change of changes) add(change.type === "feature" ? change.surviving : change.callId, change);
  for (const change of changes) {
    if (change.type !== "moved") continue;
    const left = calls.get(change.from);
    if (left === undefined || left[0]?.type === "moved") add(change.from, change);
  }
  return calls;
}

/**
 * What applications are told of changes of one call in one step: a party that is new comes with its first state, and basic
 * states are left out, since they follow from the others. The order is kept.
 */
export function collapseChanges(changes: readonly Change[], partyOf: (address: Address) => PartyView): CallChange[] {
  const collapsed: CallChange[] = [];
  const created = new Map<string, ChangeOf<"connection">>();
  for (const change of changes) {
    switch (change.type) {
      case "call": {
        const { state, why, mergedInto } = change;
        collapsed.push({ type: "call", state, why, ...(mergedInto === undefined ? {} : { mergedInto }) });
        break;
      }
      case "connection":
        if (change.change === "created") created.set(change.connectionId, change);
        else if (!BASIC.has(change.change)) collapsed.push(connectionChange(change, take(created, change), partyOf));
        break;
      case "terminal-connection": {
        const { connectionId, device, change: state, why } = change;
        if (state === "created" || BASIC.has(state)) break;
        collapsed.push({
          type: "terminal-connection",
          connectionId,
          device,
          state: state as TerminalConnectionState,
          why,
        });
        break;
      }
      case "moved": {
        const { connectionId, from, address, why } = change;
        collapsed.push({ type: "moved", connectionId, from, party: partyOf(address), why });
        break;
      }
      case "feature":
        collapsed.push(change);
        break;
    }
  }
  for (const one of created.values()) collapsed.push(connectionChange({ ...one, change: "idle" }, one, partyOf));
  return collapsed;
}

function take(created: Map<string, ChangeOf<"connection">>, { connectionId }: ChangeOf<"connection">) {
  const known = created.get(connectionId);
  created.delete(connectionId);
  return known;
}

function connectionChange(
  { connectionId, change: state, why }: ChangeOf<"connection">,
  created: ChangeOf<"connection"> | undefined,
  partyOf: (address: Address) => PartyView,
): CallChange {
  const address = created?.address;
  const party = address === undefined ? {} : { party: partyOf(address) };
  return { type: "connection", connectionId, state: state as ConnectionState, why, ...party };
}
