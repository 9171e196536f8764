import type { PartyView } from "../../signals/index.ts";
import type { CallProgress } from "../control/session/call-progress.ts";
import type { CallTable } from "../control/call-table.ts";
import type { Inventory } from "../device/index.ts";
import type { Call } from "../model/index.ts";
import type { CallFacts, RouteFacts } from "./call-parties.ts";
import { unicode, type E164Of } from "./party-view.ts";

export interface CallFactsOptions {
  readonly table: Pick<CallTable, "get">;
  readonly inventory: Pick<Inventory, "phonesByLine">;
  readonly e164Of: E164Of;
}

/** What sessions know of calls. */
export function callFacts({ table, inventory, e164Of }: CallFactsOptions): CallFacts {
  return {
    e164Of,
    startedAtMs: (callId) => table.get(callId)?.progress.startedAtMs,
    routeOf: (call) => {
      const first = table.get(call.callId)?.progress;
      const last = lastSession(call, table)?.progress;
      const modifiedCalled = first === undefined ? undefined : sentNumber(first, unicode(call.called));
      const lastRedirecting = last === undefined ? undefined : redirectingParty(last, inventory, e164Of);
      const modifiedCalling = first?.shownCaller === undefined ? undefined : unicode(first.shownCaller);
      return {
        ...(modifiedCalling === undefined ? {} : { modifiedCalling }),
        ...(modifiedCalled === undefined ? {} : { modifiedCalled }),
        ...(lastRedirecting === undefined ? {} : { lastRedirecting }),
      } satisfies RouteFacts;
    },
  };
}

/** Sessions of a call are named in the order in which they begin. */
function lastSession({ callId, named }: Call, table: CallFactsOptions["table"]): ReturnType<CallTable["get"]> {
  for (let number = named; number > 0; number -= 1) {
    const session = table.get(`${callId}.${number}`);
    if (session !== undefined) return session;
  }
  return table.get(callId);
}

/** As the number was that it was sent to first; undefined: as it was dialed, or it is not known. */
function sentNumber({ redirect, callees }: CallProgress, dialed: string): string | undefined {
  const [callee, ...others] = callees;
  const own = callee === undefined || others.length > 0 ? undefined : unicode(callee.number);
  const sent = redirect?.originalCalled?.number ?? own;
  return sent === dialed ? undefined : sent;
}

function redirectingParty(
  { redirect }: CallProgress,
  inventory: CallFactsOptions["inventory"],
  e164Of: E164Of,
): PartyView | undefined {
  const { number, partition } = redirect?.lastRedirecting ?? {};
  if (number === undefined) return undefined;
  const line = partition === undefined ? undefined : `${number}@${partition}`;
  const name = line === undefined ? undefined : inventory.phonesByLine(line)[0]?.displayName;
  const e164 = e164Of(number);
  return {
    number,
    ...(line === undefined ? {} : { line }),
    ...(name === undefined ? {} : { name }),
    ...(e164 === undefined ? {} : { e164 }),
  };
}
