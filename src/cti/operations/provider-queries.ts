import { z } from "zod";
import { EVENT_TYPES } from "../call/signal-events.ts";
import type { Inventories } from "../device/inventories.ts";
import type { CtiSession, Operation } from "../session/session-port.ts";
import { checkMethod } from "./command-operation.ts";
import { checkCallControl } from "./command-runner.ts";
import type { OperationContext } from "./operation-context.ts";
import { page, parameters } from "./parameters.ts";
import { shownDevice } from "./shown-views.ts";

/** Devices and lines of the session, in pages that all show the same moment, `seq`; `next` leads to the next one. */
export function getInventory(context: OperationContext, inventories: Inventories): Operation {
  return async (session, given) => {
    checkMethod(session, "provider.inventory");
    const { after, limit } = parameters(page, given);
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
export function listTopics(context: OperationContext): Operation {
  return async (session, given) => {
    checkMethod(session, "provider.topics");
    parameters(z.strictObject({}), given);
    const subscriptions = context.subscriptions.of(session).filter(({ isOfOpenDevice }) => !isOfOpenDevice);
    return {
      seq: session.settle(),
      kinds: ["device", "line", "call", "provider", ...(mayWatchAll(session) ? ["all"] : [])],
      types: EVENT_TYPES,
      subscriptions: subscriptions.map(({ id, keys, types }) => ({
        subscriptionId: id,
        topics: [...keys].map(topicOf),
        ...(types === undefined ? {} : { types: [...types] }),
      })),
      open: context.open.devicesOf(session),
    };
  };
}

function mayWatchAll({ user }: CtiSession): boolean {
  return user.permissions.includes("control-all-devices");
}

/** A topic as it is asked for. */
function topicOf(key: string): Readonly<Record<string, string>> {
  const place = key.indexOf(":");
  if (place < 0) return { kind: key };
  const [kind, rest] = [key.slice(0, place), key.slice(place + 1)];
  return kind === "call" ? { kind, callId: rest } : { kind, name: rest };
}
