import type { CallNow, ConnectionNow, DeviceInCallNow, LegNow } from "../../signals/index.ts";
import { printable } from "./printable.ts";

/** Calls with the state of each party, device and dialog, as lines for people. */
export function callsNowText(calls: readonly CallNow[]): string {
  return calls.map(callNowText).join("\n\n");
}

function callNowText({ callId, state, callingNumber, calledNumber, connections, mergedFrom }: CallNow): string {
  return [
    `call ${callId}: ${state}, ${printable(callingNumber)} called ${printable(calledNumber)}`,
    ...mergedFrom.map((one) => `  merged from ${one}`),
    ...connections.flatMap(connectionLines),
  ].join("\n");
}

function connectionLines({ number, line, name, state, devices }: ConnectionNow): string[] {
  const shown = name === undefined ? "" : ` (${printable(name)})`;
  return [`  ${printable(line ?? number)}${shown}: ${state}`, ...devices.flatMap(deviceLines)];
}

function deviceLines({ device, state, leg }: DeviceInCallNow): string[] {
  return [`    ${printable(device)}: ${state}${leg === undefined ? "" : legText(leg)}`];
}

function legText({ connectedTo, heldBy, source, codec, remoteMedia, sipCallId }: LegNow): string {
  const parts = [
    connectedTo === undefined ? "" : `with ${printable(connectedTo)}`,
    heldBy === undefined ? "" : `held by the ${heldBy}`,
    codec ?? "",
    source === undefined ? "" : `SIP ${source}`,
    remoteMedia === undefined ? "" : `RTP ${remoteMedia}`,
    sipCallId === "" ? "" : `Call-ID ${printable(sipCallId)}`,
  ];
  return `, ${parts.filter((part) => part !== "").join(", ")}`;
}
