import type { CallChange, CallView, ConnectionView, Why } from "../../signals/index.ts";
import { areSameParties, partiesIn } from "./call-parties.ts";

/** Changes that lead from one view of a call to another: what has left it is `lost`, all else is `found`. */
export function viewDifference(
  before: CallView | undefined,
  after: CallView,
  { lost, found }: { readonly lost: Why; readonly found: Why },
): readonly CallChange[] {
  const changes: CallChange[] = [];
  if (before === undefined) changes.push({ type: "call", state: after.state, why: found });
  for (const connection of before?.connections ?? []) {
    if (!after.connections.some(({ connectionId }) => connectionId === connection.connectionId)) {
      changes.push(...leaving(connection, lost));
    }
  }
  for (const connection of after.connections) {
    const known = before?.connections.find(({ connectionId }) => connectionId === connection.connectionId);
    changes.push(...connectionDifference(known, connection, found));
  }
  if (after.state === "active" && (before === undefined || !areSameParties(before, after))) {
    changes.push({ type: "parties", ...partiesIn(after) });
  }
  if (before !== undefined && before.state !== after.state) {
    const { mergedInto } = after;
    const why = after.state === "invalid" ? lost : found;
    changes.push({ type: "call", state: after.state, why, ...(mergedInto === undefined ? {} : { mergedInto }) });
  }
  return changes;
}

function leaving({ connectionId, terminals }: ConnectionView, why: Why): CallChange[] {
  const dropped = terminals.map(({ device }): CallChange => ({
    type: "terminal-connection",
    connectionId,
    device,
    state: "dropped",
    why,
  }));
  return [...dropped, { type: "connection", connectionId, state: "disconnected", why }];
}

function connectionDifference(known: ConnectionView | undefined, now: ConnectionView, why: Why): CallChange[] {
  const { connectionId, party, state } = now;
  const changes: CallChange[] = [];
  for (const { device } of known?.terminals ?? []) {
    if (now.terminals.some((one) => one.device === device)) continue;
    changes.push({ type: "terminal-connection", connectionId, device, state: "dropped", why });
  }
  if (known === undefined) changes.push({ type: "connection", connectionId, state, why, party });
  else if (known.state !== state) changes.push({ type: "connection", connectionId, state, why });
  for (const terminal of now.terminals) {
    if (known?.terminals.find(({ device }) => device === terminal.device)?.state === terminal.state) continue;
    changes.push({ type: "terminal-connection", connectionId, ...terminal, why });
  }
  return changes;
}
