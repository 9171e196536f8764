import type { CallRecord, RecordLeg } from "../call-record.ts";

/** Values of a row, in the order of its columns. */
type Values = readonly (string | number | null)[];

export function recordValues(record: CallRecord, body: string): Values {
  const { callId, globalCallId, caller, callee, numbers, cause } = record;
  return [
    callId,
    globalCallId.node,
    record.startedAtMs,
    record.answeredAtMs ?? null,
    record.endedAtMs,
    record.durationMs,
    caller.device,
    caller.number,
    record.calledNumber,
    callee?.device ?? null,
    numbers.finalCalled.number,
    cause.q850,
    cause.sipStatus,
    record.reason,
    record.endedBy,
    record.codec ?? null,
    body,
  ];
}

/** After the id of its call's row. */
export function legValues({ quality, cause, media, ...leg }: RecordLeg): Values {
  return [
    leg.leg,
    leg.party,
    leg.outcome ?? null,
    leg.device,
    leg.number,
    leg.route?.trunk ?? null,
    leg.sipCallId,
    leg.startedAtMs,
    leg.connectedAtMs ?? null,
    leg.disconnectedAtMs ?? null,
    leg.durationMs,
    cause?.q850 ?? null,
    cause?.sipStatus ?? null,
    media?.codec ?? null,
    quality?.packetsReceived ?? null,
    quality?.octetsReceived ?? null,
    quality?.packetsSent ?? null,
    quality?.octetsSent ?? null,
    quality?.packetsLost ?? null,
    quality?.jitterMs ?? null,
    quality?.latencyMs ?? null,
    quality?.mos ?? null,
    quality === undefined ? null : Number(quality.isPartial === true),
  ];
}

/** What a call is looked up by. */
export function keysOf({ caller, callee, numbers, legs }: CallRecord): ReadonlySet<string> {
  const { calling, dialed, originalCalled, finalCalled, lastRedirecting } = numbers;
  const keys = new Set<string>();
  for (const number of [calling.number, dialed, originalCalled.number, finalCalled.number, lastRedirecting?.number]) {
    if (number !== undefined && number !== "") keys.add(numberKey(number));
  }
  for (const device of [caller.device, callee?.device]) {
    if (device !== undefined && device !== "") keys.add(deviceKey(device));
  }
  for (const { device, number } of legs) keys.add(deviceKey(device)).add(numberKey(number));
  return keys;
}

export function numberKey(number: string): string {
  return `n:${number}`;
}

export function deviceKey(device: string): string {
  return `d:${device}`;
}
