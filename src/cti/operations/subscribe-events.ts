import type { EventType, Topic } from "../../protocol/index.ts";
import type { KnownCall } from "../call/known-call.ts";
import { callKey, deviceKey, lineKey, WATCH_ALL, WATCH_PROVIDER, type WatchKey } from "../call/watch-keys.ts";
import { watchedNow } from "../call/watched-now.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation } from "../operation.ts";
import type { Session } from "../session/session.ts";
import { checkAnswer } from "./answer-size.ts";
import { checkCallControl } from "./command-runner.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";
import { shownNow } from "./shown-views.ts";

/**
 * The session hears of what it names: the result shows all of it at `seq`, and events tell what comes after.
 * @throws {CtiError} `access-device`, `not-found-device`, `not-found-line`, `not-found-call`, `limit-subscriptions`,
 * `protocol-too-big` (nothing is subscribed to)
 */
export function subscribeEvents(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { topics, types } = parameters("events.subscribe", given);
    checkCallControl(context);
    const keys = new Set(topics.map((each) => keyOf(context, session, each)));
    const { subscriptions, feed, replica, maxAnswerCharacters } = context;
    const shown = shownNow(context, session, watchedNow(replica, keys));
    checkAnswer(shown, maxAnswerCharacters);
    const limited = types === undefined ? undefined : new Set<EventType>(types);
    const subscriptionId = subscriptions.subscribe(session, keys, limited, feed.position);
    context.inventory.begin(session);
    return { subscriptionId, seq: session.settle(), ...shown };
  };
}

/** Ends a subscription. @throws {CtiError} `not-found-subscription` */
export function unsubscribeEvents({ subscriptions, inventory }: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { subscriptionId } = parameters("events.unsubscribe", given);
    if (!subscriptions.unsubscribe(session, subscriptionId)) {
      const entity = { kind: "subscription", id: subscriptionId };
      throw new CtiError("not-found-subscription", `there is no subscription ${subscriptionId}`, { entity });
    }
    inventory.unsubscribed(session);
    return { seq: session.settle() };
  };
}

/** A call that the session may see: somebody of its devices or lines is or was in it. @throws {CtiError} `not-found-call` */
export function seenCall(context: OperationContext, session: Session, callId: string): KnownCall {
  const known = context.replica.call(callId);
  if (known !== undefined && context.access.maySee(session, known)) return known;
  const entity = { kind: "call", id: callId };
  throw new CtiError("not-found-call", `there is no call ${callId}, or none that can be asked for any more`, {
    entity,
  });
}

function keyOf(context: OperationContext, session: Session, asked: Topic): WatchKey {
  const { access } = context;
  switch (asked.kind) {
    case "device":
      return deviceKey(access.watched(session, asked.name).name);
    case "line":
      return lineKey(access.watchedLine(session, asked.name).name);
    case "call":
      return callKey(seenCall(context, session, asked.callId).view.callId);
    case "provider":
      return WATCH_PROVIDER;
    case "all":
      if (session.user.permissions.includes("control-all-devices")) return WATCH_ALL;
      throw new CtiError("access-feature", `${session.user.name} may not watch everything`, { path: "/topics" });
  }
}
