import type { CallParties, PartyView } from "../../signals/index.ts";
import type { Call, World } from "../model/index.ts";
import { currentSides } from "./current-sides.ts";
import { isSameParty, partyView, unicode, type PartyBook } from "./party-view.ts";

/** What sessions know of the way of a call that its model does not. Unicode. */
export interface RouteFacts {
  /** Who has sent it elsewhere last, beside features of the model. */
  readonly lastRedirecting?: PartyView;
  /** As the called party is shown the caller, and as the called number was sent, where that is another than the dialed one. */
  readonly modifiedCalling?: string;
  readonly modifiedCalled?: string;
}

/** What of the way of a call is known beside the model. */
export interface CallFacts {
  /** Milliseconds since 1970; undefined: its first session is gone. */
  startedAtMs(callId: string): number | undefined;
  /** Of the call's sessions that are there now, the one that was begun last counts. */
  routeOf(call: Call): RouteFacts;
  readonly book: PartyBook;
}

/**
 * Who calls whom, as applications are shown it.
 * @param known as it was before; who has redirected and what was dialed is known for as long as the call is there
 * @param redirecting who has sent the call elsewhere in this step
 */
export function partiesOf(
  world: World,
  call: Call,
  facts: CallFacts,
  {
    known,
    redirecting,
  }: { readonly known?: CallParties | undefined; readonly redirecting?: PartyView | undefined } = {},
): CallParties {
  const { book } = facts;
  const route = facts.routeOf(call);
  const sides = currentSides(world, call);
  const parties: { -readonly [Key in keyof CallParties]: CallParties[Key] } = {
    calling: known?.calling ?? partyView(call.calling, book),
    called: calledParty(call, known?.called, route, book),
  };
  if (sides.calling !== undefined) parties.currentCalling = partyView(sides.calling.address, book);
  if (sides.called !== undefined) parties.currentCalled = partyView(sides.called.address, book);
  const lastRedirecting = redirecting ?? route.lastRedirecting ?? known?.lastRedirecting;
  if (lastRedirecting !== undefined) parties.lastRedirecting = lastRedirecting;
  const { modifiedCalling = known?.modifiedCalling, modifiedCalled = known?.modifiedCalled } = route;
  if (modifiedCalling !== undefined) parties.modifiedCalling = modifiedCalling;
  if (modifiedCalled !== undefined) parties.modifiedCalled = modifiedCalled;
  return parties;
}

/** As first dialed; of a line that is in the call, with its name. */
function calledParty(call: Call, known: PartyView | undefined, route: RouteFacts, book: PartyBook): PartyView {
  if (known?.line !== undefined) return known;
  const own = call.connections.find(({ address }) => address.number === call.called && address.line !== undefined);
  if (own !== undefined) return partyView(own.address, book);
  if (known?.e164 !== undefined) return known;
  const number = unicode(call.called);
  const e164 =
    book.e164Of(number) ?? (route.modifiedCalled === undefined ? undefined : book.e164Of(route.modifiedCalled));
  return e164 === undefined ? (known ?? { number }) : { number, e164 };
}

export function areSameParties(one: CallParties, other: CallParties): boolean {
  return (
    isSameParty(one.calling, other.calling) &&
    isSameParty(one.called, other.called) &&
    isSameParty(one.currentCalling, other.currentCalling) &&
    isSameParty(one.currentCalled, other.currentCalled) &&
    isSameParty(one.lastRedirecting, other.lastRedirecting) &&
    one.modifiedCalling === other.modifiedCalling &&
    one.modifiedCalled === other.modifiedCalled
  );
}

/** The parties alone of what has more. */
export function partiesIn({
  calling,
  called,
  currentCalling,
  currentCalled,
  lastRedirecting,
  modifiedCalling,
  modifiedCalled,
}: CallParties): CallParties {
  return {
    calling,
    called,
    ...(currentCalling === undefined ? {} : { currentCalling }),
    ...(currentCalled === undefined ? {} : { currentCalled }),
    ...(lastRedirecting === undefined ? {} : { lastRedirecting }),
    ...(modifiedCalling === undefined ? {} : { modifiedCalling }),
    ...(modifiedCalled === undefined ? {} : { modifiedCalled }),
  };
}
