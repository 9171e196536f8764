import { open } from "node:fs/promises";
import { errorCodeOf } from "../../common/index.ts";
import type { CallRecord } from "./call-record.ts";

/** How far back is looked: about 4,000 calls. */
const TAIL_BYTES = 2 * 1024 * 1024;

/** The record of a call that ended lately; undefined when there is none. */
export async function findRecord(path: string, callId: string): Promise<CallRecord | undefined> {
  const lines = (await readTail(path)).filter((line) => line.includes(callId));
  return lines.map(recordIn).find((record) => record?.callId === callId);
}

/** The last records, newest first. */
export async function lastRecords(path: string, count: number): Promise<CallRecord[]> {
  const lines = (await readTail(path)).slice(-count).reverse();
  return lines.flatMap((line) => recordIn(line) ?? []);
}

/** The last lines of the record file, and of the one before it while it is short. */
async function readTail(path: string): Promise<string[]> {
  const current = await tailOf(path, TAIL_BYTES);
  const before = current.length < TAIL_BYTES ? await tailOf(path.replace(/(\.[^./]*)?$/, ".1$1"), TAIL_BYTES) : "";
  return (before + current).split("\n").filter((line) => line !== "");
}

async function tailOf(path: string, bytes: number): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, bytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return "";
    throw error;
  }
}

/** Undefined for a line that was cut, or is no record of this version. */
function recordIn(line: string): CallRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<CallRecord> | null;
    return Array.isArray(record?.caller?.sipCallIds) ? (record as CallRecord) : undefined;
  } catch {
    return undefined;
  }
}
