import type { CallRecord } from "./call-record.ts";
import { lastLines } from "./record-files.ts";

/** The record of a call that ended lately; undefined when there is none. */
export async function findRecord(path: string, callId: string): Promise<CallRecord | undefined> {
  const lines = (await lastLines(path)).filter((line) => line.includes(callId));
  return lines.map(recordIn).find((record) => record?.callId === callId);
}

/** The last records, newest first. */
export async function lastRecords(path: string, count: number): Promise<CallRecord[]> {
  const lines = (await lastLines(path)).slice(-count).reverse();
  return lines.flatMap((line) => recordIn(line) ?? []);
}

/** Undefined for a line that was cut, or is no record of this version. */
export function recordIn(line: string): CallRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<CallRecord> | null;
    const isRecord = Array.isArray(record?.caller?.sipCallIds) && Array.isArray(record.legs);
    return isRecord ? (record as CallRecord) : undefined;
  } catch {
    return undefined;
  }
}
