import type { Inventories } from "../device/inventories.ts";
import type { Operation, Operations } from "../operation.ts";
import { answerCalls } from "./answer-calls.ts";
import { callData } from "./call-data.ts";
import { getCall, listCalls } from "./call-queries.ts";
import { conferenceCalls } from "./conference-calls.ts";
import { getDevice, listDevices, listSpeedDials } from "./device-queries.ts";
import { holdCalls } from "./hold-calls.ts";
import { makeCalls } from "./make-calls.ts";
import { getMediaQuality } from "./media-quality.ts";
import { moveCalls } from "./move-calls.ts";
import { closeDevice, openDevice } from "./open-device.ts";
import type { OperationContext } from "./operation-context.ts";
import { parkCalls } from "./park-calls.ts";
import { getInventory, listTopics } from "./provider-queries.ts";
import { selectRoutes } from "./select-routes.ts";
import { getLine, setAutoAnswer, setDoNotDisturb, setForwarding, setMessageWaiting } from "./settings.ts";
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
export function createOperations(context: OperationContext, inventories: Inventories): Operations {
  const query = (handle: Operation["handle"]): Operation => ({ isCommand: false, handle });
  const command = (handle: Operation["handle"]): Operation => ({ isCommand: true, handle });
  return new Map<string, Operation>([
    ...COMMANDS.map(({ method, create }): [string, Operation] => [method, create(context)]),
    ["provider.inventory", query(getInventory(context, inventories))],
    ["provider.topics", query(listTopics(context))],
    ["events.subscribe", query(subscribeEvents(context))],
    ["events.unsubscribe", query(unsubscribeEvents(context))],
    ["device.open", query(openDevice(context))],
    ["device.close", query(closeDevice(context))],
    ["device.get", query(getDevice(context))],
    ["device.list", query(listDevices(context))],
    ["device.speedDials", query(listSpeedDials(context))],
    ["device.setDoNotDisturb", command(setDoNotDisturb(context))],
    ["device.setAutoAnswer", command(setAutoAnswer(context))],
    ["line.get", query(getLine(context))],
    ["line.setForwarding", command(setForwarding(context))],
    ["line.setMessageWaiting", command(setMessageWaiting(context))],
    ["call.get", query(getCall(context))],
    ["call.list", query(listCalls(context))],
    ["call.mediaQuality", query(getMediaQuality(context))],
  ]);
}
