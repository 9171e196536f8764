import type { CtiCommandRequest, SettingCommand } from "../../../signals/index.ts";
import { placeOf, type CallsNow } from "./device-place.ts";

type Command = CtiCommandRequest["command"];

const SETTINGS: ReadonlySet<Command["type"]> = new Set<SettingCommand["type"]>([
  "set-forwarding",
  "set-do-not-disturb",
  "set-auto-answer",
  "set-message-waiting",
]);

export function isSetting(command: Command): command is SettingCommand {
  return SETTINGS.has(command.type);
}

type OfNoCall = Extract<Command, { type: "route-select" | "route-end" | "unpark" | "pickup" | "privacy" }>;

/** They are asked of a device or a line, whatever calls it has. */
const OF_NO_CALL: ReadonlySet<Command["type"]> = new Set(["route-select", "route-end", "unpark", "pickup", "privacy"]);
/**
 * Who hangs up waits for nobody, what is written down of a call is in nobody's way, and an address of media is what an answer
 * that is under way waits for.
 */
const AT_ONCE: ReadonlySet<Command["type"]> = new Set(["drop", "set-user-data", "set-media"]);

/** What a device may do about a call in which it has no part yet. */
const OF_RUNG: ReadonlySet<Command["type"]> = new Set(["accept", "answer", "reject", "redirect"]);

/** The call that a command is about: the one that it names, or else the one that its device is in. */
export function callOf(command: Command, now: CallsNow): string | undefined {
  if (isSetting(command) || isOfNoCall(command)) return undefined;
  if (command.type === "make-call") return command.newCallId;
  const named = command.type === "conference" ? command.callIds?.[0] : command.callId;
  return named ?? placeOf(now, command.device, undefined)?.callId;
}

function isOfNoCall(command: Command): command is OfNoCall {
  return OF_NO_CALL.has(command.type);
}

/** What it is about: of commands that have a name in common one is done after the other. */
export function namesOf(command: Command, now: CallsNow): readonly string[] {
  if (AT_ONCE.has(command.type)) return [];
  if ("line" in command && isSetting(command)) return [`line ${command.line}`];
  if ("routeId" in command) return [`route ${command.routeId}`];
  // At the device that makes it a new call has its name alone: the device may have to be told to answer it.
  const made = "newCallId" in command && command.newCallId !== undefined ? [`call ${command.newCallId}`] : [];
  if (command.type === "make-call" && made.length > 0) return made;
  const calls = [...new Set(callsOf(command, now))];
  if (!("device" in command)) return [];
  const { device } = command;
  if (calls.length === 0) return [`device ${device}`];
  const atDevice = calls.map((callId) => `call ${callId} at ${device}`);
  // What is being done to the call may wait for just this device to answer.
  if (OF_RUNG.has(command.type) && calls.every((callId) => isOnlyRung(now, device, callId))) return atDevice;
  return [...calls.map((callId) => `call ${callId}`), ...atDevice, ...made];
}

function isOnlyRung(now: CallsNow, device: string, callId: string): boolean {
  const place = placeOf(now, device, callId);
  return place !== undefined && (place.terminal === undefined || place.terminal === "ringing");
}

/** Calls, devices and lines that it changes, as far as they are known before: `call ID`, `device NAME`, `line NAME`. */
export function objectsOf(command: Command, now: CallsNow): readonly string[] {
  if (isSetting(command)) return ["line" in command ? `line ${command.line}` : `device ${command.device}`];
  if (command.type === "privacy") return [`device ${command.device}`];
  return callsOf(command, now).map((callId) => `call ${callId}`);
}

function callsOf(command: Command, now: CallsNow): readonly string[] {
  return severalCalls(command, now) ?? [callOf(command, now)].filter((callId) => callId !== undefined);
}

/** Undefined: it is about one at most. */
export function severalCalls(command: Command, now: CallsNow): readonly string[] | undefined {
  if (command.type === "conference") return command.callIds ?? legCalls(command.device, now);
  if (command.type !== "complete-transfer") return undefined;
  const named = [command.callId, command.consultCallId].filter((callId) => callId !== undefined);
  return named.length === 2 ? named : legCalls(command.device, now);
}

function legCalls(device: string, { legs, legsOfDevices }: CallsNow): readonly string[] {
  return [...(legsOfDevices.get(device) ?? [])].flatMap((legId) => legs.get(legId)?.callId ?? []);
}
