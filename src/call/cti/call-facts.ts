import type { PartyView } from "../../signals/index.ts";
import type { CallProgress } from "../control/session/call-progress.ts";
import type { CallTable } from "../control/call-table.ts";
import type { Inventory } from "../device/index.ts";
import { callOfSession, type Call } from "../model/index.ts";
import type { CallFacts, RouteFacts } from "./call-parties.ts";
import { unicode, type PartyBook } from "./party-view.ts";

export interface CallFactsOptions {
  /** Names of the sessions of a call that are there. */
  readonly sessionsOf: (callId: string) => Iterable<string>;
  readonly table: Pick<CallTable, "get">;
  readonly inventory: Pick<Inventory, "phonesByLine">;
  readonly book: PartyBook;
}

/** What sessions know of calls. */
export function callFacts(options: CallFactsOptions): CallFacts {
  const { table, inventory, book } = options;
  return {
    book,
    startedAtMs: (callId) => table.get(callId)?.progress.startedAtMs,
    routeOf: (call) => {
      const first = table.get(call.callId)?.progress;
      const last = lastSession(call, options)?.progress;
      const modifiedCalled = first === undefined ? undefined : sentNumber(first, unicode(call.called));
      const lastRedirecting = last === undefined ? undefined : redirectingParty(last, inventory, book);
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
function lastSession({ callId }: Call, { table, sessionsOf }: CallFactsOptions): ReturnType<CallTable["get"]> {
  let last = callId;
  for (const sessionId of sessionsOf(callId)) {
    // Others have come from calls that have become a part of this one.
    const isOwn = callOfSession(sessionId) === callId;
    if (isOwn && numberOf(sessionId) > numberOf(last) && table.get(sessionId) !== undefined) last = sessionId;
  }
  return table.get(last);
}

/** Its place among those of the call that it was made for; the first one has none. */
function numberOf(sessionId: string): number {
  return Number(sessionId.split(".", 2)[1] ?? 0);
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
  book: PartyBook,
): PartyView | undefined {
  const { number, partition } = redirect?.lastRedirecting ?? {};
  if (number === undefined) return undefined;
  const line = partition === undefined ? undefined : `${number}@${partition}`;
  const name = line === undefined ? undefined : inventory.phonesByLine(line)[0]?.displayName;
  const locale = line === undefined || name === undefined ? undefined : book.localeOf(line);
  const e164 = book.e164Of(number);
  return {
    number,
    ...(line === undefined ? {} : { line }),
    ...(name === undefined ? {} : { name }),
    ...(locale === undefined ? {} : { locale }),
    ...(e164 === undefined ? {} : { e164 }),
  };
}
