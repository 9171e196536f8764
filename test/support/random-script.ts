import type { FakeCallControl } from "./fake-call-control.ts";

/** Numbers that are called: lines, and one beyond a trunk. */
export const SCRIPT_DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002", "1010"] },
  { name: "phone-1003", lines: ["1003", "1010"] },
  { name: "phone-1004", lines: ["1004"] },
  { name: "port-1", kind: "cti-port" as const, lines: ["2001"] },
  { name: "route-1", kind: "route-point" as const, lines: ["9000"] },
];
const NUMBERS = ["1001", "1002", "1003", "1004", "1010", "2001", "9000", "0301234567"];
const MAX_CALLS = 6;

/** Does one thing at random with the calls of a call control. */
export function randomStep({ calls }: FakeCallControl, random: () => number): void {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const live = calls.live;
  const choice = random();
  if (live.length === 0 || (choice < 0.2 && live.length < MAX_CALLS)) {
    calls.start(pick(["1001", "1002", "1003", "1004"]), pick(NUMBERS));
    return;
  }
  const call = pick(live);
  if (choice < 0.4) calls.ring(call.callId);
  else if (choice < 0.6) calls.answer(call.callId);
  else if (choice < 0.7) {
    const devices = call.connections.flatMap(({ terminals }) => terminals.map(({ device }) => device));
    if (devices.length > 0) calls.hold(call.callId, pick(devices), random() < 0.5);
  } else if (choice < 0.8) calls.redirect(call.callId, pick(NUMBERS));
  else if (choice < 0.87) {
    const other = pick(live);
    if (other.callId !== call.callId) calls.merge(call.callId, other.callId);
  } else if (choice < 0.92) calls.setUserData(call.callId, { step: String(Math.floor(random() * 100)) });
  else calls.end(call.callId);
}
