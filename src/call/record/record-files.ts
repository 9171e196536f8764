import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCodeOf } from "../../common/index.ts";

/** How far back the lines of calls that ended lately are looked for. */
const TAIL_BYTES = 4 * 1024 * 1024;

/** Files that were put aside, the oldest first: beside `calls.jsonl` they are `calls.1.jsonl`, `calls.2.jsonl`, ... */
export function rotatedFiles(path: string): readonly { readonly path: string; readonly number: number }[] {
  const folder = dirname(path);
  const [stem, extension] = parts(basename(path));
  const found: { path: string; number: number }[] = [];
  for (const name of namesIn(folder)) {
    const middle = name.startsWith(`${stem}.`) && name.endsWith(extension) ? name.slice(stem.length + 1) : "";
    const number = /^\d{1,12}$/.exec(middle.slice(0, middle.length - extension.length))?.[0];
    if (number !== undefined) found.push({ path: join(folder, name), number: Number(number) });
  }
  return found.sort((one, other) => one.number - other.number);
}

/** The name of the file that is put aside after the one with `number`. */
export function rotatedPath(path: string, number: number): string {
  const [stem, extension] = parts(basename(path));
  return join(dirname(path), `${stem}.${number}${extension}`);
}

/** The last lines of the record file, and of the one before it while it is short. */
export async function lastLines(path: string): Promise<string[]> {
  let text = await tailOf(path, TAIL_BYTES);
  const before = rotatedFiles(path).at(-1);
  if (text.length < TAIL_BYTES && before !== undefined) text = (await tailOf(before.path, TAIL_BYTES)) + text;
  return text.split("\n").filter((line) => line !== "");
}

/** The end of what was recorded last, as text; empty when nothing was. */
export function recordedLast(path: string, bytes: number): string {
  const current = tailAtOnce(path, bytes);
  const before = rotatedFiles(path).at(-1);
  return current.length >= bytes || before === undefined ? current : tailAtOnce(before.path, bytes) + current;
}

/** Reads `length` bytes at `position`, or as many as there are. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function parts(name: string): readonly [string, string] {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
}

function namesIn(folder: string): string[] {
  return orNone(() => readdirSync(folder), []);
}

async function tailOf(path: string, bytes: number): Promise<string> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return "";
    throw error;
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    return (await readAt(file, size - length, length)).toString("utf8");
  } finally {
    await file.close();
  }
}

function tailAtOnce(path: string, bytes: number): string {
  const descriptor = orNone(() => openSync(path, "r"), undefined);
  if (descriptor === undefined) return "";
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8", 0, read);
  } finally {
    closeSync(descriptor);
  }
}

/** `none` when there is no such file. */
function orNone<Found, None>(find: () => Found, none: None): Found | None {
  try {
    return find();
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return none;
    throw error;
  }
}
