import { z } from "zod";
import type { KnownCall } from "../call/replica.ts";
import { EVENT_TYPES } from "../call/signal-events.ts";
import { callKey, deviceKey, lineKey, WATCH_ALL, WATCH_PROVIDER, type WatchKey } from "../call/watch-keys.ts";
import { watchedNow } from "../call/watched-now.ts";
import { CtiError } from "../cti-error.ts";
import type { CtiSession, Operation } from "../session/session-port.ts";
import { checkCallControl } from "./command-runner.ts";
import { checkMethod } from "./command-operation.ts";
import type { OperationContext } from "./operation-context.ts";
import { name, parameters } from "./parameters.ts";
import { shownNow } from "./shown-views.ts";

/** Topics of one request. */
const MAX_TOPICS = 10_000;

const topic = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("device"), name }),
  z.strictObject({ kind: z.literal("line"), name }),
  z.strictObject({ kind: z.literal("call"), callId: name }),
  z.strictObject({ kind: z.literal("provider") }),
  z.strictObject({ kind: z.literal("all") }),
]);

const subscribeParameters = z.strictObject({
  topics: z.array(topic).min(1).max(MAX_TOPICS),
  types: z.array(z.enum(EVENT_TYPES)).min(1).optional(),
});

/**
 * The session hears of what it names: the result shows all of it at `seq`, and events tell what comes after.
 * @throws {CtiError} `access-device`, `not-found-device`, `not-found-line`, `not-found-call`, `limit-subscriptions`
 */
export function subscribeEvents(context: OperationContext): Operation {
  return async (session, given) => {
    checkMethod(session, "events.subscribe");
    const { topics, types } = parameters(subscribeParameters, given);
    checkCallControl(context);
    const keys = new Set(topics.map((each) => keyOf(context, session, each)));
    const { subscriptions, feed, replica } = context;
    const limited = types === undefined ? undefined : new Set<string>(types);
    const subscriptionId = subscriptions.subscribe(session, keys, limited, feed.position);
    return { subscriptionId, seq: session.settle(), ...shownNow(context, session, watchedNow(replica, keys)) };
  };
}

/** Ends a subscription; one that there is not is `unchanged`. */
export function unsubscribeEvents({ subscriptions }: OperationContext): Operation {
  return async (session, given) => {
    const { subscriptionId } = parameters(z.strictObject({ subscriptionId: name }), given);
    const isThere = subscriptions.unsubscribe(session, subscriptionId);
    return { seq: session.settle(), ...(isThere ? {} : { unchanged: true }) };
  };
}

/** A call that the session may see: somebody of its devices or lines is or was in it. @throws {CtiError} `not-found-call` */
export function seenCall(context: OperationContext, session: CtiSession, callId: string): KnownCall {
  const known = context.replica.call(callId);
  if (known !== undefined && maySee(context, session, known)) return known;
  const entity = { kind: "call", id: callId };
  throw new CtiError("not-found-call", `there is no call ${callId}, or none that can be asked for any more`, {
    entity,
  });
}

export function maySee({ replica, access }: OperationContext, session: CtiSession, { keys }: KnownCall): boolean {
  for (const key of keys) {
    const place = key.indexOf(":");
    const [kind, rest] = [key.slice(0, place), key.slice(place + 1)];
    if (kind === "device" && session.user.mayUseDevice(rest)) return true;
    const line = kind === "line" ? replica.lines.get(rest) : undefined;
    if (line !== undefined && access.mayWatchLine(session, line)) return true;
  }
  return session.user.permissions.includes("control-all-devices");
}

function keyOf(context: OperationContext, session: CtiSession, asked: z.output<typeof topic>): WatchKey {
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
      throw new CtiError("access-feature", `${session.user.name} may not watch everything`, { path: "params.topics" });
  }
}
