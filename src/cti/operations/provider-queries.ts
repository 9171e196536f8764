import { EVENT_TYPES, type Topic } from "../../protocol/index.ts";
import { WATCH_ALL, WATCH_PROVIDER } from "../call/watch-keys.ts";
import type { Inventories } from "../device/inventories.ts";
import type { Operation } from "../operation.ts";
import type { Session } from "../session/session.ts";
import { checkCallControl } from "./command-runner.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";
import { shownDevice } from "./shown-views.ts";

/** What is told of the session and the provider comes unasked. */
const SUBSCRIBED_TYPES = EVENT_TYPES.filter((type) => !/^(session|provider)\./.test(type));

/** Devices and lines of the session, in pages that all show the same moment, `seq`; `next` leads to the next one. */
export function getInventory(context: OperationContext, inventories: Inventories): Operation["handle"] {
  return async (session, given) => {
    const { after, limit } = parameters("provider.inventory", given);
    checkCallControl(context);
    const { seq, devices, lines, next } = inventories.page(session, after, limit);
    return {
      seq,
      devices: devices.map((device) => shownDevice(context, session, device)),
      lines,
      ...(next === undefined ? {} : { next }),
    };
  };
}

/** What this session can subscribe to, and what it has. */
export function listTopics({ subscriptions, open }: OperationContext): Operation["handle"] {
  return async (session, given) => {
    parameters("provider.topics", given);
    const own = subscriptions.of(session).filter(({ isOfOpenDevice }) => !isOfOpenDevice);
    return {
      seq: session.settle(),
      topics: ["device", "line", "call", "provider", ...(mayWatchAll(session) ? ["all"] : [])],
      eventTypes: SUBSCRIBED_TYPES,
      subscriptions: own.map(({ id, keys, types }) => ({
        subscriptionId: id,
        topics: [...keys].map(topicOf),
        ...(types === undefined ? {} : { types: [...types] }),
      })),
      openDevices: open.devicesOf(session),
    };
  };
}

function mayWatchAll({ user }: Session): boolean {
  return user.permissions.includes("control-all-devices");
}

/** A topic as it is asked for. */
function topicOf(key: string): Topic {
  if (key === WATCH_ALL) return { kind: "all" };
  if (key === WATCH_PROVIDER) return { kind: "provider" };
  const place = key.indexOf(":");
  const [kind, rest] = [key.slice(0, place), key.slice(place + 1)];
  return kind === "call" ? { kind, callId: rest } : { kind: kind === "line" ? "line" : "device", name: rest };
}
