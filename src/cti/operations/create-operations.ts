import type { Inventories } from "../device/inventories.ts";
import type { Operation } from "../session/session-port.ts";
import { answerCalls } from "./answer-calls.ts";
import { callData } from "./call-data.ts";
import { getCall, listCalls } from "./call-queries.ts";
import { conferenceCalls } from "./conference-calls.ts";
import { getDevice, listDevices, listSpeedDials } from "./device-queries.ts";
import { holdCalls } from "./hold-calls.ts";
import { makeCalls } from "./make-calls.ts";
import { moveCalls } from "./move-calls.ts";
import { closeDevice, openDevice } from "./open-device.ts";
import type { OperationContext } from "./operation-context.ts";
import { parkCalls } from "./park-calls.ts";
import { getInventory, listTopics } from "./provider-queries.ts";
import { selectRoutes } from "./select-routes.ts";
import { getLine, setDoNotDisturb, setForwarding, setMessageWaiting } from "./settings.ts";
import { shareCalls } from "./share-calls.ts";
import { subscribeEvents, unsubscribeEvents } from "./subscribe-events.ts";

/** Methods that are a command of call control each. */
const COMMANDS = [
  ...makeCalls,
  ...answerCalls,
  ...holdCalls,
  ...moveCalls,
  ...conferenceCalls,
  ...parkCalls,
  ...shareCalls,
  ...callData,
  ...selectRoutes,
];

/** All methods but those of the session itself, by name. */
export function createOperations(context: OperationContext, inventories: Inventories): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([
    ...COMMANDS.map(({ method, create }): [string, Operation] => [method, create(context)]),
    ["provider.inventory", getInventory(context, inventories)],
    ["provider.topics", listTopics(context)],
    ["events.subscribe", subscribeEvents(context)],
    ["events.unsubscribe", unsubscribeEvents(context)],
    ["device.open", openDevice(context)],
    ["device.close", closeDevice(context)],
    ["device.get", getDevice(context)],
    ["device.list", listDevices(context)],
    ["device.speedDials", listSpeedDials(context)],
    ["device.setDoNotDisturb", setDoNotDisturb(context)],
    ["line.get", getLine(context)],
    ["line.setForwarding", setForwarding(context)],
    ["line.setMessageWaiting", setMessageWaiting(context)],
    ["call.get", getCall(context)],
    ["call.list", listCalls(context)],
  ]);
}
